#include "plugins/torch/many_at_once.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// The list's first number, which must be the one picture, becomes n.
bool widen(Op& op, const char* list, std::size_t n)
{
    const auto found = op.lists.find(list);
    if (found == op.lists.end() || found->second.empty() || found->second[0] != 1)
        return false;
    found->second[0] = std::int64_t(n);
    return true;
}

/// False where the op may not be run on n pictures at once.
bool widen(Op& op, std::size_t n)
{
    switch (op.kind) {
    case OpKind::Convolution:
    case OpKind::TransposedConvolution:
    case OpKind::Linear:
    case OpKind::LayerNorm:
    case OpKind::MaxPool:
    case OpKind::AveragePool:
    case OpKind::BatchNorm:
    case OpKind::GroupNorm:
    case OpKind::LocalResponseNorm:
    case OpKind::Unary:
    case OpKind::Binary:
    case OpKind::Where:
    case OpKind::MatMul:
    case OpKind::DepthToSpace:
    case OpKind::SpaceToDepth:
    case OpKind::Constant:
        return true;
    case OpKind::Softmax:
    case OpKind::ArgReduce:
    case OpKind::Concat:
    case OpKind::Gather:
        return op.count("axis") != 0;
    case OpKind::Reduce: {
        const auto& axes = op.list("axes");
        return std::ranges::find(axes, 0) == axes.end();
    }
    case OpKind::Transpose:
        return !op.list("permutation").empty() && op.list("permutation")[0] == 0;
    case OpKind::Pad: {
        const auto& pads = op.list("pads");
        return !pads.empty() && pads[0] == 0 && pads[pads.size() / 2] == 0;
    }
    case OpKind::Reshape:
    case OpKind::Expand:
        return widen(op, "shape", n);
    case OpKind::Resize:
        return widen(op, "sizes", n);
    case OpKind::StridedSlice:
        return !op.list("starts").empty() && op.list("starts")[0] == 0 && widen(op, "sizes", n);
    default: // those of texts take rows for places in one text
        return false;
    }
}

} // namespace

std::optional<Graph> graphForMany(const Graph& graph, std::size_t n)
{
    Graph many = graph;
    for (Node& node : many.nodes)
        if (!widen(node.op, n))
            return std::nullopt;
    return many;
}

Tensor stacked(std::span<const Tensor* const> tensors)
{
    Shape shape = tensors[0]->type().shape;
    shape[0] *= tensors.size();
    std::vector<float> values;
    values.reserve(TensorType{nullptr, shape}.elements());
    for (const Tensor* tensor : tensors)
        values.insert(values.end(), tensor->floats().begin(), tensor->floats().end());
    return Tensor::adoptFloats(shape, std::move(values));
}

double farthestApart(const Tensor& expected, const Tensor& actual)
{
    const auto e = expected.floats(), a = actual.floats();
    if (e.size() != a.size())
        return INFINITY;
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < e.size(); ++i) {
        difference = std::max(difference, std::abs(double(a[i]) - double(e[i])));
        size = std::max(size, std::abs(double(e[i])));
        if (!std::isfinite(a[i]) || !std::isfinite(e[i]))
            return INFINITY;
    }
    return difference / std::max(size, 1e-6);
}

} // namespace tritloom
