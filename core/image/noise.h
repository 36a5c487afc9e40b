#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace tritloom {

/// Standard normal numbers as PyTorch's randn() draws them on the CPU in float32, so that one seed means the same
/// picture here and there. diffusion-preview-basics, part 3. One thread.
class NormalNoise {
public:
    explicit NormalNoise(std::uint64_t seed)
        : m_random(std::uint32_t(seed))
    {
    }
    [[nodiscard]] std::vector<float> draw(std::size_t count);

private:
    std::mt19937 m_random;
    double m_next = 0; ///< of the pairs that fewer than 16 numbers are drawn as
    bool m_hasNext = false;
};

} // namespace tritloom
