#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

// Halves in a memory of two bits a cell (arXiv 2001.08806). A word's cell i is the pair of bits 15 - 2i and
// 14 - 2i; pairs 01 and 10 are hard: they cost more and carry the faults.

[[nodiscard]] int hardCells(std::uint16_t word); ///< 0 to 8

/// Bit 14 of a finite half below 2 in magnitude is always 0; it takes a copy of the sign.
[[nodiscard]] bool canBackUp(std::uint16_t word);
[[nodiscard]] std::uint16_t backedUp(std::uint16_t word);

enum class Coding : std::uint8_t {
    NoChange,
    Rotate, ///< the low 14 bits, right by one; cell 0 stays soft
    Round, ///< the last four bits of the mantissa to the nearest of 0000, 0011, 1100, 1111
};
[[nodiscard]] std::uint16_t coded(std::uint16_t backedUpWord, Coding coding);
/// The half that was stored: coding undone, sign from cell 0, bit 14 cleared. What it cannot be after
/// faults is 2 or more.
[[nodiscard]] std::uint16_t decoded(std::uint16_t storedWord, Coding coding);

/// The coding with the fewest hard cells over the words of a block; ties go to the earlier one. Rounding
/// changes values by up to 4 units in the last place and is left out when `lossless`, or when a word is
/// subnormal.
[[nodiscard]] Coding bestCoding(std::span<const std::uint16_t> backedUpWords, bool lossless);

/// Words as they are stored, a coding for every `block` of them.
struct ProtectedWords {
    std::vector<std::uint16_t> words;
    std::vector<Coding> codings;
};
[[nodiscard]] ProtectedWords protect(std::span<const std::uint16_t> words, std::size_t block, bool lossless);

/// Flips one bit of each hard cell with probability `hard`, of each soft one with `soft`. Counter-based, so
/// that it depends on seed and place alone: any order, any number of threads.
void injectFaults(std::span<std::uint8_t> bytes, double hard, double soft, std::uint64_t seed);
/// How many cells hold 00, 01, 10 and 11.
using PatternCounts = std::array<std::size_t, 4>;
[[nodiscard]] PatternCounts patternsIn(std::span<const std::uint8_t> bytes);

} // namespace tritloom
