#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace tritloom {

/// The longest group of weights under one scale that an id may ask for.
inline constexpr std::size_t maximumGroup = std::size_t{1} << 24;

/// Field `index` of `bits` (1..8) each, packed without gaps, field 0 in the lowest bits of the first byte.
[[nodiscard]] inline unsigned loadField(std::span<const std::byte> fields, std::size_t index, unsigned bits)
{
    const std::size_t first = index * bits;
    const unsigned shift = static_cast<unsigned>(first % 8);
    unsigned window = std::to_integer<unsigned>(fields[first / 8]);
    if (shift + bits > 8)
        window |= std::to_integer<unsigned>(fields[first / 8 + 1]) << 8;
    return (window >> shift) & ((1u << bits) - 1);
}

inline void storeField(std::span<std::byte> fields, std::size_t index, unsigned bits, unsigned value)
{
    const std::size_t first = index * bits;
    const unsigned shift = static_cast<unsigned>(first % 8);
    const unsigned mask = ((1u << bits) - 1) << shift;
    const unsigned placed = (value << shift) & mask;
    std::byte& low = fields[first / 8];
    low = static_cast<std::byte>((std::to_integer<unsigned>(low) & ~mask) | placed);
    if (shift + bits > 8) {
        std::byte& high = fields[first / 8 + 1];
        high = static_cast<std::byte>((std::to_integer<unsigned>(high) & ~(mask >> 8)) | placed >> 8);
    }
}

/// Eight codes of `bits` bits, a byte each, as fields in order: neighbours are joined, then pairs, then
/// fours.
[[nodiscard]] inline std::uint64_t joinedFields(std::uint64_t codes, unsigned bits)
{
    codes = (codes & 0x00ff00ff00ff00ff) | ((codes >> 8) & 0x00ff00ff00ff00ff) << bits;
    codes = (codes & 0x0000ffff0000ffff) | ((codes >> 16) & 0x0000ffff0000ffff) << 2 * bits;
    return (codes & 0xffffffff) | (codes >> 32) << 4 * bits;
}

} // namespace tritloom
