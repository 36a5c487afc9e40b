#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>
#include <array>
#include <limits>

namespace tritloom::onnx {
namespace {

double parameterOf(const OperatorNode& node)
{
    return findOperator(node.domain, node.type)->parameter;
}

Operand number(double value)
{
    return Builder::known({1}, {float(value)});
}

} // namespace

Result<void> unary(Builder& builder, const OperatorNode& node)
{
    const auto function = UnaryFunction(int(parameterOf(node)));
    double a = node.number("alpha", 0), b = node.number("beta", 0);
    using enum UnaryFunction;
    Op op;
    switch (function) {
    case LeakyRelu:
        a = node.number("alpha", 0.01);
        break;
    case Elu: case Celu: case ThresholdedRelu:
        a = node.number("alpha", 1);
        break;
    case Selu:
        a = node.number("alpha", 1.67326319217681884765625);
        b = node.number("gamma", 1.05070102214813232421875);
        break;
    case HardSigmoid:
        a = node.number("alpha", 0.2);
        b = node.number("beta", 0.5);
        break;
    case Shrink:
        a = node.number("lambd", 0.5);
        b = node.number("bias", 0);
        break;
    default:
        break;
    }
    op = unaryOp(function == GeluErf && node.text("approximate", "none") == "tanh" ? GeluTanh : function, a, b);
    return builder.give(node, builder.emit(node, op, {TRY(builder.need(node, 0))}));
}

// Max, Min, Sum and Mean take any number of inputs.
Result<void> binary(Builder& builder, const OperatorNode& node)
{
    auto function = BinaryFunction(int(parameterOf(node)));
    Operand result = TRY(builder.need(node, 0));
    if (node.type == "Mod" && node.integer("fmod", 0) != 0)
        return builder.fail(ErrorCode::Unsupported, node, "fmod");
    for (std::size_t i = 1; i < node.inputs.size(); ++i) {
        Operand next = TRY(builder.need(node, i));
        // Before version 7 the second shape was placed by an axis, and slopes were one a channel.
        const bool slopes = node.type == "PRelu" && next.shape().size() == 1;
        if (builder.version() < 7 && (node.has("axis") || slopes)) {
            const std::size_t rank = result.shape().size();
            const std::size_t first = slopes && rank > 1 ? 1 : TRY(builder.axis(node, node.integer("axis", 0), rank));
            Shape shape = next.shape();
            shape.resize(std::max(shape.size(), rank - first), 1);
            next = TRY(builder.reshaped(node, next, shape));
        }
        const bool whole = function == BinaryFunction::Divide && result.isInteger() && next.isInteger();
        Operand left = result, right = next;
        const bool commutes = function == BinaryFunction::Add || function == BinaryFunction::Multiply;
        if (commutes && left.isKnown())
            std::swap(left, right); // a stored tensor stays one
        result = TRY(builder.emit(node, binaryOp(whole ? BinaryFunction::IntegerDivide : function), {left, right}));
    }
    if (node.type == "Mean")
        result = TRY(builder.emit(
            node, binaryOp(BinaryFunction::Divide), {result, number(double(node.inputs.size()))}));
    return builder.give(node, std::move(result));
}

Result<void> swish(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const double alpha = node.number("alpha", 1);
    if (alpha == 1)
        return builder.give(node, builder.emit(node, unaryOp(UnaryFunction::Silu), {x}));
    Operand gate = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {x, number(alpha)}));
    gate = TRY(builder.emit(node, unaryOp(UnaryFunction::Sigmoid), {gate}));
    return builder.give(node, builder.emit(node, binaryOp(BinaryFunction::Multiply), {x, gate}));
}

Result<void> clip(Builder& builder, const OperatorNode& node)
{
    const auto low = TRY(builder.numbers(node, 1, "min")), high = TRY(builder.numbers(node, 2, "max"));
    const auto one = [](const std::optional<std::vector<double>>& list, double otherwise) {
        return list && list->size() == 1 ? list->front() : otherwise;
    };
    const double most = double(std::numeric_limits<float>::max());
    return builder.give(
        node,
        builder.emit(node, unaryOp(UnaryFunction::Clip, one(low, -most), one(high, most)), {TRY(builder.need(node, 0))}));
}

Result<void> where(Builder& builder, const OperatorNode& node)
{
    return builder.give(
        node,
        builder.emit(
            node, {OpKind::Where, {}},
            {TRY(builder.need(node, 0)), TRY(builder.need(node, 1)), TRY(builder.need(node, 2))}));
}

// Before version 13 all dimensions from `axis` on were one.
Result<void> softmax(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const bool old = builder.version() < 13;
    if (x.shape().empty())
        return builder.fail(ErrorCode::InvalidInput, node, "a number has no axis");
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", old ? 1 : -1), x.shape().size()));
    Op op{OpKind::Softmax, {{"axis", double(axis)}, {"logarithm", node.type == "LogSoftmax" ? 1.0 : 0.0}}};
    if (!old)
        return builder.give(node, builder.emit(node, std::move(op), {x}));
    const std::size_t columns = TensorType{nullptr, Shape(x.shape().begin() + std::ptrdiff_t(axis), x.shape().end())}.elements();
    const std::size_t rows = TensorType{nullptr, x.shape()}.elements() / std::max<std::size_t>(columns, 1);
    op.attributes["axis"] = 1;
    const Operand y = TRY(builder.emit(node, std::move(op), {TRY(builder.reshaped(node, x, {rows, columns}))}));
    return builder.give(node, builder.reshaped(node, y, x.shape()));
}

Result<void> reduce(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    const auto given = TRY(builder.integers(node, 1, "axes"));
    Op op{OpKind::Reduce, {{"function", parameterOf(node)}, {"keep", double(node.integer("keepdims", 1))}}};
    std::vector<std::int64_t>& axes = op.lists["axes"];
    if (given)
        for (const std::int64_t axis : *given)
            axes.push_back(std::int64_t(TRY(builder.axis(node, axis, x.shape().size()))));
    if (axes.empty()) {
        if (node.integer("noop_with_empty_axes", 0) != 0)
            return builder.give(node, x);
        for (std::size_t i = 0; i < x.shape().size(); ++i)
            axes.push_back(std::int64_t(i));
    }
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

Result<void> argReduce(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    if (node.integer("select_last_index", 0) != 0)
        return builder.fail(ErrorCode::Unsupported, node, "select_last_index");
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 0), x.shape().size()));
    const Op op{
        OpKind::ArgReduce,
        {{"axis", double(axis)}, {"largest", node.type == "ArgMax" ? 1.0 : 0.0},
         {"keep", double(node.integer("keepdims", 1))}}};
    return builder.give(node, builder.emit(node, op, {x}));
}

// Values are f32 here: a cast to whole numbers cuts the fraction off, one to bool asks for not 0.
Result<void> cast(Builder& builder, const OperatorNode& node)
{
    Operand x = TRY(builder.need(node, 0));
    std::int64_t to = node.integer("to", 1);
    if (node.type == "CastLike")
        to = TRY(builder.need(node, 1)).elementType;
    Operand target;
    target.elementType = int(to);
    constexpr std::array<std::int64_t, 4> real{1, 10, 11, 16}; // all of which are f32 here
    if (!target.isInteger() && to != 9 && std::ranges::find(real, to) == real.end())
        return builder.fail(
            ErrorCode::Unsupported, node, "numbers of element type {} are not computed here", to);
    if (to == 9)
        x = TRY(builder.emit(
            node, unaryOp(UnaryFunction::Not), {TRY(builder.emit(node, unaryOp(UnaryFunction::Not), {x}))}));
    else if (target.isInteger() && !x.isInteger())
        x = TRY(builder.emit(node, unaryOp(UnaryFunction::Truncate), {x}));
    x.elementType = int(to);
    return builder.give(node, std::move(x));
}

} // namespace tritloom::onnx
