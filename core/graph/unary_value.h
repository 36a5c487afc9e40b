#pragma once

#include "core/graph/op.h"

namespace tritloom {

/// What OpKind::Unary of this function makes of one number; a and b are its parameters.
[[nodiscard]] double unaryValue(UnaryFunction function, double x, double a = 0, double b = 0);

} // namespace tritloom
