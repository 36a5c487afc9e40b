#pragma once

#include "compute/cpu/kernels.h"

namespace tritloom::cpu {

/// How products multiply with a format that says of itself that it has codes (core/format/coded_blocks.h).
/// Nothing for one that has none, and where there are no kernels. Levels that are whole numbers of 8 bits, or
/// those over their largest, are multiplied as such, others as 24-bit fractions or as floats.
[[nodiscard]] std::optional<PackedFormat> codedFormat(const NumberFormat& format);

} // namespace tritloom::cpu
