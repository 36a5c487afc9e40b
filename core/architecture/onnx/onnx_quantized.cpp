#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>

// Operators of quantized networks.
namespace tritloom::onnx {
namespace {

/// Numbers for blocks along an axis, [.., ceil(size / block), ..], as one for each element of x.
Result<Operand>
spread(Builder& builder, const OperatorNode& node, const Operand& operand, const Shape& x, std::size_t block)
{
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 1), x.size()));
    Shape expected = x;
    expected[axis] = (x[axis] + block - 1) / block;
    if (operand.shape() != expected)
        return builder.fail(
            ErrorCode::InvalidInput, node, "scales of [{}] for blocks of {} along axis {} of [{}]",
            fmt::join(operand.shape(), ", "), block, axis, fmt::join(x, ", "));
    const std::vector<float> given = TRY(builder.valuesOf(node, operand));
    std::vector<float> values(TensorType{nullptr, x}.elements());
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < x.size(); ++i)
        inner *= x[i];
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t outer = i / (inner * x[axis]), along = i / inner % x[axis];
        values[i] = given[(outer * expected[axis] + along / block) * inner + i % inner];
    }
    return Builder::known(x, std::move(values), operand.elementType);
}

/// Scale or zero point as it broadcasts to x: one number, one along an axis, or one a block along it.
Result<Operand> matched(Builder& builder, const OperatorNode& node, const Operand& operand, const Shape& x)
{
    if (TensorType{nullptr, operand.shape()}.elements() == 1)
        return builder.reshaped(node, operand, {1});
    if (const auto block = std::size_t(std::max<std::int64_t>(0, node.integer("block_size", 0))); block != 0)
        return spread(builder, node, operand, x, block);
    if (operand.shape().size() != 1)
        return builder.fail(ErrorCode::Unsupported, node, "scales of [{}]", fmt::join(operand.shape(), ", "));
    const std::size_t axis = TRY(builder.axis(node, node.integer("axis", 1), x.size()));
    Shape shape(x.size() - axis, 1);
    shape[0] = operand.shape()[0];
    return builder.reshaped(node, operand, shape);
}

/// The range of an element type of whole numbers, by ONNX's number; nullopt: it is none.
std::optional<std::pair<double, double>> rangeOf(int elementType)
{
    using Range = std::pair<double, double>;
    switch (elementType) {
    case 2:
        return Range{0, 255};
    case 3:
        return Range{-128, 127};
    case 4:
        return Range{0, 65535};
    case 5:
        return Range{-32768, 32767};
    case 21:
        return Range{0, 15};
    case 22:
        return Range{-8, 7};
    case 25:
        return Range{0, 3};
    case 26:
        return Range{-2, 1};
    default:
        return std::nullopt;
    }
}

} // namespace

// saturate(round(x / scale) + zero point), halves to even.
Result<void> quantizeLinear(Builder& builder, const OperatorNode& node)
{
    const Operand x = TRY(builder.need(node, 0)), scale = TRY(builder.need(node, 1));
    const Operand* const zero = TRY(builder.input(node, 2));
    const auto apply = [&](BinaryFunction function, const Operand& a, const Operand& b) -> Result<Operand> {
        return builder.emit(node, binaryOp(function), {a, TRY(matched(builder, node, b, x.shape()))});
    };
    Operand y = TRY(apply(BinaryFunction::Divide, x, scale));
    y = TRY(builder.emit(node, unaryOp(UnaryFunction::Round), {y}));
    if (zero != nullptr)
        y = TRY(apply(BinaryFunction::Add, y, *zero));
    const auto stated = int(node.integer("output_dtype", 0));
    const int elementType = zero != nullptr ? zero->elementType : stated != 0 ? stated : 2;
    const auto range = rangeOf(elementType);
    if (!range)
        return builder.fail(
            ErrorCode::Unsupported, node, "numbers of element type {} are not computed here", elementType);
    y = TRY(builder.emit(node, unaryOp(UnaryFunction::Clip, range->first, range->second), {y}));
    y.elementType = elementType;
    return builder.give(node, std::move(y));
}

Result<void> dequantizeLinear(Builder& builder, const OperatorNode& node)
{
    Operand y = TRY(builder.need(node, 0));
    const Shape shape = y.shape();
    if (const Operand* const zero = TRY(builder.input(node, 2)); zero != nullptr)
        y = TRY(builder.emit(
            node, binaryOp(BinaryFunction::Subtract), {y, TRY(matched(builder, node, *zero, shape))}));
    y.elementType = 1;
    return builder.give(
        node,
        builder.emit(
            node, binaryOp(BinaryFunction::Multiply),
            {y, TRY(matched(builder, node, TRY(builder.need(node, 1)), shape))}));
}

// com.microsoft: y = a W^T, W [N, K] in blocks of K: bytes [N, blocks, block_size * bits / 8], codes low bits
// first.
Result<void> matMulNBits(Builder& builder, const OperatorNode& node)
{
    const Operand a = TRY(builder.need(node, 0));
    const auto n = std::size_t(node.integer("N", 0)), k = std::size_t(node.integer("K", 0)),
               bits = std::size_t(node.integer("bits", 4)), size = std::size_t(node.integer("block_size", 0));
    if (n == 0 || k == 0 || n > 1u << 24 || k > 1u << 24 || (bits != 2 && bits != 4 && bits != 8) || size < 16
        || size > 1u << 16)
        return builder.fail(
            ErrorCode::Unsupported, node, "{} x {} with {} bits in blocks of {}", n, k, bits, size);
    if (a.shape().empty() || a.shape().back() != k)
        return builder.fail(
            ErrorCode::InvalidInput, node, "[{}] times {} inputs", fmt::join(a.shape(), ", "), k);
    if (TRY(builder.input(node, 4)) != nullptr)
        return builder.fail(ErrorCode::Unsupported, node, "inputs in an order of their own (g_idx)");
    const std::size_t blocks = (k + size - 1) / size, blockBytes = size * bits / 8,
                      zeroBytes = (blocks * bits + 7) / 8;
    const std::vector<float> bytes = TRY(builder.valuesOf(node, TRY(builder.need(node, 1)))),
                             scales = TRY(builder.valuesOf(node, TRY(builder.need(node, 2))));
    std::vector<float> zeros;
    bool isPacked = false;
    if (const Operand* const zero = TRY(builder.input(node, 3)); zero != nullptr) {
        zeros = TRY(builder.valuesOf(node, *zero));
        isPacked = zero->elementType == 2;
    }
    if (bytes.size() != n * blocks * blockBytes || scales.size() != n * blocks
        || (!zeros.empty() && zeros.size() != n * (isPacked ? zeroBytes : blocks)))
        return builder.fail(
            ErrorCode::InvalidInput, node, "{} bytes, {} scales and {} zero points for {} x {}", bytes.size(),
            scales.size(), zeros.size(), n, k);
    const auto codeAt = [bits](const std::vector<float>& packed, std::size_t begin, std::size_t i) {
        const auto byte = unsigned(packed[begin + i * bits / 8]);
        return float(byte >> (i * bits % 8) & ((1u << bits) - 1));
    };
    std::vector<float> weights(n * k);
    for (std::size_t r = 0; r < n; ++r)
        for (std::size_t c = 0; c < k; ++c) {
            const std::size_t block = r * blocks + c / size;
            const float zero = zeros.empty() ? float(1u << (bits - 1))
                : isPacked                   ? codeAt(zeros, r * zeroBytes, c / size)
                                             : zeros[block];
            weights[r * k + c] = scales[block] * (codeAt(bytes, block * blockBytes, c % size) - zero);
        }
    Shape result = a.shape();
    result.back() = n;
    const Operand rows = TRY(builder.reshaped(node, a, {TensorType{nullptr, a.shape()}.rows(), k}));
    Operand y =
        TRY(builder.emit(node, {OpKind::Linear, {}}, {rows, Builder::known({n, k}, std::move(weights))}));
    if (const Operand* const bias = TRY(builder.input(node, 5)); bias != nullptr)
        y = TRY(builder.emit(node, binaryOp(BinaryFunction::Add), {y, *bias}));
    return builder.give(node, builder.reshaped(node, y, result));
}

} // namespace tritloom::onnx
