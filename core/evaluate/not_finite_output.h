#pragma once

#include "core/base/result.h"

namespace tritloom {

/// What is said where a pass ends in numbers that are none.
[[nodiscard]] tl::unexpected<Error> outputIsNotFinite();

} // namespace tritloom
