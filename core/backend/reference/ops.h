#pragma once

#include "core/backend/host_backend.h"

#include <array>

/// One file per op, written to be read: double sums, one thread, every number format through its decoder.
namespace tritloom::reference {

/// Values as floats whatever the format; shared by all reference ops.
[[nodiscard]] std::vector<float> values(const Tensor& tensor);
/// The same where they lie; only what is no aligned f32 is decoded, into `room`.
[[nodiscard]] std::span<const float> valuesIn(const Tensor& tensor, std::vector<float>& room);

/// Whether a long loop is to end, asked at every number: a token is looked at now and then.
class StopCheck {
public:
    explicit StopCheck(std::stop_token stop)
        : m_stop(std::move(stop))
    {
    }
    [[nodiscard]] bool operator()() { return ++m_asked % 8192 == 0 && m_stop.stop_requested(); }

private:
    std::stop_token m_stop;
    std::uint32_t m_asked = 0;
};
[[nodiscard]] tl::unexpected<Error> cancelledIn(const Op& op);

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
Result<Tensor> hadamard(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> quantizeRows(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> signFactorLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> sparseLinear(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> divergence(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> constant(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> convolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> transposedConvolution(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> matMul(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> pool(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> resize(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> batchNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> groupNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> localResponseNorm(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> unary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> binary(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> where(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> softmax(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> concat(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> stridedSlice(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> reshape(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> transpose(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> pad(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> gather(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> expand(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> reduce(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> argReduce(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> depthToSpace(const Op&, std::span<const Tensor>, std::stop_token);
Result<Tensor> spaceToDepth(const Op&, std::span<const Tensor>, std::stop_token);

/// Distance between neighbours of `from` along each dimension of the broadcast shape `to`; 0 where it repeats.
[[nodiscard]] std::vector<std::size_t> broadcastSteps(const Shape& from, const Shape& to);
/// Where element `index` of `shape` lies in a tensor with those steps.
[[nodiscard]] std::size_t stepped(std::size_t index, const Shape& shape, std::span<const std::size_t> steps);

/// What an element of Resize's result reads along one dimension: the elements' numbers and weights.
struct ResizeTaps {
    std::array<std::int64_t, 4> from;
    std::array<double, 4> weight;
};
/// Of all `output` elements along a dimension of `input`.
[[nodiscard]] std::vector<ResizeTaps>
resizeTaps(const Op& op, std::size_t dimension, std::size_t input, std::size_t output);

/// The angle table of Rope: cosine and sine for one position, [dimensions / 2] each.
/// theta_i = base^(-2i/d) / divisor_i, angle = position * theta_i / factor (llm-forward, section 1).
struct Rotation {
    std::vector<float> cosine, sine;
};
[[nodiscard]] Rotation rotationAt(
    std::size_t position, std::size_t dimensions, double base, double factor,
    std::span<const float> divisors);

/// The first key that a causal query at this place among the keys sees, of at most `window` (0: of all).
[[nodiscard]] constexpr std::size_t firstKeySeen(std::size_t place, std::size_t window)
{
    return window == 0 || place < window ? 0 : place + 1 - window;
}

} // namespace tritloom::reference
