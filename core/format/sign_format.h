#pragma once

#include "core/format/number_format.h"

namespace tritloom::signFormat {

/// "sign": one bit a weight, -1 or +1, no scale; eight weights a byte, the first in the lowest bit (1 is +1).
/// Scales belong to whoever uses it: BitDelta, BitStack, XNOR-type factors.
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::signFormat
