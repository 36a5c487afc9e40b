#pragma once

#include "core/graph/op.h"

#include <ATen/ATen.h>

#include <span>
#include <stdexcept>

/// The ops of graphs in LibTorch's words, f32 on the processor, derivable. inputs as OpKind lists them.
/// They throw Refusal or what LibTorch throws.
namespace tritloom::torchops {

/// Why an op cannot be done this way, without its name.
class Refusal : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

using Inputs = std::span<const at::Tensor>;
using Function = at::Tensor (*)(const Op&, Inputs);

/// Null: there is none.
[[nodiscard]] Function functionOf(OpKind kind);

at::Tensor embedding(const Op&, Inputs);
at::Tensor linear(const Op&, Inputs);
at::Tensor rmsNorm(const Op&, Inputs);
at::Tensor layerNorm(const Op&, Inputs);
at::Tensor rope(const Op&, Inputs);
at::Tensor attention(const Op&, Inputs);
at::Tensor slice(const Op&, Inputs);
at::Tensor add(const Op&, Inputs);
at::Tensor multiply(const Op&, Inputs);
at::Tensor silu(const Op&, Inputs);
at::Tensor gelu(const Op&, Inputs);
at::Tensor relu2(const Op&, Inputs);
/// Of whole rows or groups around zero; gradients pass through as if nothing were rounded (arXiv 2310.11453).
at::Tensor quantizeRows(const Op&, Inputs);
at::Tensor logSoftmax(const Op&, Inputs);
at::Tensor constant(const Op&, Inputs);
at::Tensor convolution(const Op&, Inputs);
at::Tensor transposedConvolution(const Op&, Inputs);
at::Tensor matMul(const Op&, Inputs);
at::Tensor maxPool(const Op&, Inputs);
at::Tensor averagePool(const Op&, Inputs);
at::Tensor resize(const Op&, Inputs);
at::Tensor batchNorm(const Op&, Inputs);
at::Tensor groupNorm(const Op&, Inputs);
at::Tensor localResponseNorm(const Op&, Inputs);
at::Tensor unary(const Op&, Inputs);
at::Tensor binary(const Op&, Inputs);
at::Tensor where(const Op&, Inputs);
at::Tensor softmax(const Op&, Inputs);
at::Tensor concat(const Op&, Inputs);
at::Tensor stridedSlice(const Op&, Inputs);
at::Tensor reshape(const Op&, Inputs);
at::Tensor transpose(const Op&, Inputs);
at::Tensor pad(const Op&, Inputs);
at::Tensor gather(const Op&, Inputs);
at::Tensor expand(const Op&, Inputs);
at::Tensor reduce(const Op&, Inputs);
at::Tensor argReduce(const Op&, Inputs);
at::Tensor depthToSpace(const Op&, Inputs);
at::Tensor spaceToDepth(const Op&, Inputs);

} // namespace tritloom::torchops
