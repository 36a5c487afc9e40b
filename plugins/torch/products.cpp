#include "plugins/torch/ops.h"

#include <cmath>

namespace tritloom::torchops {

at::Tensor embedding(const Op& op, Inputs x)
{
    // Of places instead of tokens, whatever is given: from 0 on.
    const at::Tensor ids = op.count("positions") != 0 ? at::arange(x[0].numel(), at::kLong)
                                                      : x[0].detach().reshape({-1}).to(at::kLong);
    return at::index_select(x[1], 0, ids);
}

at::Tensor linear(const Op&, Inputs x)
{
    return at::matmul(x[0].reshape({-1, x[0].size(-1)}), x[1].t());
}

at::Tensor matMul(const Op&, Inputs x)
{
    return at::matmul(x[0], x[1]);
}

// Su et al. 2021; angles as core/backend/reference/attention.cpp defines them.
at::Tensor rope(const Op& op, Inputs inputs)
{
    const at::Tensor& x = inputs[0];
    const auto head = std::int64_t(op.count("headSize")),
               dimensions = std::int64_t(op.count("dimensions", std::size_t(head))), half = dimensions / 2;
    const std::int64_t rows = x.size(0);
    if (head == 0 || x.dim() != 2 || x.size(1) % head != 0 || dimensions > head || dimensions % 2 != 0)
        throw Refusal("the rows are not made of such heads");
    const auto doubles = at::TensorOptions().dtype(at::kDouble);
    at::Tensor theta =
        at::pow(op.number("base", 10000), at::arange(half, doubles) * (-2.0 / double(dimensions)))
        / op.number("factor", 1);
    if (inputs.size() > 1)
        theta = theta / inputs[1].to(at::kDouble);
    const at::Tensor positions = at::arange(rows, doubles) + op.number("position");
    const at::Tensor angle = (positions.reshape({rows, 1}) * theta.reshape({1, half})).unsqueeze(1);
    const at::Tensor cosine = angle.cos().to(at::kFloat), sine = angle.sin().to(at::kFloat);
    const at::Tensor heads = x.reshape({rows, -1, head});
    const at::Tensor turned = heads.narrow(2, 0, dimensions),
                     rest = heads.narrow(2, dimensions, head - dimensions);
    const bool halfSplit = op.number("halfSplit") != 0;
    const at::Tensor pairs =
        halfSplit ? turned.reshape({rows, -1, 2, half}).transpose(2, 3) : turned.reshape({rows, -1, half, 2});
    const at::Tensor a = pairs.select(3, 0), b = pairs.select(3, 1);
    const at::Tensor both = at::stack({a * cosine - b * sine, b * cosine + a * sine}, halfSplit ? 2 : 3);
    return at::cat({both.reshape(turned.sizes()), rest}, 2).reshape(x.sizes());
}

at::Tensor attention(const Op& op, Inputs inputs)
{
    const auto heads = std::int64_t(op.count("heads")),
               kvHeads = std::int64_t(op.count("kvHeads", std::size_t(heads)));
    const std::int64_t rows = inputs[0].size(0), keys = inputs[1].size(0);
    if (heads == 0 || kvHeads == 0 || heads % kvHeads != 0 || inputs[0].size(1) % heads != 0)
        throw Refusal("the rows are not made of such heads");
    const std::int64_t size = inputs[0].size(1) / heads, group = heads / kvHeads;
    const at::Tensor q = inputs[0].reshape({rows, kvHeads, group, size}).permute({1, 2, 0, 3});
    const at::Tensor k = inputs[1].reshape({keys, kvHeads, 1, size}).permute({1, 2, 0, 3});
    const at::Tensor v = inputs[2].reshape({keys, kvHeads, 1, size}).permute({1, 2, 0, 3});
    at::Tensor scores = at::matmul(q, k.transpose(2, 3)) / std::sqrt(double(size));
    if (op.number("causal", 1) != 0) {
        at::Tensor visible = at::ones({rows, keys}, at::kBool).tril(keys - rows);
        if (const auto window = std::int64_t(op.count("window")); window > 0)
            visible = visible.triu(keys - rows - window + 1);
        scores = scores.masked_fill(visible.logical_not(), -INFINITY);
    }
    return at::matmul(at::softmax(scores, 3), v).permute({2, 0, 1, 3}).reshape({rows, heads * size});
}

} // namespace tritloom::torchops
