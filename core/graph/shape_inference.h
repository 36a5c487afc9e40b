#pragma once

#include "core/base/result.h"
#include "core/graph/op.h"
#include "core/tensor/tensor.h"

#include <span>

namespace tritloom {

/// The shape of an op's result. inputs: shapes of values, weights and literals, as the op lists them.
/// What passes here can be run: ops need not look at shapes again. For the ops of networks on pictures.
/// Errors: InvalidInput (shapes that do not fit together), Unsupported (an op without a rule).
[[nodiscard]] Result<Shape> inferShape(const Op& op, std::span<const Shape> inputs);

/// numpy's rule: aligned at the last dimension, equal or 1. Errors: InvalidInput.
[[nodiscard]] Result<Shape> broadcastShape(const Shape& a, const Shape& b);

/// Elements of a shape. Errors: InvalidInput when there are more than 2^40.
[[nodiscard]] Result<std::size_t> elementsOf(const Shape& shape);

} // namespace tritloom
