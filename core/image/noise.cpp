#include "core/image/noise.h"

#include <cmath>
#include <numbers>
#include <span>

namespace tritloom {
namespace {

constexpr std::size_t blockSize = 16;

/// Box and Muller: eight pairs of uniform numbers become sixteen normal ones.
void transform(std::span<float> block)
{
    for (std::size_t j = 0; j < blockSize / 2; ++j) {
        const float u1 = 1 - block[j], u2 = block[j + blockSize / 2];
        const float radius = std::sqrt(-2 * std::log(u1));
        const float angle = 2 * float(std::numbers::pi) * u2;
        block[j] = radius * std::cos(angle);
        block[j + blockSize / 2] = radius * std::sin(angle);
    }
}

} // namespace

std::vector<float> NormalNoise::draw(std::size_t count)
{
    std::vector<float> numbers(count);
    if (count < blockSize) {
        const auto uniform = [this] {
            const std::uint64_t high = m_random(), low = m_random();
            return double((high << 32 | low) & ((std::uint64_t{1} << 53) - 1)) * 0x1.0p-53;
        };
        for (float& number : numbers) {
            if (m_hasNext) {
                number = float(m_next);
                m_hasNext = false;
                continue;
            }
            const double u1 = uniform(), u2 = uniform();
            const double radius = std::sqrt(-2 * std::log1p(-u2)), angle = 2 * std::numbers::pi * u1;
            number = float(radius * std::cos(angle));
            m_next = radius * std::sin(angle);
            m_hasNext = true;
        }
        return numbers;
    }
    const auto uniform = [this] { return float(m_random() & 0xffffffu) * 0x1.0p-24f; };
    for (float& number : numbers)
        number = uniform();
    for (std::size_t i = 0; i + blockSize <= count; i += blockSize)
        transform(std::span(numbers).subspan(i, blockSize));
    if (count % blockSize != 0) {
        const auto rest = std::span(numbers).last(blockSize);
        for (float& number : rest)
            number = uniform();
        transform(rest);
    }
    return numbers;
}

} // namespace tritloom
