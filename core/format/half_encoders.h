#pragma once

#include "core/format/half_kernels.h"
#include "core/format/number_format.h"

#include <optional>

namespace tritloom {

/// How NumberFormat::encode() of this format works straight from half-precision weights; nothing where it has
/// no such kernel.
[[nodiscard]] std::optional<HalfBlock> halfBlockOf(const NumberFormat& format);

} // namespace tritloom
