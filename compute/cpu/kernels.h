#pragma once

#include "compute/cpu/packed/layout.h"
#include "core/backend/host_backend.h"

namespace tritloom::cpu {

class ActivationCache;
class CpuTensor;
enum class ActivationMode : std::uint8_t;

/// One op on the CPU, many threads. See OpKind for shapes; activations and results are f32.
Result<Tensor> embedding(const Tensor& tokens, const CpuTensor& table);
Result<Tensor> linear(
    const Tensor& input, const CpuTensor& weights, ActivationMode mode, ActivationCache& cache,
    std::stop_token stop);
Result<Tensor> rmsNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> rope(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> attention(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> add(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> multiply(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> silu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> gelu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> logSoftmax(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> divergence(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> hadamard(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> signFactorLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> sparseLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> convolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> transposedConvolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> unary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> binary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> batchNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> groupNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> pool(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> reshape(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> transpose(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> concat(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> stridedSlice(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> resize(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> layerNorm(const Op&, std::span<const Tensor>, std::stop_token);

/// How the blocks of a format become the layout for products.
struct PackedFormat {
    FormatLayout layout;
    BlockReader read = nullptr;
};

/// The row for weights of this format, or nothing where there is none.
[[nodiscard]] std::optional<PackedFormat> packedFormatOf(const NumberFormat& format);

} // namespace tritloom::cpu
