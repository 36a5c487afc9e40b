#pragma once

#include "core/format/number_format.h"

#include <span>

namespace tritloom {

/// BitMoD (arXiv 2411.11745): small floats of 3 or 4 bits whose negative zero stands for one more level,
/// which each group chooses among four: two between the others ("extra resolution") and two beyond them
/// ("extra asymmetry").
namespace bitmod {

enum class Special { ResolutionPlus, ResolutionMinus, AsymmetryPlus, AsymmetryMinus };
inline constexpr Special specials[] = {
    Special::ResolutionPlus, Special::ResolutionMinus, Special::AsymmetryPlus, Special::AsymmetryMinus};

/// By code: sign and index of the magnitude; the code of -0 is the special level. Whole numbers. bits: 3
/// or 4.
[[nodiscard]] std::span<const float> levels(unsigned bits, Special special);
/// The magnitude that the largest weight is put at.
[[nodiscard]] float top(unsigned bits, Special special);

} // namespace bitmod

/// "bitmod<3|4>g<group>". In front of the codes lies a half: its sign says the sign of the special level, its
/// lowest bit of the mantissa which kind, the rest is the scale. This packing is our own and makes the choice
/// free: b + 16 / group bits.
namespace bitmodFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace bitmodFormat

} // namespace tritloom
