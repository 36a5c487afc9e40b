#include "core/architecture/onnx/onnx_builder.h"

#include "core/graph/window.h"
#include "core/tensor/transposed.h"

#include <algorithm>

namespace tritloom::onnx {
namespace {

/// pads, strides, dilations and auto_pad of a convolution or pool, resolved for this input size.
Result<Op> windowed(Builder& builder, const OperatorNode& node, OpKind kind, const Shape& x, Shape kernel)
{
    const std::size_t n = x.size() - 2;
    Op op{kind, {}};
    op.lists["kernel"].assign(kernel.begin(), kernel.end());
    for (const auto& [list, attribute] : {std::pair{"strides", "strides"}, {"dilations", "dilations"}}) {
        std::vector<std::int64_t> values = node.integers(attribute);
        op.lists[list] = values.empty() ? std::vector<std::int64_t>(n, 1) : values;
        if (op.lists[list].size() != n)
            return builder.fail(
                ErrorCode::InvalidInput, node, "{} has {} numbers for {} spatial dimensions", attribute,
                values.size(), n);
    }
    std::vector<std::int64_t> pads = node.integers("pads");
    if (pads.empty())
        pads.assign(2 * n, 0);
    const std::string automatic = node.text("auto_pad", "NOTSET");
    if (automatic == "VALID") {
        pads.assign(2 * n, 0);
    } else if (automatic != "NOTSET" && kind != OpKind::TransposedConvolution) {
        if (automatic != "SAME_UPPER" && automatic != "SAME_LOWER")
            return builder.fail(ErrorCode::InvalidInput, node, "auto_pad '{}'", automatic);
        pads.assign(2 * n, 0);
        for (std::size_t i = 0; i < n; ++i) {
            const std::int64_t size = std::int64_t(x[i + 2]), stride = op.lists["strides"][i];
            if (stride < 1 || kernel.size() != n)
                return builder.fail(ErrorCode::InvalidInput, node, "a stride of {}", stride);
            const std::int64_t reach = op.lists["dilations"][i] * (std::int64_t(kernel[i]) - 1) + 1;
            const std::int64_t total = std::max<std::int64_t>(0, ((size + stride - 1) / stride - 1) * stride + reach - size);
            pads[i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
            pads[n + i] = total - pads[i];
        }
    }
    op.lists["pads"] = std::move(pads);
    return op;
}

Result<Shape> kernelOf(Builder& builder, const OperatorNode& node, const Shape& x, const Shape* weights)
{
    if (x.size() < 3 || x.size() > 5)
        return builder.fail(
            ErrorCode::Unsupported, node, "an input of {} dimensions, 3 to 5 can be run", x.size());
    const std::vector<std::int64_t> given = node.integers("kernel_shape");
    Shape kernel;
    if (weights != nullptr)
        kernel.assign(weights->begin() + 2, weights->end());
    else
        for (const std::int64_t size : given)
            kernel.push_back(std::size_t(std::max<std::int64_t>(size, 0)));
    if (weights != nullptr && !given.empty()
        && !std::ranges::equal(given, kernel, {}, {}, [](std::size_t size) { return std::int64_t(size); }))
        return builder.fail(
            ErrorCode::InvalidInput, node, "a kernel_shape of [{}] with weights of [{}]",
            fmt::join(given, ", "), fmt::join(*weights, ", "));
    if (kernel.size() != x.size() - 2)
        return builder.fail(
            ErrorCode::InvalidInput, node, "a kernel of {} dimensions over [{}]", kernel.size(), fmt::join(x, ", "));
    return kernel;
}

/// Weights as the op wants them: the stored layer where they are one, else a literal of that shape.
Result<Operand> weightsAs(Builder& builder, const OperatorNode& node, const Operand& w, const Shape& shape, bool transposed)
{
    if (!w.isKnown())
        return builder.fail(ErrorCode::Unsupported, node, "weights that depend on the picture");
    Operand result = w;
    result.knownShape = shape;
    if (builder.isLayer(w)) {
        result.values = {};
        return result;
    }
    std::vector<float> values = TRY(builder.valuesOf(node, w));
    if (values.size() != TensorType{nullptr, shape}.elements())
        return builder.fail(ErrorCode::InvalidInput, node, "weights of [{}]", fmt::join(w.knownShape, ", "));
    if (transposed)
        values = tritloom::transposed(values, shape[1], shape[0]);
    return Builder::known(shape, std::move(values));
}

/// y = x W^T for x of any leading dimensions, W known as [outputs, inputs].
Result<Operand> product(Builder& builder, const OperatorNode& node, const Operand& x, const Operand& w)
{
    if (x.shape().empty())
        return builder.fail(ErrorCode::InvalidInput, node, "a product of a number and a matrix");
    Shape result = x.shape();
    result.back() = w.knownShape[0];
    const Operand rows = TRY(builder.reshaped(
        node, x, {TensorType{nullptr, x.shape()}.rows(), x.shape().back()}));
    const Operand y = TRY(builder.emit(node, {OpKind::Linear, {}}, {rows, w}));
    return builder.reshaped(node, y, result);
}

} // namespace

Result<void> conv(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), w = TRY(builder.need(node, 1));
    if (w.shape().size() < 3)
        return builder.fail(ErrorCode::InvalidInput, node, "weights of [{}]", fmt::join(w.shape(), ", "));
    Op op = TRY(windowed(
        builder, node, OpKind::Convolution, x.shape(), TRY(kernelOf(builder, node, x.shape(), &w.shape()))));
    op.attributes["groups"] = double(node.integer("group", 1));
    const std::size_t rows = w.shape()[0], columns = TensorType{nullptr, w.shape()}.elements() / std::max<std::size_t>(1, rows);
    std::vector<Operand> operands{x, TRY(weightsAs(builder, node, w, {rows, columns}, false))};
    if (const Operand* const bias = TRY(builder.input(node, 2)); bias != nullptr)
        operands.push_back(*bias);
    return builder.give(node, builder.emit(node, std::move(op), operands));
}

Result<void> convTranspose(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), w = TRY(builder.need(node, 1));
    if (w.shape().size() < 3)
        return builder.fail(ErrorCode::InvalidInput, node, "weights of [{}]", fmt::join(w.shape(), ", "));
    const Shape kernel = TRY(kernelOf(builder, node, x.shape(), &w.shape()));
    Op op = TRY(windowed(builder, node, OpKind::TransposedConvolution, x.shape(), kernel));
    const std::size_t n = kernel.size();
    std::vector<std::int64_t> padding = node.integers("output_padding");
    padding.resize(n, 0);
    const std::vector<std::int64_t> wanted = node.integers("output_shape");
    const std::string automatic = node.text("auto_pad", "NOTSET");
    if (wanted.size() == n || automatic.starts_with("SAME")) {
        for (std::size_t i = 0; i < n; ++i) {
            const std::int64_t stride = op.lists["strides"][i], size = std::int64_t(x.shape()[i + 2]);
            const std::int64_t output = wanted.size() == n ? wanted[i] : size * stride;
            const std::int64_t reach = op.lists["dilations"][i] * (std::int64_t(kernel[i]) - 1) + 1;
            std::int64_t total = stride * (size - 1) + padding[i] + reach - output;
            if (total < 0) { // more than windows reach: the rest lies behind, as onnxruntime has it
                padding[i] -= total;
                total = 0;
            }
            op.lists["pads"][i] = automatic == "SAME_UPPER" ? total / 2 : total - total / 2;
            op.lists["pads"][n + i] = total - op.lists["pads"][i];
        }
    }
    op.lists["outputPadding"] = std::move(padding);
    op.attributes["groups"] = double(node.integer("group", 1));
    const std::size_t channels = w.shape()[0], rows = TensorType{nullptr, w.shape()}.elements() / std::max<std::size_t>(1, channels);
    std::vector<Operand> operands{x, TRY(weightsAs(builder, node, w, {rows, channels}, true))};
    if (const Operand* const bias = TRY(builder.input(node, 2)); bias != nullptr)
        operands.push_back(*bias);
    return builder.give(node, builder.emit(node, std::move(op), operands));
}

Result<void> gemm(Builder& builder, const OperatorNode& node)
{
    Operand a = TRY(builder.need(node, 0));
    const Operand b = TRY(builder.need(node, 1));
    if (a.shape().size() != 2 || b.shape().size() != 2)
        return builder.fail(
            ErrorCode::InvalidInput, node, "[{}] times [{}]", fmt::join(a.shape(), ", "), fmt::join(b.shape(), ", "));
    const auto turn = [&](const Operand& x) {
        Op op{OpKind::Transpose, {}};
        op.lists["permutation"] = {1, 0};
        return builder.emit(node, std::move(op), {x});
    };
    if (node.integer("transA", 0) != 0)
        a = TRY(turn(a));
    const bool rows = node.integer("transB", 0) != 0; // b is [outputs, inputs]
    Operand y;
    if (b.isKnown()) {
        const Shape shape = rows ? b.shape() : Shape{b.shape()[1], b.shape()[0]};
        y = TRY(product(builder, node, a, TRY(weightsAs(builder, node, b, shape, !rows))));
    } else {
        y = TRY(builder.emit(node, {OpKind::MatMul, {}}, {a, rows ? TRY(turn(b)) : b}));
    }
    if (const double alpha = node.number("alpha", 1); alpha != 1)
        y = TRY(builder.emit(node, binaryOp(BinaryFunction::Multiply), {y, Builder::known({1}, {float(alpha)})}));
    const Operand* const c = TRY(builder.input(node, 2));
    const double beta = node.number("beta", 1);
    if (c == nullptr || beta == 0)
        return builder.give(node, y);
    Operand added = *c;
    if (beta != 1)
        added = TRY(builder.emit(
            node, binaryOp(BinaryFunction::Multiply), {added, Builder::known({1}, {float(beta)})}));
    return builder.give(node, builder.emit(node, binaryOp(BinaryFunction::Add), {y, added}));
}

Result<void> matMul(Builder& builder, const OperatorNode& node)
{
    const Operand a = TRY(builder.need(node, 0)), b = TRY(builder.need(node, 1));
    if (b.isKnown() && b.shape().size() == 2 && !a.isKnown()) {
        const Shape shape{b.shape()[1], b.shape()[0]};
        return builder.give(node, product(builder, node, a, TRY(weightsAs(builder, node, b, shape, true))));
    }
    return builder.give(node, builder.emit(node, {OpKind::MatMul, {}}, {a, b}));
}

Result<void> pool(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    if (node.outputs.size() > 1 && !node.outputs[1].empty())
        return builder.fail(ErrorCode::Unsupported, node, "the positions of the largest values");
    const bool largest = node.type == "MaxPool";
    Op op = TRY(windowed(
        builder, node, largest ? OpKind::MaxPool : OpKind::AveragePool, x.shape(),
        TRY(kernelOf(builder, node, x.shape(), nullptr))));
    op.attributes["ceil"] = double(node.integer("ceil_mode", 0));
    op.attributes["countPadding"] = double(node.integer("count_include_pad", 0));
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

Result<void> globalPool(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0));
    if (x.shape().size() < 3)
        return builder.fail(ErrorCode::InvalidInput, node, "[{}] has no pixels", fmt::join(x.shape(), ", "));
    Op op{OpKind::Reduce, {{"keep", 1}}};
    op.attributes["function"]
        = double(node.type == "GlobalMaxPool" ? ReduceFunction::Maximum : ReduceFunction::Mean);
    for (std::size_t i = 2; i < x.shape().size(); ++i)
        op.lists["axes"].push_back(std::int64_t(i));
    return builder.give(node, builder.emit(node, std::move(op), {x}));
}

} // namespace tritloom::onnx
