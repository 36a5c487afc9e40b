#pragma once

#include "core/format/number_format.h"

namespace tritloom {

/// "bitmod<3|4>g<group>s<groups>": BitMoD whose scales are whole numbers of 8 bits under one scale of so many
/// groups, which the paper has for each row (arXiv 2411.11745): S = the largest scale / 255. A block is that
/// largest scale as a half, a byte for each group, two bits for each group that say the special level, the
/// codes: b + 10 / group + 16 / (group * groups) bits.
namespace bitmodSuperFormat {

/// max s / 255 and round(s / S) of each, at least 1 where s is above 0.
struct Scales {
    float unit = 0; ///< S
    std::vector<std::uint8_t> numbers;
};
/// largest: as it is stored; the largest of `scales` or near it.
[[nodiscard]] Scales secondLevel(std::span<const float> scales, float largest);

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);

} // namespace bitmodSuperFormat

} // namespace tritloom
