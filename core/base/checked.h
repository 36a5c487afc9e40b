#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>

namespace tritloom {

/// a * b and a + b for sizes read from a file: nullopt when 64 bits do not hold the result.
[[nodiscard]] constexpr std::optional<std::uint64_t> checkedMultiply(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t product = 0;
    if (__builtin_mul_overflow(a, b, &product))
        return std::nullopt;
    return product;
}

[[nodiscard]] constexpr std::optional<std::uint64_t> checkedAdd(std::uint64_t a, std::uint64_t b)
{
    std::uint64_t sum = 0;
    if (__builtin_add_overflow(a, b, &sum))
        return std::nullopt;
    return sum;
}

/// The product of all sizes; 1 for none.
[[nodiscard]] constexpr std::optional<std::uint64_t> checkedProduct(std::span<const std::size_t> sizes)
{
    std::optional<std::uint64_t> product = 1;
    for (const std::size_t size : sizes) {
        product = checkedMultiply(*product, size);
        if (!product)
            return std::nullopt;
    }
    return product;
}

/// The next multiple of `alignment` (a power of two) that is not below `offset`.
[[nodiscard]] constexpr std::optional<std::uint64_t>
checkedAlign(std::uint64_t offset, std::uint64_t alignment)
{
    const auto sum = checkedAdd(offset, alignment - 1);
    if (!sum)
        return std::nullopt;
    return *sum & ~(alignment - 1);
}

} // namespace tritloom
