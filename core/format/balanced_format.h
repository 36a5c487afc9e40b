#pragma once

#include "core/format/number_format.h"

/// Balanced whole numbers: an odd number of levels -L..L around 0 times one half-precision scale for each
/// group of a row (BitsFusion, arXiv 2406.04333). balanced<levels>g<group> with 3, 5, 9 or 17 levels, which
/// is 2^n + 1.
///
/// Codes are digits to the base of the number of levels, several in a little-endian word: 5 of 3 levels in a
/// byte, 27 of 5 in eight bytes, 5 of 9 in two bytes, 7 of 17 in four bytes. The scale lies in front.
namespace tritloom::balancedFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::balancedFormat
