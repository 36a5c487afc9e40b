#include "plugins/integer_network/integer_nodes.h"

#include "core/graph/window.h"

#include <algorithm>
#include <numeric>

namespace tritloom {

bool isProduct(const Node& node)
{
    return node.op.kind == OpKind::Convolution || node.op.kind == OpKind::Linear;
}

bool isRectifier(const Node& node)
{
    if (node.op.kind != OpKind::Unary)
        return false;
    const auto function = UnaryFunction(node.op.count("function"));
    return function == UnaryFunction::Relu
        || (function == UnaryFunction::Clip && node.op.number("a") == 0 && node.op.number("b") > 0);
}

bool isSum(const Node& node)
{
    return node.op.kind == OpKind::Add
        || (node.op.kind == OpKind::Binary
            && BinaryFunction(node.op.count("function")) == BinaryFunction::Add);
}

bool isGlobalMean(const Node& node, const Shape& shape)
{
    if (node.op.kind != OpKind::Reduce || ReduceFunction(node.op.count("function")) != ReduceFunction::Mean)
        return false;
    std::vector<std::int64_t> spatial(shape.size() < 2 ? 0 : shape.size() - 2), axes = node.op.list("axes");
    std::iota(spatial.begin(), spatial.end(), std::int64_t{2});
    std::ranges::sort(axes);
    return !spatial.empty() && axes == spatial;
}

Result<TapTable> tapTable(const Op& op, const Shape& input)
{
    const Window w = TRY(windowOf(op, input));
    TapTable table{std::size_t(w.inputSize()), std::size_t(w.outputSize()), std::size_t(w.kernelSize()), {}};
    for (std::int64_t tap = 0; tap < w.kernelSize(); ++tap)
        for (std::int64_t p = 0; p < w.outputSize(); ++p) {
            const Window::Three at{
                p / (w.output[1] * w.output[2]), p / w.output[2] % w.output[1], p % w.output[2]},
                k{tap / (w.kernel[1] * w.kernel[2]), tap / w.kernel[2] % w.kernel[1], tap % w.kernel[2]};
            std::int64_t place = 0;
            for (std::size_t d = 0; d < 3 && place >= 0; ++d) {
                const std::int64_t i = at[d] * w.stride[d] - w.padBegin[d] + k[d] * w.dilation[d];
                place = i < 0 || i >= w.input[d] ? -1 : place * w.input[d] + i;
            }
            table.from.push_back(std::int32_t(place));
        }
    return table;
}

std::vector<std::int64_t> placesOf(const Op& op, const Shape& from, const Shape& to)
{
    const std::size_t dimensions = to.size(), count = TensorType{nullptr, to}.elements();
    std::vector<std::int64_t> places(count);
    if (op.kind == OpKind::Reshape) {
        std::iota(places.begin(), places.end(), std::int64_t{0});
        return places;
    }
    std::vector<std::int64_t> strides(from.size(), 1); // of the source
    for (std::size_t d = from.size(); d-- > 1;)
        strides[d - 1] = strides[d] * std::int64_t(from[d]);
    for (std::size_t i = 0; i < count; ++i) {
        std::size_t rest = i;
        std::int64_t place = 0;
        bool isInside = true;
        for (std::size_t d = dimensions; d-- > 0;) {
            std::int64_t at = std::int64_t(rest % to[d]);
            rest /= to[d];
            std::size_t source = d;
            if (op.kind == OpKind::StridedSlice)
                at = op.list("starts")[d] + at * op.list("steps")[d];
            else if (op.kind == OpKind::Pad)
                at -= op.list("pads")[d];
            else if (op.kind == OpKind::Transpose)
                source = std::size_t(op.list("permutation")[d]);
            else
                return {};
            isInside = isInside && at >= 0 && at < std::int64_t(from[source]);
            place += at * strides[source];
        }
        places[i] = isInside ? place : -1;
    }
    return places;
}

} // namespace tritloom
