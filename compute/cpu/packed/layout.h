#pragma once

#include "core/tensor/tensor.h"

#include <array>
#include <cstdint>
#include <functional>
#include <optional>

/// One layout of packed weights for all block formats, made for products, the same for every instruction set.
///
/// A panel is 16 rows, one stream of bytes: along the columns a row of blocks (up to 256 columns). A block is
/// a header (the scales of its lines, 16 rows beside each other) and spans of 32 columns. A span holds codes
/// in bit planes of 4, 2 and 1 bits (8-bit codes: one plane of bytes): 64 bytes of a plane are 16 lanes of 4
/// bytes, lane = row, byte = column modulo 4, field f of the byte = columns 4f..4f+3. Four codes of a row
/// beside each other are what byte dot products take.
namespace tritloom::cpu {

inline constexpr std::size_t panelRows = 16, spanColumns = 32, mostBlockColumns = 256;
inline constexpr std::size_t unitBytes = 64; ///< 16 lanes of 4 bytes

/// What a code stands for, before the scale.
enum class Levels : std::uint8_t {
    Whole, ///< code - zero
    Sign, ///< one bit: -1 or 1
    Table, ///< table[code], whole numbers of 8 bits; table[code] + zero is in 0..255
    Fraction, ///< table[code], any numbers in -1..1, multiplied as 24-bit fractions or as floats
};

/// How the scales of a line are stored. Those with "Super" have an f16 factor per block besides.
enum class Scales : std::uint8_t {
    Half, ///< f16 scale
    HalfLine, ///< f16 scale, f16 offset
    HalfZero, ///< f16 scale, whole zero as f16: offset -scale * zero
    SingleLine, ///< f32 scale, f32 offset
    SingleZero, ///< f32 scale, whole zero as f32: offset -scale * zero
    HalfPlanes, ///< an f16 scale for each of two planes of bits: scale * (code & 1) + offset * (code >> 1)
    Super, ///< f16 d; i8 scale: d * scale
    SuperLine, ///< f16 d, f16 m; u8 scale, u8 minimum: d * scale, -m * minimum
    NibbleLine, ///< f16 d, f16 m; scale in the low, minimum in the high half of a byte
    Power, ///< E8M0 halved: 2^(e - 128)
    Mini, ///< unsigned E4M3 halved
};

/// Activations of 8 bits, in the mode that imitates runtimes.
enum class Activations8 : std::uint8_t {
    Line, ///< one f32 scale for the columns of a line: the largest magnitude becomes 127
    Q8_0, ///< ggml's q8_0: blocks of 32, f16 scale
    Q8_K, ///< ggml's q8_k: blocks of 256, the extreme becomes -127
};

[[nodiscard]] constexpr bool isSuper(Scales scales)
{
    return scales == Scales::Super || scales == Scales::SuperLine || scales == Scales::NibbleLine;
}
[[nodiscard]] constexpr bool hasOffset(Scales scales)
{
    return scales == Scales::HalfLine || scales == Scales::HalfZero || scales == Scales::SingleLine
        || scales == Scales::SingleZero || scales == Scales::SuperLine || scales == Scales::NibbleLine;
}
/// Bytes of one row in a block's header: those per block and those per line.
[[nodiscard]] constexpr std::size_t superBytes(Scales scales)
{
    return scales == Scales::Super ? 2 : isSuper(scales) ? 4 : 0;
}
[[nodiscard]] constexpr std::size_t lineBytes(Scales scales)
{
    switch (scales) {
    case Scales::Half:
    case Scales::SuperLine:
        return 2;
    case Scales::HalfLine:
    case Scales::HalfZero:
    case Scales::HalfPlanes:
        return 4;
    case Scales::SingleLine:
    case Scales::SingleZero:
        return 8;
    default:
        return 1;
    }
}

/// Bytes of one number of a line, 16 rows of which lie beside each other.
[[nodiscard]] constexpr std::size_t numberBytes(Scales scales)
{
    if (scales == Scales::SingleLine || scales == Scales::SingleZero)
        return 4;
    return !isSuper(scales) && lineBytes(scales) > 1 ? 2 : 1;
}

using LevelsByCode = std::array<float, 256>;

/// What a format needs said to be repacked; see kernels.cpp for the list.
struct FormatLayout {
    unsigned bits = 4; ///< of a code, 1..8
    Levels levels = Levels::Whole;
    Scales scales = Scales::Half;
    int zero = 0;
    std::size_t line = 32; ///< columns under one scale
    Activations8 activations = Activations8::Line; ///< how runtimes round what they multiply with
    LevelsByCode table{}; ///< for Levels::Table (16 at most) and Fraction
    float unit = 1; ///< times a level; 1 where isSuper()
};

/// Reads one block of a format as it lies in files. codes: one byte an element, in order. super:
/// superBytes(), lines: lineBytes() for each line, multi-byte numbers as they lie in memory.
using BlockReader = std::function<void(
    const std::byte* block, std::size_t elements, std::uint8_t* codes, std::uint8_t* super,
    std::uint8_t* lines)>;

/// Where things are in a repacked matrix.
struct PackedLayout : FormatLayout {
    /// By code what byte dot products take: table[code] + zero, or the high, middle and low byte of a
    /// fraction.
    std::array<std::array<std::uint8_t, 256>, 3> levelBytes{};
    /// Levels::Fraction: a level is (bits - 2^23) / fractionUnits, with 24 bits. A power of two where that
    /// says all levels exactly, so that products of whole numbers are.
    double fractionUnits = (1 << 23) - 1;
    std::size_t rows = 0, columns = 0;
    std::size_t paddedColumns = 0; ///< a multiple of 32; what lies past `columns` meets zeros
    std::size_t lineColumns = 0; ///< 16 or a multiple of 32 up to 256: `line`, or a part of a long one
    std::size_t blockColumns = 0; ///< of all blocks but perhaps the last
    std::size_t blocks = 0, panels = 0; ///< of rows; memory holds an even number of panels

    [[nodiscard]] std::size_t columnsOf(std::size_t block) const
    {
        return block + 1 < blocks ? blockColumns : paddedColumns - block * blockColumns;
    }
    [[nodiscard]] std::size_t linesPerBlock() const { return blockColumns / lineColumns; }
    [[nodiscard]] std::size_t headerBytes(std::size_t lines) const
    {
        return panelRows * (superBytes(scales) + lines * lineBytes(scales));
    }
    [[nodiscard]] std::size_t blockBytes(std::size_t columnsOfBlock) const
    {
        return headerBytes(columnsOfBlock / lineColumns) + columnsOfBlock / spanColumns * bits * unitBytes;
    }
    /// Where a block begins.
    [[nodiscard]] std::size_t offsetOf(std::size_t panel, std::size_t block) const
    {
        return panel * panelBytes() + block * blockBytes(blockColumns);
    }
    [[nodiscard]] std::size_t bytes() const { return (panels + 1) / 2 * 2 * panelBytes(); }
    [[nodiscard]] std::size_t panelBytes() const
    {
        return (blocks - 1) * blockBytes(blockColumns) + blockBytes(columnsOf(blocks - 1));
    }
};

/// Whether what is multiplied with, code or table[code] + zero, exceeds 127. A table around 128 says so.
[[nodiscard]] constexpr bool hasWideCodes(const FormatLayout& layout)
{
    return layout.levels == Levels::Table ? layout.zero > 64 : layout.bits == 8;
}

/// Whether products of many columns decode weights to floats and see activations as they are, in each mode.
[[nodiscard]] constexpr bool alwaysDecodesColumns(const FormatLayout& layout)
{
    return layout.levels == Levels::Fraction || layout.scales == Scales::HalfPlanes;
}

/// The layout of a matrix, or nothing where lines do not fill whole spans (groups like 8, 24 or 72).
[[nodiscard]] std::optional<PackedLayout> packedLayout(const FormatLayout& format, const TensorType& type);

} // namespace tritloom::cpu
