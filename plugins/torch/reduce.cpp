#include "plugins/torch/ops.h"

#include <algorithm>

namespace tritloom::torchops {

at::Tensor reduce(const Op& op, Inputs inputs)
{
    using enum ReduceFunction;
    const at::Tensor& x = inputs[0];
    const std::vector<std::int64_t>& axes = op.list("axes");
    const bool keep = op.number("keep") != 0;
    if (axes.empty())
        throw Refusal("no axes are given");
    switch (ReduceFunction(op.count("function"))) {
    case Mean:
        return x.mean(axes, keep);
    case Sum:
        return x.sum(axes, keep);
    case Maximum:
        return x.amax(axes, keep);
    case Minimum:
        return x.amin(axes, keep);
    case Product: {
        std::vector<std::int64_t> order = axes;
        std::ranges::sort(order, std::greater<>()); // from behind, so that numbers stay true
        at::Tensor y = x;
        for (const std::int64_t axis : order)
            y = y.prod(axis, keep);
        return y;
    }
    case L1:
        return x.abs().sum(axes, keep);
    case L2:
        return x.square().sum(axes, keep).sqrt();
    case LogSum:
        return x.sum(axes, keep).log();
    case LogSumExp:
        return x.logsumexp(axes, keep);
    case SumSquare:
        return x.square().sum(axes, keep);
    }
    throw Refusal("the function is not known");
}

at::Tensor argReduce(const Op& op, Inputs x)
{
    const auto axis = std::int64_t(op.count("axis"));
    const bool keep = op.number("keep") != 0;
    const at::Tensor index = op.number("largest", 1) != 0 ? x[0].argmax(axis, keep) : x[0].argmin(axis, keep);
    return index.to(at::kFloat);
}

at::Tensor softmax(const Op& op, Inputs x)
{
    const auto axis = std::int64_t(op.count("axis"));
    return op.number("logarithm") != 0 ? at::log_softmax(x[0], axis) : at::softmax(x[0], axis);
}

at::Tensor logSoftmax(const Op&, Inputs x)
{
    return at::log_softmax(x[0], -1);
}

} // namespace tritloom::torchops
