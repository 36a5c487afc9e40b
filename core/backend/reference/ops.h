#pragma once

#include "core/backend/host_backend.h"

/// One file per op, written to be read: double sums, one thread, every number format through its decoder.
namespace tritloom::reference {

/// Values as floats whatever the format; shared by all reference ops.
[[nodiscard]] std::vector<float> values(const Tensor& tensor);

Result<Tensor> embedding(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> linear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> rmsNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> layerNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> rope(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> attention(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> slice(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> add(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> multiply(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> silu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> gelu(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> relu2(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> logSoftmax(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> argMax(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> pick(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> gather(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> hadamard(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> quantizeRows(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> signFactorLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> sparseLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> divergence(const Op&, std::span<const Tensor>, std::stop_token);

/// The angle table of Rope: cosine and sine for one position, [dimensions / 2] each.
/// theta_i = base^(-2i/d) / divisor_i, angle = position * theta_i / factor (llm-forward, section 1).
struct Rotation {
    std::vector<float> cosine, sine;
};
[[nodiscard]] Rotation rotationAt(
    std::size_t position, std::size_t dimensions, double base, double factor,
    std::span<const float> divisors);

} // namespace tritloom::reference
