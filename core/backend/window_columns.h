#pragma once

#include "core/graph/op.h"
#include "core/tensor/tensor.h"

namespace tritloom {

/// What the weight rows of a convolution are multiplied with: [windows, C / groups * kernel] ("im2col"); groups
/// follow each other. Of a transposed convolution: [pixels, C]. Of many windows, evenly spread ones are taken.
/// x: [N, C, ...], f32. Errors: InvalidInput.
[[nodiscard]] Result<Tensor> windowColumns(const Op& op, const Tensor& x, std::size_t mostRows = 512);

} // namespace tritloom
