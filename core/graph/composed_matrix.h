#pragma once

#include "core/tensor/tensor.h"

#include <span>

namespace tritloom {

// Matrices that are stored as several tensors and multiplied as one: f32 [outputs, inputs], rows in parallel;
// they are the definition of the ops of the same names. Their products, x [T, inputs] -> [T, outputs], make a
// row at a time and keep none: for the few rows of x of a model that writes. Errors: InvalidInput (sizes that
// do not fit).

/// S o (A B). tensors: signs [outputs, inputs], A [outputs, k], B [k, inputs] (BitStack, arXiv 2410.23918).
[[nodiscard]] Result<Tensor> signFactorMatrix(std::span<const Tensor> tensors);
[[nodiscard]] Result<Tensor> signFactorProduct(const Tensor& x, std::span<const Tensor> tensors);

/// scales[r] * (code - zeros[r]) where the mask is positive, else 0. tensors: mask [outputs, inputs],
/// codes [n] in row order, scales [outputs], zeros [outputs].
[[nodiscard]] Result<Tensor> sparseMatrix(std::span<const Tensor> tensors);
[[nodiscard]] Result<Tensor> sparseProduct(const Tensor& x, std::span<const Tensor> tensors);

} // namespace tritloom
