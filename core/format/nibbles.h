#pragma once

#include "core/format/block_format.h"

// ggml's order of 4-bit codes: byte j of a run of 16 holds code j below and code j + 16 above.

namespace tritloom {

/// Code `i` (0..31) of the 16 bytes from `offset` on.
[[nodiscard]] inline unsigned nibble(std::span<const std::byte> block, std::size_t offset, std::size_t i)
{
    return bitField(block[offset + i % 16], static_cast<unsigned>(i / 16) * 4, 4);
}

inline void setNibble(std::span<std::byte> block, std::size_t offset, std::size_t i, unsigned code)
{
    setBitField(block[offset + i % 16], static_cast<unsigned>(i / 16) * 4, 4, code);
}

/// All 32 codes from `offset` on.
inline void setNibbles(std::span<std::byte> block, std::size_t offset, std::span<const std::uint8_t> codes)
{
    for (std::size_t j = 0; j < 16; j += 8) { // eight bytes at a time: no code reaches into its neighbour
        std::uint64_t low, high;
        std::memcpy(&low, &codes[j], sizeof low);
        std::memcpy(&high, &codes[j + 16], sizeof high);
        low |= high << 4;
        std::memcpy(&block[offset + j], &low, sizeof low);
    }
}

/// What blocks of one line have in common whose 32 codes begin at byte `Offset`.
template <std::size_t Offset>
struct NibbleBlock {
    static constexpr std::size_t elements() { return 32; }
    static constexpr std::size_t lineElements() { return 32; }
    static unsigned code(std::span<const std::byte> block, std::size_t i) { return nibble(block, Offset, i); }
    static void setCode(std::span<std::byte> block, std::size_t i, unsigned code)
    {
        setNibble(block, Offset, i, code);
    }
    static void setCodes(std::span<std::byte> block, std::span<const std::uint8_t> codes)
    {
        setNibbles(block, Offset, codes);
    }
};

/// values[i] = value(code i) for the 32 codes from `offset` on.
template <typename Value>
void forEachNibble(
    std::span<const std::byte> block, std::size_t offset, std::span<float> values, const Value& value)
{
    const std::byte* const from = block.data() + offset;
    float* const to = values.data();
    for (std::size_t j = 0; j < 16; ++j)
        to[j] = value(std::to_integer<int>(from[j]) & 15);
    for (std::size_t j = 0; j < 16; ++j)
        to[j + 16] = value(std::to_integer<int>(from[j]) >> 4);
}

} // namespace tritloom
