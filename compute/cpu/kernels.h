#pragma once

#include "core/backend/host_backend.h"

namespace tritloom::cpu {

/// One op on the CPU, many threads. See OpKind for shapes; activations and results are f32.
Result<Tensor> embedding(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> linear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> rmsNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> rope(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> attention(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> add(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> multiply(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> silu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> gelu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> logSoftmax(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> divergence(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> convolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> transposedConvolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> unary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> binary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> batchNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> groupNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> pool(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> reshape(const Op&, std::span<const Tensor>, std::stop_token);

/// output[r] = sum over c of weights[r, c] * input[c].
///
/// weights: [output.size(), input.size()] packed in the format the kernel is named after, rows
/// without padding. No alignment needed. Safe to call from many threads.
using MultiplyKernel =
    void (*)(std::span<const std::byte> weights, std::span<const float> input, std::span<float> output);

/// The one-column product for weights of this format, or null where there is none.
[[nodiscard]] MultiplyKernel multiplyKernelFor(const NumberFormat& format);

} // namespace tritloom::cpu
