#pragma once

#include "core/format/number_format.h"

namespace tritloom::zeroPointFormat {

/// "uint<bits>g<group>": unsigned integers of 2..8 bits, one f16 scale and one whole-number zero point a
/// group; value = scale * (q - zero), q and zero from 0 to 2^bits - 1. What compressed-tensors and GPTQ call
/// asymmetric: 0 is always one of the levels. A group as long as a row makes scales per row.
///
/// Block layout: the f16 scale, the zero point as a byte, then group * bits / 8 bytes of little-endian
/// fields, element 0 in the lowest bits.
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::zeroPointFormat
