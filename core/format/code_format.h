#pragma once

#include "core/format/number_format.h"

namespace tritloom::codeFormat {

/// "code<bits>": whole numbers 0 .. 2^bits - 1 without a scale, bits 1 to 8; eight weights in `bits` bytes,
/// the first in the lowest bits. Scales belong to whoever uses it: columns of different widths (BAQ).
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::codeFormat
