#include "plugins/torch/ops.h"

namespace tritloom::torchops {
namespace {

/// One number a channel, against [N, C, ...].
at::Tensor perChannel(const at::Tensor& numbers, const at::Tensor& x)
{
    std::vector<std::int64_t> shape(std::size_t(x.dim()), 1);
    shape[1] = x.size(1);
    return numbers.reshape(shape);
}

} // namespace

at::Tensor rmsNorm(const Op& op, Inputs inputs)
{
    const at::Tensor &x = inputs[0], &w = inputs[1];
    const at::Tensor runs = x.reshape({-1, w.numel()});
    const at::Tensor inverse = at::rsqrt(runs.square().mean(1, true) + op.number("epsilon", 1e-5));
    return (runs * inverse * w.reshape({1, -1})).reshape(x.sizes());
}

at::Tensor layerNorm(const Op& op, Inputs x)
{
    const std::int64_t size = x[0].size(-1);
    return at::layer_norm(
        x[0], {size}, x[1].reshape({size}), x[2].reshape({size}), op.number("epsilon", 1e-5));
}

at::Tensor batchNorm(const Op& op, Inputs x)
{
    const at::Tensor factor = x[1] * at::rsqrt(x[4] + op.number("epsilon", 1e-5));
    return (x[0] - perChannel(x[3], x[0])) * perChannel(factor, x[0]) + perChannel(x[2], x[0]);
}

at::Tensor groupNorm(const Op& op, Inputs x)
{
    const std::int64_t channels = x[0].size(1);
    return at::group_norm(
        x[0], std::int64_t(op.count("groups", 1)), x.size() > 1 ? x[1].reshape({channels}) : at::Tensor(),
        x.size() > 2 ? x[2].reshape({channels}) : at::Tensor(), op.number("epsilon", 1e-5));
}

// Sums of squares over neighbouring channels; fewer to the left when their number is even.
at::Tensor localResponseNorm(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto size = std::int64_t(op.count("size", 1));
    const at::Tensor planes = x.square().reshape({x.size(0), 1, x.size(1), -1});
    const at::Tensor padded = at::constant_pad_nd(planes, {0, 0, (size - 1) / 2, size / 2});
    at::Tensor sum = padded.narrow(2, 0, x.size(1));
    for (std::int64_t i = 1; i < size; ++i)
        sum = sum + padded.narrow(2, i, x.size(1));
    const at::Tensor base = sum * (op.number("alpha", 1e-4) / double(size)) + op.number("bias", 1);
    return x * at::pow(base, -op.number("beta", 0.75)).reshape(x.sizes());
}

} // namespace tritloom::torchops
