#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

/// The codebook of QuIP# (arXiv 2402.04396): 65,536 points around the lattice E8, for eight weights at a
/// time.
///
/// A point has half-integer coordinates with an even sum, plus or minus 1/4 on all of them. Of the 16 bits, 8
/// choose among 256 patterns of magnitudes, 7 are signs (the eighth follows from the sum), the last is the
/// shift. 227 patterns have a squared norm of at most 10, 29 of the 56 next ones are those of the published
/// models, whose points these are; the order of patterns and bits in a code is our own.
namespace tritloom::e8p {

using Vector = std::array<float, 8>;

/// Root mean square of the weights that the codebook suits best: weights of deviation 1 are divided by
/// 1 / 1.03 first.
inline constexpr float suitedDeviation = 1.03f;

[[nodiscard]] Vector decode(std::uint16_t code);
/// The code of the point nearest to x.
[[nodiscard]] std::uint16_t nearest(const Vector& x);
/// The magnitudes of pattern 0..255.
[[nodiscard]] const Vector& pattern(std::size_t index);

/// Residual stages: eight weights in 2 bytes (the codebook), 3 (what it leaves, times 2, by the nearest of
/// 256 short points of E8) or 4 (what it leaves, times 3.8, by the codebook again). The factors are our own,
/// tuned on normal numbers, as is the choice of 15 of the 16 axis points of norm 4 beside the 240 shortest
/// and 0.
[[nodiscard]] Vector load(std::span<const std::byte> code);
void store(const Vector& x, std::span<std::byte> code);
/// What the codebook leaves is multiplied with, by bytes of eight weights.
[[nodiscard]] constexpr float residualFactor(std::size_t bytes)
{
    return bytes == 3 ? 2.0f : 3.8f;
}
/// The code whose two bytes lie at `offset`.
[[nodiscard]] std::uint16_t codeAt(std::span<const std::byte> bytes, std::size_t offset);

/// One of 256 points of E8: 0, the 240 of squared norm 2, 15 of norm 4.
[[nodiscard]] const Vector& shortPoint(std::size_t index);

} // namespace tritloom::e8p
