#pragma once

#include "core/format/number_format.h"

namespace tritloom {

/// What the stored numbers of a sub-block mean: value = scale * table[code] + offset.
struct Line {
    float scale = 0;
    float offset = 0;
};

/// How precise the numbers of a line are.
enum class LineNumbers : std::uint8_t {
    HalfScale, ///< a scale that a half holds exactly, no offset
    HalfScaleAndZero, ///< such a scale; the offset is -scale * zero with a whole zero of 0..255
    SingleAndZero, ///< any scale, such an offset, rounded: decode() is scale * (table[code] - zero)
    Single, ///< any scale, any offset
    HalfPlanes, ///< two planes of bits, each under a half: decode() is scale * (code & 1) + offset * (code >>
                ///< 1)
};

/// A format whose weights are codes into one table, times the scale of their line. Whoever multiplies with
/// packed weights can do so knowing this and not the format's name, so that a new format runs everywhere at
/// once. Implemented beside NumberFormat; immutable, shared between threads.
class CodedBlocks {
public:
    virtual ~CodedBlocks() = default;

    /// The level of each code before scale and offset: 2 to 256, finite.
    [[nodiscard]] virtual std::vector<float> levelTable() const = 0;
    /// Consecutive elements under one line; divides blockElements().
    [[nodiscard]] virtual std::size_t lineElements() const = 0;
    [[nodiscard]] virtual LineNumbers lineNumbers() const = 0;
    /// One block. codes: blockElements(), each below the size of the table, also where a file is broken.
    /// lines: blockElements() / lineElements(). Bit for bit, decode() is scale * table[code] + offset, where
    /// lineNumbers() says nothing else.
    virtual void
    readCodes(std::span<const std::byte> block, std::span<std::uint8_t> codes, std::span<Line> lines) const = 0;
};

/// Null where the format has no codes of this kind.
[[nodiscard]] inline const CodedBlocks* codedBlocks(const NumberFormat& format)
{
    const auto* const coded = dynamic_cast<const CodedBlocks*>(&format);
    return coded != nullptr && coded->lineElements() > 0 ? coded : nullptr;
}

} // namespace tritloom
