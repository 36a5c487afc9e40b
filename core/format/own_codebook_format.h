#pragma once

#include "core/format/number_format.h"

#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

/// Levels that are stored with the weights: whole numbers of 127ths of a group's scale, ascending, 0 among
/// them.
namespace ownCodebook {

struct Shape {
    unsigned bits = 4;
    std::size_t group = 64, groups = 16; ///< weights under one scale; scales under one codebook
};
/// Errors: NotFound, InvalidInput, Unsupported.
[[nodiscard]] Result<Shape> parseShape(std::string_view id);
/// For methods that choose the levels. Errors: Unsupported where the format has no codebook of its own.
[[nodiscard]] Result<Shape> shapeOf(const NumberFormat& format);

using Levels = std::vector<std::int8_t>; ///< 2^bits of them; some may be equal

/// Numbers of -1 to 1, at most 2^bits, as levels; where none is 0 one is added, or the nearest to 0 moved.
[[nodiscard]] Levels levelsOf(std::span<const double> numbers, unsigned bits);

/// 2^bits - 1 quantiles of the values at (2 i + 1) / (2 (2^bits - 1)), and 0 ("k-bit inference scaling laws",
/// arXiv 2212.09720, as its library estimates them), over the largest magnitude of them. What is not finite
/// is left out; of many values some hundred thousand are looked at, which are sorted before a stop would be
/// noticed.
[[nodiscard]] Levels estimatedQuantiles(std::span<const float> values, unsigned bits);

/// Stores one block with these levels, each group under the scale of its largest magnitude, or, where
/// `search`, of smaller shares of it, by the error that importance weighs. values, importance: group *
/// groups.
void store(
    const Shape& shape, std::span<const float> values, std::span<const float> importance,
    const Levels& levels, bool search, std::span<std::byte> packed);

} // namespace ownCodebook

/// "book<2 to 5>g<group>s<groups>": codes into levels that lie in front of the block, a byte each, behind
/// them a half for each group, then the codes: b + 16 / group + 8 * 2^b / (group * groups) bits. Alone it
/// takes the quantiles of the block itself.
namespace ownCodebookFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace ownCodebookFormat

} // namespace tritloom
