#pragma once

#include "compute/cpu/cpu_tensor.h"
#include "core/backend/ranged_products.h"

namespace tritloom::cpu {

/// Whether rangedProduct() has a way: packed weights with whole-number levels, windows of one group in one or
/// two dimensions.
[[nodiscard]] bool hasRangedProduct(const Op& op, const TensorType& weights);

/// A product of inputs rounded to 8 bits or fewer with packed weights, summed in whole numbers a line of
/// weights. bias: null where there is none. Many threads, bit-equal for any number. Errors: OutOfMemory,
/// Cancelled, InvalidInput (sizes that do not fit).
[[nodiscard]] Result<Tensor> rangedProduct(
    const Op& op, const InputGrid& grid, const Tensor& input, const CpuTensor& weights, const Tensor* bias,
    std::stop_token stop);

} // namespace tritloom::cpu
