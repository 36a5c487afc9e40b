#pragma once

#include "compute/cpu/kernels.h"

namespace tritloom::cpu {

/// How products multiply with a format that says of itself that it has codes (core/format/coded_blocks.h).
/// Nothing for one that has none, for more than 16 levels that are no whole numbers, and for those whose whole
/// numbers do not fit 8 bits. Whole levels are multiplied as such, others as 24-bit fractions.
[[nodiscard]] std::optional<PackedFormat> codedFormat(const NumberFormat& format);

} // namespace tritloom::cpu
