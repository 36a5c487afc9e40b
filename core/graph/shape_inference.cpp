#include "core/graph/shape_inference.h"

#include "core/base/checked.h"
#include "core/graph/window.h"

#include <algorithm>

namespace tritloom {
namespace {

using Inputs = std::span<const Shape>;

std::string text(const Shape& shape)
{
    return fmt::format("[{}]", fmt::join(shape, ", "));
}

Result<std::size_t> axisOf(const Op& op, const Shape& shape)
{
    const double axis = op.number("axis");
    if (!(axis >= 0 && axis < double(shape.size())))
        return fail(ErrorCode::InvalidInput, "{}: axis {} of {}", nameOf(op.kind), axis, text(shape));
    return std::size_t(axis);
}

Result<void> expectVector(const Op& op, const Shape& shape, std::size_t size)
{
    if (TRY(elementsOf(shape)) != size)
        return fail(
            ErrorCode::InvalidInput, "{}: {} numbers are needed, not {}", nameOf(op.kind), size, text(shape));
    return {};
}

Result<Shape> convolution(const Op& op, Inputs inputs)
{
    const Window w = TRY(windowOf(op, inputs[0]));
    const auto groups = std::int64_t(op.count("groups", 1));
    const TensorType weights{nullptr, inputs[1]};
    const auto rows = std::int64_t(weights.rows()), columns = std::int64_t(weights.columns());
    const bool transposed = op.kind == OpKind::TransposedConvolution;
    if (groups < 1 || w.channels % groups != 0 || inputs[1].size() != 2
        || (transposed ? columns != w.channels || rows % w.kernelSize() != 0
                       : columns != w.channels / groups * w.kernelSize() || rows % groups != 0))
        return fail(
            ErrorCode::InvalidInput, "{}: weights {} in {} groups do not fit windows of {} over {} channels",
            nameOf(op.kind), text(inputs[1]), groups, w.kernelSize(), w.channels);
    const std::int64_t outputs = transposed ? rows / w.kernelSize() * groups : rows;
    if (inputs.size() > 2)
        TRY_VOID(expectVector(op, inputs[2], std::size_t(outputs)));
    return w.outputShape(outputs);
}

Result<Shape> matMul(const Op&, Inputs inputs)
{
    Shape a = inputs[0], b = inputs[1];
    const bool row = a.size() == 1, column = b.size() == 1;
    if (row)
        a.insert(a.begin(), 1);
    if (column)
        b.push_back(1);
    if (a.size() < 2 || b.size() < 2 || a.back() != b[b.size() - 2])
        return fail(ErrorCode::InvalidInput, "a product of {} and {}", text(inputs[0]), text(inputs[1]));
    Shape result = TRY(broadcastShape({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2}));
    if (!row)
        result.push_back(a[a.size() - 2]);
    if (!column)
        result.push_back(b.back());
    return result;
}

Result<Shape> channelNorm(const Op& op, Inputs inputs)
{
    if (inputs[0].size() < 2)
        return fail(ErrorCode::InvalidInput, "{}: {} has no channels", nameOf(op.kind), text(inputs[0]));
    const std::size_t groups = op.count("groups", 1);
    if (groups == 0 || inputs[0][1] % groups != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: {} channels in {} groups", nameOf(op.kind), inputs[0][1], groups);
    for (const Shape& other : inputs.subspan(1))
        TRY_VOID(expectVector(op, other, inputs[0][1]));
    return inputs[0];
}

Result<Shape> concat(const Op& op, Inputs inputs)
{
    const std::size_t axis = TRY(axisOf(op, inputs[0]));
    Shape result = inputs[0];
    for (const Shape& other : inputs.subspan(1)) {
        for (std::size_t i = 0; i < std::max(result.size(), other.size()); ++i)
            if (other.size() != result.size() || (i != axis && other[i] != result[i]))
                return fail(
                    ErrorCode::InvalidInput, "{} and {} joined along {}", text(inputs[0]), text(other), axis);
        result[axis] += other[axis];
    }
    return result;
}

Result<Shape> slice(const Op& op, Inputs inputs)
{
    const auto &starts = op.list("starts"), &sizes = op.list("sizes"), &steps = op.list("steps");
    const Shape& x = inputs[0];
    bool fits = starts.size() == x.size() && sizes.size() == x.size() && steps.size() == x.size();
    Shape result;
    for (std::size_t i = 0; fits && i < x.size(); ++i) {
        const std::int64_t last = starts[i] + (sizes[i] - 1) * steps[i];
        fits = sizes[i] >= 0
            && (sizes[i] == 0
                || (starts[i] >= 0 && starts[i] < std::int64_t(x[i]) && last >= 0
                    && last < std::int64_t(x[i])));
        result.push_back(std::size_t(sizes[i]));
    }
    if (!fits)
        return fail(
            ErrorCode::InvalidInput, "a slice from [{}] of [{}] by [{}] of {}", fmt::join(starts, ", "),
            fmt::join(sizes, ", "), fmt::join(steps, ", "), text(x));
    return result;
}

Result<Shape> listShape(const Op& op, std::string_view name)
{
    Shape shape;
    for (const std::int64_t size : op.list(name)) {
        if (size < 0)
            return fail(ErrorCode::InvalidInput, "{}: a size of {}", nameOf(op.kind), size);
        shape.push_back(std::size_t(size));
    }
    TRY(elementsOf(shape));
    return shape;
}

Result<Shape> reshape(const Op& op, Inputs inputs)
{
    Shape shape = TRY(listShape(op, "shape"));
    if (TRY(elementsOf(shape)) != TRY(elementsOf(inputs[0])))
        return fail(ErrorCode::InvalidInput, "{} reshaped to {}", text(inputs[0]), text(shape));
    return shape;
}

Result<Shape> transpose(const Op& op, Inputs inputs)
{
    const auto& permutation = op.list("permutation");
    Shape result;
    std::vector<bool> seen(inputs[0].size(), false);
    for (const std::int64_t from : permutation) {
        if (from < 0 || from >= std::int64_t(seen.size()) || seen[std::size_t(from)])
            break;
        seen[std::size_t(from)] = true;
        result.push_back(inputs[0][std::size_t(from)]);
    }
    if (result.size() != inputs[0].size() || permutation.size() != result.size())
        return fail(
            ErrorCode::InvalidInput, "{} transposed by [{}]", text(inputs[0]), fmt::join(permutation, ", "));
    return result;
}

Result<Shape> pad(const Op& op, Inputs inputs)
{
    const auto& pads = op.list("pads");
    Shape result;
    const std::size_t n = inputs[0].size();
    for (std::size_t i = 0; i < n && pads.size() == 2 * n; ++i) {
        const auto size = std::int64_t(inputs[0][i]);
        const std::int64_t limit = op.number("mode") == 1 ? size
            : op.number("mode") == 0                      ? 1 << 20
                                                          : size + 1;
        if (size + pads[i] + pads[n + i] < 0 || pads[i] >= limit || pads[n + i] >= limit || pads[i] < -size
            || pads[n + i] < -size)
            break;
        result.push_back(std::size_t(size + pads[i] + pads[n + i]));
    }
    if (result.size() != n)
        return fail(ErrorCode::InvalidInput, "{} padded by [{}]", text(inputs[0]), fmt::join(pads, ", "));
    TRY(elementsOf(result));
    return result;
}

Result<Shape> gather(const Op& op, Inputs inputs)
{
    const std::size_t axis = TRY(axisOf(op, inputs[0]));
    Shape result(inputs[0].begin(), inputs[0].begin() + std::ptrdiff_t(axis));
    result.insert(result.end(), inputs[1].begin(), inputs[1].end());
    result.insert(result.end(), inputs[0].begin() + std::ptrdiff_t(axis) + 1, inputs[0].end());
    return result;
}

Result<Shape> reduce(const Op& op, Inputs inputs)
{
    std::vector<std::int64_t> axes = op.list("axes");
    if (op.kind == OpKind::ArgReduce)
        axes = {std::int64_t(TRY(axisOf(op, inputs[0])))};
    for (const std::int64_t axis : axes)
        if (axis < 0 || axis >= std::int64_t(inputs[0].size()))
            return fail(ErrorCode::InvalidInput, "{}: axis {} of {}", nameOf(op.kind), axis, text(inputs[0]));
    Shape result;
    for (std::size_t i = 0; i < inputs[0].size(); ++i) {
        const bool reduced = std::find(axes.begin(), axes.end(), std::int64_t(i)) != axes.end();
        if (reduced && inputs[0][i] == 0)
            return fail(ErrorCode::InvalidInput, "{} over the empty {}", nameOf(op.kind), text(inputs[0]));
        if (!reduced)
            result.push_back(inputs[0][i]);
        else if (op.number("keep") != 0)
            result.push_back(1);
    }
    return result;
}

Result<Shape> blocks(const Op& op, Inputs inputs)
{
    const std::size_t block = op.count("block");
    const Shape& x = inputs[0];
    const bool toSpace = op.kind == OpKind::DepthToSpace;
    if (block == 0 || block > 1024 || x.size() != 4
        || (toSpace ? x[1] % (block * block) != 0 : x[2] % block != 0 || x[3] % block != 0))
        return fail(ErrorCode::InvalidInput, "{}: {} in blocks of {}", nameOf(op.kind), text(x), block);
    return toSpace ? Shape{x[0], x[1] / (block * block), x[2] * block, x[3] * block}
                   : Shape{x[0], x[1] * block * block, x[2] / block, x[3] / block};
}

Result<Shape> resize(const Op& op, Inputs inputs)
{
    Shape shape = TRY(listShape(op, "sizes"));
    if (shape.size() != inputs[0].size() || TRY(elementsOf(inputs[0])) == 0)
        return fail(ErrorCode::InvalidInput, "{} resized to {}", text(inputs[0]), text(shape));
    return shape;
}

Result<Shape> linear(const Op&, Inputs inputs)
{
    const TensorType x{nullptr, inputs[0]}, w{nullptr, inputs[1]};
    if (inputs[1].size() != 2 || x.columns() != w.columns())
        return fail(
            ErrorCode::InvalidInput, "a product of {} with weights of {}", text(inputs[0]), text(inputs[1]));
    return Shape{x.rows(), w.rows()};
}

Result<Shape> layerNorm(const Op& op, Inputs inputs)
{
    const std::size_t size = TensorType{nullptr, inputs[0]}.columns();
    for (const Shape& other : inputs.subspan(1))
        TRY_VOID(expectVector(op, other, size));
    return inputs[0];
}

Result<Shape> attention(const Op& op, Inputs inputs)
{
    const TensorType q{nullptr, inputs[0]}, k{nullptr, inputs[1]};
    const std::size_t heads = op.count("heads"), kvHeads = op.count("kvHeads", heads);
    if (heads == 0 || kvHeads == 0 || heads % kvHeads != 0 || q.columns() % heads != 0
        || k.columns() != q.columns() / heads * kvHeads || inputs[2] != inputs[1]
        || (op.number("causal", 1) != 0 && k.rows() < q.rows()))
        return fail(
            ErrorCode::InvalidInput, "attention of {} heads: queries {}, keys {}, values {}", heads,
            text(inputs[0]), text(inputs[1]), text(inputs[2]));
    return inputs[0];
}

Result<Shape> same(const Op&, Inputs inputs)
{
    return inputs[0];
}

struct Row {
    OpKind kind;
    std::size_t least; ///< inputs
    Result<Shape> (*infer)(const Op&, Inputs);
};

// The only list of rules.
constexpr Row rows[] = {
    {OpKind::Constant, 1, same},
    {OpKind::Linear, 2, linear},
    {OpKind::Embedding, 2,
     [](const Op&, Inputs x) -> Result<Shape> {
         return Shape{TRY(elementsOf(x[0])), TensorType{nullptr, x[1]}.columns()};
     }},
    {OpKind::LayerNorm, 3, layerNorm},
    {OpKind::Attention, 3, attention},
    {OpKind::Convolution, 2, convolution},
    {OpKind::TransposedConvolution, 2, convolution},
    {OpKind::MatMul, 2, matMul},
    {OpKind::MaxPool, 1,
     [](const Op& op, Inputs x) -> Result<Shape> {
         const Window w = TRY(windowOf(op, x[0]));
         return w.outputShape(w.channels);
     }},
    {OpKind::AveragePool, 1,
     [](const Op& op, Inputs x) -> Result<Shape> {
         const Window w = TRY(windowOf(op, x[0]));
         return w.outputShape(w.channels);
     }},
    {OpKind::Resize, 1, resize},
    {OpKind::BatchNorm, 5, channelNorm},
    {OpKind::GroupNorm, 1, channelNorm},
    {OpKind::LocalResponseNorm, 1, channelNorm},
    {OpKind::Unary, 1, same},
    {OpKind::Binary, 2, [](const Op&, Inputs x) { return broadcastShape(x[0], x[1]); }},
    {OpKind::Where, 3,
     [](const Op&, Inputs x) -> Result<Shape> {
         return broadcastShape(x[0], TRY(broadcastShape(x[1], x[2])));
     }},
    {OpKind::Softmax, 1,
     [](const Op& op, Inputs x) -> Result<Shape> {
         TRY(axisOf(op, x[0]));
         return x[0];
     }},
    {OpKind::Concat, 1, concat},
    {OpKind::StridedSlice, 1, slice},
    {OpKind::Reshape, 1, reshape},
    {OpKind::Transpose, 1, transpose},
    {OpKind::Pad, 1, pad},
    {OpKind::Gather, 2, gather},
    {OpKind::Expand, 1,
     [](const Op& op, Inputs x) -> Result<Shape> {
         return broadcastShape(x[0], TRY(listShape(op, "shape")));
     }},
    {OpKind::Reduce, 1, reduce},
    {OpKind::ArgReduce, 1, reduce},
    {OpKind::DepthToSpace, 1, blocks},
    {OpKind::SpaceToDepth, 1, blocks},
};

} // namespace

Result<std::size_t> elementsOf(const Shape& shape)
{
    const auto count = checkedProduct(shape);
    if (!count || *count > std::uint64_t{1} << 40)
        return fail(ErrorCode::InvalidInput, "{} is too large", text(shape));
    return std::size_t(*count);
}

Result<Shape> broadcastShape(const Shape& a, const Shape& b)
{
    Shape result(std::max(a.size(), b.size()));
    for (std::size_t i = 0; i < result.size(); ++i) {
        const std::size_t x = i < a.size() ? a[a.size() - 1 - i] : 1,
                          y = i < b.size() ? b[b.size() - 1 - i] : 1;
        if (x != y && x != 1 && y != 1)
            return fail(ErrorCode::InvalidInput, "{} and {} do not fit together", text(a), text(b));
        result[result.size() - 1 - i] = x == 1 ? y : x;
    }
    TRY(elementsOf(result));
    return result;
}

Result<Shape> inferShape(const Op& op, std::span<const Shape> inputs)
{
    for (const Row& row : rows) {
        if (row.kind != op.kind)
            continue;
        if (inputs.size() < row.least)
            return fail(
                ErrorCode::InvalidInput, "{}: {} inputs, {} are needed", nameOf(op.kind), inputs.size(),
                row.least);
        Shape result = TRY(row.infer(op, inputs));
        TRY(elementsOf(result));
        return result;
    }
    return fail(ErrorCode::Unsupported, "no rule for the shape of {}", nameOf(op.kind));
}

} // namespace tritloom
