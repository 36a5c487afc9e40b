#include "core/architecture/onnx/onnx_builder.h"

#include "core/graph/shape_inference.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom::onnx {

Result<void> identity(Builder& builder, const OperatorNode& node)
{
    return builder.give(node, builder.need(node, 0));
}

Result<void> constant(Builder& builder, const OperatorNode& node)
{
    const auto known = [&](Shape shape, std::vector<float> values, int elementType) {
        return builder.give(node, Builder::known(std::move(shape), std::move(values), elementType));
    };
    for (const auto& [name, attribute] : node.attributes) {
        if (const auto* const tensor = std::get_if<OperatorConstant>(&attribute))
            return builder.give(
                node,
                Operand{.values = tensor->values, .elementType = tensor->elementType, .knownShape = tensor->values.type().shape});
        if (const auto* const value = std::get_if<double>(&attribute))
            return known({}, {float(*value)}, 1);
        if (const auto* const value = std::get_if<std::int64_t>(&attribute))
            return known({}, {float(*value)}, 7);
        if (const auto* const list = std::get_if<std::vector<double>>(&attribute))
            return known({list->size()}, {list->begin(), list->end()}, 1);
        if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&attribute))
            return known({list->size()}, {list->begin(), list->end()}, 7);
    }
    return builder.fail(ErrorCode::Unsupported, node, "no constant of numbers");
}

Result<void> constantOfShape(Builder& builder, const OperatorNode& node)
{
    const auto sizes = TRY(builder.integers(node, 0, "shape"));
    const auto value = node.attributes.find("value");
    const auto* const given = value == node.attributes.end() ? nullptr : std::get_if<OperatorConstant>(&value->second);
    Shape shape;
    for (const std::int64_t size : sizes.value_or(std::vector<std::int64_t>()))
        shape.push_back(std::size_t(std::max<std::int64_t>(size, 0)));
    TRY_VOID(builder.folds(node, shape, double(TRY(elementsOf(shape)))));
    const std::vector<float> one = given == nullptr ? std::vector<float>{0} : given->values.toFloats();
    if (one.size() != 1)
        return builder.fail(ErrorCode::InvalidInput, node, "a value of {} numbers", one.size());
    std::vector<float> values(TensorType{nullptr, shape}.elements(), one[0]);
    return builder.give(node, Builder::known(shape, std::move(values), given == nullptr ? 1 : given->elementType));
}

Result<void> shape(Builder& builder, const OperatorNode& node)
{
    const Operand operand = TRY(builder.need(node, 0));
    const Shape& x = operand.shape();
    if (node.type == "Size")
        return builder.give(node, Builder::known({}, {float(TensorType{nullptr, x}.elements())}, 7));
    const auto rank = std::int64_t(x.size());
    const auto bound = [&](std::int64_t value) { return std::clamp<std::int64_t>(value < 0 ? value + rank : value, 0, rank); };
    const std::int64_t start = bound(node.integer("start", 0)), end = bound(node.integer("end", rank));
    std::vector<float> sizes;
    for (std::int64_t i = start; i < end; ++i)
        sizes.push_back(float(x[std::size_t(i)]));
    const std::size_t count = sizes.size();
    return builder.give(node, Builder::known({count}, std::move(sizes), 7));
}

Result<void> reshape(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto sizes = TRY(builder.integers(node, 1, "shape"));
    if (!sizes)
        return builder.fail(ErrorCode::InvalidInput, node, "no shape");
    Shape shape;
    std::optional<std::size_t> open;
    std::size_t known = 1;
    for (std::size_t i = 0; i < sizes->size(); ++i) {
        const std::int64_t size = (*sizes)[i];
        if (size == -1 && !open)
            open = i;
        else if (size < 0 || (size == 0 && node.integer("allowzero", 0) == 0 && i >= x.shape().size()))
            return builder.fail(ErrorCode::InvalidInput, node, "the shape [{}]", fmt::join(*sizes, ", "));
        const bool copied = size == 0 && node.integer("allowzero", 0) == 0;
        shape.push_back(size == -1 ? 1 : copied ? x.shape()[i] : std::size_t(size));
        known *= std::max<std::size_t>(shape.back(), 1);
        if (known > std::size_t{1} << 40)
            return builder.fail(ErrorCode::InvalidInput, node, "the shape [{}]", fmt::join(*sizes, ", "));
    }
    if (open)
        shape[*open] = TensorType{nullptr, x.shape()}.elements() / known;
    return builder.give(node, builder.reshaped(node, x, shape));
}

Result<void> flatten(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto rank = std::int64_t(x.shape().size());
    std::int64_t axis = node.integer("axis", 1);
    axis = axis < 0 ? axis + rank : axis;
    if (axis < 0 || axis > rank)
        return builder.fail(ErrorCode::InvalidInput, node, "axis {} of {} dimensions", axis, rank);
    const std::size_t rows = TensorType{nullptr, Shape(x.shape().begin(), x.shape().begin() + axis)}.elements(),
                      total = TensorType{nullptr, x.shape()}.elements();
    return builder.give(node, builder.reshaped(node, x, {rows, rows == 0 ? 0 : total / rows}));
}

Result<void> squeeze(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto axes = TRY(builder.integers(node, 1, "axes"));
    std::vector<bool> leave(x.shape().size(), false);
    for (std::size_t i = 0; i < leave.size() && !axes; ++i)
        leave[i] = x.shape()[i] == 1;
    for (const std::int64_t axis : axes.value_or(std::vector<std::int64_t>()))
        leave[TRY(builder.axis(node, axis, leave.size()))] = true;
    Shape shape;
    for (std::size_t i = 0; i < leave.size(); ++i)
        if (!leave[i])
            shape.push_back(x.shape()[i]);
    return builder.give(node, builder.reshaped(node, x, shape));
}

Result<void> unsqueeze(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto axes = TRY(builder.integers(node, 1, "axes"));
    const std::size_t rank = x.shape().size() + axes.value_or(std::vector<std::int64_t>()).size();
    std::vector<bool> fresh(rank, false);
    for (const std::int64_t axis : axes.value_or(std::vector<std::int64_t>()))
        fresh[TRY(builder.axis(node, axis, rank))] = true;
    if (std::size_t(std::ranges::count(fresh, false)) != x.shape().size())
        return builder.fail(ErrorCode::InvalidInput, node, "an axis twice");
    Shape shape;
    auto next = x.shape().begin();
    for (const bool one : fresh)
        shape.push_back(one ? 1 : *next++);
    return builder.give(node, builder.reshaped(node, x, shape));
}

Result<void> transpose(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    std::vector<std::int64_t> permutation = node.integers("perm");
    if (permutation.empty())
        for (std::size_t i = x.shape().size(); i-- > 0;)
            permutation.push_back(std::int64_t(i));
    if (x.isKnown() && builder.isLayer(x) && x.shape().size() == 2 && permutation == std::vector<std::int64_t>{1, 0}) {
        Operand turned = x; // the product reads the stored layer, whatever the way it is turned here
        std::swap(turned.knownShape[0], turned.knownShape[1]);
        return builder.give(node, std::move(turned));
    }
    Op op{OpKind::Transpose, {}};
    op.lists["permutation"] = std::move(permutation);
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

Result<void> concat(Builder& builder, const OperatorNode& node)
{
    std::vector<Operand> operands;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
        operands.push_back(TRY(builder.need(node, i)));
    if (operands.empty())
        return builder.fail(ErrorCode::InvalidInput, node, "nothing to join");
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 1), operands[0].shape().size()));
    return builder.give(node, builder.emit(node, {OpKind::Concat, {{"axis", double(axis)}}}, operands));
}

Result<void> slice(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto starts = TRY(builder.integers(node, 1, "starts")), ends = TRY(builder.integers(node, 2, "ends")),
               axes = TRY(builder.integers(node, 3, "axes")), steps = TRY(builder.integers(node, 4, "steps"));
    const std::size_t rank = x.shape().size();
    if (!starts || !ends || starts->size() != ends->size() || (axes && axes->size() != starts->size())
        || (steps && steps->size() != starts->size()))
        return builder.fail(ErrorCode::InvalidInput, node, "starts and ends do not go together");
    Op op{OpKind::StridedSlice, {}};
    op.lists["starts"].assign(rank, 0);
    op.lists["steps"].assign(rank, 1);
    op.lists["sizes"].assign(x.shape().begin(), x.shape().end());
    for (std::size_t i = 0; i < starts->size(); ++i) {
        const std::size_t d = TRY(builder.axis(node, axes ? (*axes)[i] : std::int64_t(i), rank));
        const auto size = std::int64_t(x.shape()[d]);
        const std::int64_t step = steps ? (*steps)[i] : 1;
        if (step == 0)
            return builder.fail(ErrorCode::InvalidInput, node, "a step of 0");
        const auto bound = [&](std::int64_t value) {
            value = value < 0 ? value + size : value;
            return step > 0 ? std::clamp<std::int64_t>(value, 0, size) : std::clamp<std::int64_t>(value, -1, size - 1);
        };
        const std::int64_t begin = bound((*starts)[i]), end = bound((*ends)[i]);
        const std::int64_t count = step > 0 ? (end - begin + step - 1) / step : (begin - end - step - 1) / -step;
        op.lists["starts"][d] = begin;
        op.lists["steps"][d] = step;
        op.lists["sizes"][d] = std::max<std::int64_t>(count, 0);
    }
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

Result<void> split(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 0), x.shape().size()));
    const auto size = std::int64_t(x.shape()[axis]), parts = std::int64_t(node.outputs.size());
    auto sizes = TRY(builder.integers(node, 1, "split"));
    if (!sizes) {
        sizes.emplace();
        const std::int64_t each = (size + parts - 1) / parts;
        for (std::int64_t left = size; std::int64_t(sizes->size()) < parts; left -= each)
            sizes->push_back(std::clamp<std::int64_t>(left, 0, each));
    }
    if (std::int64_t(sizes->size()) != parts || std::accumulate(sizes->begin(), sizes->end(), std::int64_t{0}) != size)
        return builder.fail(
            ErrorCode::InvalidInput, node, "{} split into [{}] for {} outputs", size, fmt::join(*sizes, ", "), parts);
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < sizes->size(); ++i) {
        Op op{OpKind::StridedSlice, {}};
        op.lists["starts"].assign(x.shape().size(), 0);
        op.lists["steps"].assign(x.shape().size(), 1);
        op.lists["sizes"].assign(x.shape().begin(), x.shape().end());
        op.lists["starts"][axis] = begin;
        op.lists["sizes"][axis] = (*sizes)[i];
        begin += (*sizes)[i];
        builder.set(node, i, TRY(builder.emit(node, std::move(op), {x})));
    }
    return {};
}

Result<void> pad(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto pads = TRY(builder.integers(node, 1, "pads"));
    const auto value = TRY(builder.numbers(node, 2, "value"));
    const auto axes = TRY(builder.integers(node, 3, "axes"));
    const std::size_t rank = x.shape().size(), count = axes ? axes->size() : rank;
    if (!pads || pads->size() != 2 * count)
        return builder.fail(ErrorCode::InvalidInput, node, "pads for {} dimensions are needed", count);
    const std::string mode = node.text("mode", "constant");
    const auto modes = {"constant", "reflect", "edge", "wrap"};
    const auto* const at = std::ranges::find(modes, mode);
    if (at == modes.end())
        return builder.fail(ErrorCode::Unsupported, node, "the mode '{}'", mode);
    Op op{OpKind::Pad, {{"mode", double(at - modes.begin())}, {"value", value && !value->empty() ? value->front() : 0}}};
    op.lists["pads"].assign(2 * rank, 0);
    for (std::size_t i = 0; i < count; ++i) {
        const std::size_t d = TRY(builder.axis(node, axes ? (*axes)[i] : std::int64_t(i), rank));
        op.lists["pads"][d] = (*pads)[i];
        op.lists["pads"][rank + d] = (*pads)[count + i];
    }
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

Result<void> gather(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), indices = TRY(builder.need(node, 1));
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 0), x.shape().size()));
    const Op op{OpKind::Gather, {{"axis", double(axis)}}};
    if (!builder.isLayer(x) || indices.isKnown()) {
        Operand result = TRY(builder.emit(node, op, {x, indices}));
        result.elementType = x.elementType;
        return builder.give(node, std::move(result));
    }
    // A table that indices of the input look into: its rows may be compressed.
    const std::size_t count = TensorType{nullptr, indices.shape()}.elements();
    const Flow ids = TRY(builder.flowing(node, TRY(builder.reshaped(node, indices, {count}))));
    Flow rows = TRY(builder.network().add({OpKind::Embedding, {}}, {ids}, {*x.origin}, node.name));
    Shape shape = indices.shape();
    shape.push_back(x.shape().back());
    return builder.give(node, builder.reshaped(node, {.flow = std::move(rows)}, shape));
}

Result<void> expand(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto sizes = TRY(builder.integers(node, 1, "shape"));
    Op op{OpKind::Expand, {}};
    op.lists["shape"] = sizes.value_or(std::vector<std::int64_t>());
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

// [a, b] repeated [m, n] times: [1, a, 1, b] expanded to [m, a, n, b].
Result<void> tile(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto repeats = TRY(builder.integers(node, 1, "repeats"));
    if (!repeats || repeats->size() != x.shape().size())
        return builder.fail(ErrorCode::InvalidInput, node, "one repeat a dimension is needed");
    Shape apart, result;
    Op op{OpKind::Expand, {}};
    for (std::size_t i = 0; i < repeats->size(); ++i) {
        if ((*repeats)[i] < 0 || (*repeats)[i] > 1 << 20)
            return builder.fail(ErrorCode::InvalidInput, node, "{} repeats", (*repeats)[i]);
        apart.insert(apart.end(), {1, x.shape()[i]});
        op.lists["shape"].insert(op.lists["shape"].end(), {(*repeats)[i], std::int64_t(x.shape()[i])});
        result.push_back(std::size_t((*repeats)[i]) * x.shape()[i]);
    }
    const Operand spread = TRY(builder.emit(node, std::move(op), {TRY(builder.reshaped(node, x, apart))}));
    return builder.give(node, builder.reshaped(node, spread, result));
}

// One side of diagonal k of each matrix stays, zeros are on the other.
Result<void> trilu(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const std::size_t rank = x.shape().size();
    const auto given = TRY(builder.integers(node, 1, "k"));
    if (rank < 2 || (given && given->size() != 1))
        return builder.fail(
            ErrorCode::InvalidInput, node, "one diagonal of matrices is needed, not of [{}]",
            fmt::join(x.shape(), ", "));
    const std::int64_t k = given ? given->front() : 0;
    const bool isUpper = node.integer("upper", 1) != 0;
    const Shape matrix{x.shape()[rank - 2], x.shape()[rank - 1]};
    TRY_VOID(builder.folds(node, matrix, double(matrix[0]) * double(matrix[1])));
    std::vector<float> kept;
    for (std::size_t row = 0; row < matrix[0]; ++row)
        for (std::size_t column = 0; column < matrix[1]; ++column) {
            const std::int64_t diagonal = std::int64_t(column) - std::int64_t(row);
            kept.push_back((isUpper ? diagonal >= k : diagonal <= k) ? 1.0f : 0.0f);
        }
    Operand result = TRY(builder.emit(
        node, {OpKind::Where, {}}, {Builder::known(matrix, std::move(kept)), x, Builder::known({1}, {0})}));
    result.elementType = x.elementType;
    return builder.give(node, std::move(result));
}

Result<void> range(Builder& builder, const OperatorNode& node)
{
    std::vector<double> bounds;
    bool integer = true;
    for (std::size_t i = 0; i < 3; ++i) {
        const Operand operand = TRY(builder.need(node, i));
        integer = integer && operand.isInteger();
        const std::vector<float> values = TRY(builder.valuesOf(node, operand));
        bounds.push_back(values.empty() ? 0 : double(values[0]));
    }
    const double count = bounds[2] == 0 ? 0 : std::ceil((bounds[1] - bounds[0]) / bounds[2]);
    if (!(count >= 0 && count < 1e7))
        return builder.fail(ErrorCode::InvalidInput, node, "a range of {} numbers", count);
    TRY_VOID(builder.folds(node, {std::size_t(count)}, count));
    std::vector<float> values;
    for (std::size_t i = 0; double(i) < count; ++i)
        values.push_back(float(bounds[0] + double(i) * bounds[2]));
    const std::size_t size = values.size();
    return builder.give(node, Builder::known({size}, std::move(values), integer ? 7 : 1));
}

} // namespace tritloom::onnx
