#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace tritloom {

/// Sizes the transform below is defined for: powers of two.
[[nodiscard]] constexpr bool isHadamardSize(std::size_t size)
{
    return size != 0 && (size & (size - 1)) == 0;
}

/// The largest power of two that divides `width`: how far a transform can mix its elements.
[[nodiscard]] constexpr std::size_t hadamardSizeFor(std::size_t width)
{
    return width & (~width + 1);
}

/// Orthonormal Walsh-Hadamard transform of every run of `size` values, in place; its own inverse.
/// values.size() must be a multiple of size, size a power of two.
inline void hadamard(std::span<float> values, std::size_t size)
{
    const float factor = 1.0f / std::sqrt(static_cast<float>(size));
    for (std::size_t begin = 0; begin < values.size(); begin += size) {
        const std::span<float> run = values.subspan(begin, size);
        for (std::size_t half = 1; half < size; half *= 2)
            for (std::size_t i = 0; i < size; i += 2 * half)
                for (std::size_t j = i; j < i + half; ++j) {
                    const float a = run[j], b = run[j + half];
                    run[j] = a + b;
                    run[j + half] = a - b;
                }
        for (float& value : run)
            value *= factor;
    }
}

} // namespace tritloom
