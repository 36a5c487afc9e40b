#include "core/export/network_to_onnx.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritloom::onnx {
namespace {

using Attribute = Emitter::Attribute;
using Integers = std::vector<std::int64_t>;

template <typename... Args>
tl::unexpected<Error> no(Emitter& e, fmt::format_string<Args...> text, Args&&... args)
{
    return fail(ErrorCode::Unsupported, "{}: {}", e.shown(), fmt::format(text, std::forward<Args>(args)...));
}

std::vector<Attribute> windowAttributes(const Op& op)
{
    return {
        {"kernel_shape", op.list("kernel")},
        {"strides", op.list("strides")},
        {"dilations", op.list("dilations")},
        {"pads", op.list("pads")}};
}

/// Weights of a convolution, [rows, columns] in the graph, in ONNX's shape.
Result<std::string> convolutionWeights(Emitter& e)
{
    if (!e.isLiteral(1))
        return e.operands()[1];
    if (e.op().kind == OpKind::TransposedConvolution)
        return no(e, "its weights are no tensor of the file");
    const Shape& w = e.shapes()[1];
    Shape shape{w[0], e.shapes()[0][1] / e.op().count("groups", 1)};
    for (const std::int64_t size : e.op().list("kernel"))
        shape.push_back(std::size_t(size));
    return e.reshapedConstant(1, shape);
}

Result<std::string> convolution(Emitter& e)
{
    std::vector<Attribute> attributes = windowAttributes(e.op());
    attributes.push_back({"group", std::int64_t(e.op().count("groups", 1))});
    Emitter::Names inputs{e.operands()[0], TRY(convolutionWeights(e))};
    if (e.operands().size() > 2)
        inputs.push_back(e.operands()[2]);
    const bool transposed = e.op().kind == OpKind::TransposedConvolution;
    if (transposed && !e.op().list("outputPadding").empty())
        attributes.push_back({"output_padding", e.op().list("outputPadding")});
    return e.emit(transposed ? "ConvTranspose" : "Conv", inputs, attributes);
}

Result<std::string> linear(Emitter& e)
{
    std::string x = e.operands()[0];
    if (e.shapes()[0].size() != 2)
        x = e.emit("Reshape", {x, e.whole({-1, std::int64_t(e.shapes()[0].back())})});
    const NamedTensor* const stored = e.storedOperand(1);
    const bool isTurned = stored != nullptr && stored->layout == Layout::Transposed;
    return e.emit("Gemm", {x, e.operands()[1]}, {{"transB", std::int64_t(isTurned ? 0 : 1)}});
}

Result<std::string> embedding(Emitter& e)
{
    const std::string ids =
        e.emit("Cast", {e.operands()[0]}, {{"to", std::int64_t(::onnx::TensorProto::INT64)}});
    const std::string flat = e.emit("Reshape", {ids, e.whole({-1})});
    return e.emit("Gather", {e.operands()[1], flat}, {{"axis", std::int64_t(0)}});
}

Result<std::string> pool(Emitter& e)
{
    std::vector<Attribute> attributes = windowAttributes(e.op());
    attributes.push_back({"ceil_mode", std::int64_t(e.op().count("ceil"))});
    const bool largest = e.op().kind == OpKind::MaxPool;
    if (!largest) {
        attributes.push_back({"count_include_pad", std::int64_t(e.op().count("countPadding"))});
        if (std::ranges::any_of(e.op().list("dilations"), [](std::int64_t d) { return d != 1; }))
            return no(e, "a mean over a dilated window");
        std::erase_if(attributes, [](const Attribute& a) { return a.name == "dilations"; });
    }
    return e.emit(largest ? "MaxPool" : "AveragePool", {e.operands()[0]}, attributes);
}

Result<std::string> batchNorm(Emitter& e)
{
    return e.emit("BatchNormalization", e.operands(), {{"epsilon", e.op().number("epsilon")}});
}

/// Groups become instances, whose norm has a factor for each of them: 1; the channels' own factors come
/// behind it.
Result<std::string> groupNorm(Emitter& e)
{
    const Shape& x = e.shapes()[0];
    const std::size_t groups = e.op().count("groups", 1);
    const std::string rows =
        e.emit("Reshape", {e.operands()[0], e.whole({std::int64_t(x[0]), std::int64_t(groups), -1})});
    const std::string one = e.emit("Expand", {e.number(1), e.whole({std::int64_t(groups)})}),
                      zero = e.emit("Expand", {e.number(0), e.whole({std::int64_t(groups)})});
    const std::string normed =
        e.emit("InstanceNormalization", {rows, one, zero}, {{"epsilon", e.op().number("epsilon")}});
    std::string y = e.emit("Reshape", {normed, e.emit("Shape", {e.operands()[0]})});
    Integers perChannel{-1};
    perChannel.resize(x.size() - 1, 1);
    for (std::size_t i = 1; i < e.operands().size(); ++i)
        y = e.emit(i == 1 ? "Mul" : "Add", {y, e.emit("Reshape", {e.operands()[i], e.whole(perChannel)})});
    return y;
}

Result<std::string> layerNorm(Emitter& e)
{
    Emitter::Names inputs = e.operands();
    for (std::size_t i = 1; i < inputs.size(); ++i)
        if (e.shapes()[i].size() != 1) // kept in the shape of a picture
            inputs[i] = e.emit("Reshape", {inputs[i], e.whole({-1})});
    return e.emit(
        "LayerNormalization", inputs, {{"axis", std::int64_t(-1)}, {"epsilon", e.op().number("epsilon")}});
}

Result<std::string> localNorm(Emitter& e)
{
    return e.emit(
        "LRN", {e.operands()[0]},
        {{"size", std::int64_t(e.op().count("size"))},
         {"alpha", e.op().number("alpha")},
         {"beta", e.op().number("beta")},
         {"bias", e.op().number("bias")}});
}

struct UnaryRow {
    UnaryFunction function;
    const char* type;
    const char *a = nullptr, *b = nullptr; ///< names of its parameters
};
constexpr UnaryRow unaryRows[] = {
    {UnaryFunction::Relu, "Relu"},
    {UnaryFunction::LeakyRelu, "LeakyRelu", "alpha"},
    {UnaryFunction::Elu, "Elu", "alpha"},
    {UnaryFunction::Selu, "Selu", "alpha", "gamma"},
    {UnaryFunction::Celu, "Celu", "alpha"},
    {UnaryFunction::ThresholdedRelu, "ThresholdedRelu", "alpha"},
    {UnaryFunction::Sigmoid, "Sigmoid"},
    {UnaryFunction::Tanh, "Tanh"},
    {UnaryFunction::HardSigmoid, "HardSigmoid", "alpha", "beta"},
    {UnaryFunction::HardSwish, "HardSwish"},
    {UnaryFunction::Softplus, "Softplus"},
    {UnaryFunction::Softsign, "Softsign"},
    {UnaryFunction::Shrink, "Shrink", "lambd", "bias"},
    {UnaryFunction::Exp, "Exp"},
    {UnaryFunction::Log, "Log"},
    {UnaryFunction::Sqrt, "Sqrt"},
    {UnaryFunction::Reciprocal, "Reciprocal"},
    {UnaryFunction::Abs, "Abs"},
    {UnaryFunction::Negate, "Neg"},
    {UnaryFunction::Floor, "Floor"},
    {UnaryFunction::Ceil, "Ceil"},
    {UnaryFunction::Round, "Round"},
    {UnaryFunction::Sign, "Sign"},
    {UnaryFunction::Erf, "Erf"},
    {UnaryFunction::Sin, "Sin"},
    {UnaryFunction::Cos, "Cos"}};

std::string geluTanh(Emitter& e, const std::string& x)
{
    const std::string cube = e.emit("Mul", {e.emit("Mul", {x, x}), x});
    const std::string inner = e.emit("Add", {x, e.emit("Mul", {cube, e.number(0.044715)})});
    const std::string wave =
        e.emit("Tanh", {e.emit("Mul", {inner, e.number(std::sqrt(2 / std::numbers::pi))})});
    return e.emit("Mul", {e.emit("Mul", {x, e.number(0.5)}), e.emit("Add", {wave, e.number(1)})});
}

Result<std::string> unary(Emitter& e)
{
    const auto function = UnaryFunction(e.op().count("function"));
    const double a = e.op().number("a"), b = e.op().number("b");
    const std::string x = e.operands()[0];
    switch (function) {
    case UnaryFunction::Silu:
        return e.emit("Mul", {x, e.emit("Sigmoid", {x})});
    case UnaryFunction::GeluErf: {
        const std::string erf = e.emit("Erf", {e.emit("Mul", {x, e.number(1 / std::numbers::sqrt2)})});
        return e.emit("Mul", {e.emit("Mul", {x, e.number(0.5)}), e.emit("Add", {erf, e.number(1)})});
    }
    case UnaryFunction::GeluTanh:
        return geluTanh(e, x);
    case UnaryFunction::Mish:
        return e.emit("Mul", {x, e.emit("Tanh", {e.emit("Softplus", {x})})});
    case UnaryFunction::Clip:
        return e.emit("Clip", {x, e.number(a), e.number(b)});
    case UnaryFunction::Truncate:
        return e.emit("Mul", {e.emit("Sign", {x}), e.emit("Floor", {e.emit("Abs", {x})})});
    default:
        break;
    }
    const auto* const row = std::ranges::find(unaryRows, function, &UnaryRow::function);
    if (row == std::end(unaryRows))
        return no(e, "function {} has no operator", int(function));
    std::vector<Attribute> attributes;
    if (row->a != nullptr)
        attributes.push_back({row->a, a});
    if (row->b != nullptr)
        attributes.push_back({row->b, b});
    return e.emit(row->type, {x}, attributes);
}

struct BinaryRow {
    BinaryFunction function;
    const char* type;
    bool isComparison = false;
};
constexpr BinaryRow binaryRows[] = {
    {BinaryFunction::Add, "Add"},
    {BinaryFunction::Subtract, "Sub"},
    {BinaryFunction::Multiply, "Mul"},
    {BinaryFunction::Divide, "Div"},
    {BinaryFunction::Power, "Pow"},
    {BinaryFunction::Maximum, "Max"},
    {BinaryFunction::Minimum, "Min"},
    {BinaryFunction::PRelu, "PRelu"},
    {BinaryFunction::Equal, "Equal", true},
    {BinaryFunction::Greater, "Greater", true},
    {BinaryFunction::Less, "Less", true},
    {BinaryFunction::GreaterOrEqual, "GreaterOrEqual", true},
    {BinaryFunction::LessOrEqual, "LessOrEqual", true}};

Result<std::string> binary(Emitter& e)
{
    const auto function = BinaryFunction(e.op().count("function"));
    const auto* const row = std::ranges::find(binaryRows, function, &BinaryRow::function);
    if (row == std::end(binaryRows))
        return no(e, "function {} has no operator", int(function));
    const std::string y = e.emit(row->type, e.operands());
    return row->isComparison ? e.emit("Cast", {y}, {{"to", std::int64_t(::onnx::TensorProto::FLOAT)}}) : y;
}

Result<std::string> where(Emitter& e)
{
    const std::string condition =
        e.emit("Cast", {e.operands()[0]}, {{"to", std::int64_t(::onnx::TensorProto::BOOL)}});
    return e.emit("Where", {condition, e.operands()[1], e.operands()[2]});
}

Result<std::string> stridedSlice(Emitter& e)
{
    const auto &starts = e.op().list("starts"), &sizes = e.op().list("sizes"), &steps = e.op().list("steps");
    Integers begins, ends, axes, strides;
    for (std::size_t i = 0; i < starts.size(); ++i) {
        if (isWhole(e.op(), e.shapes()[0], i)) // however large it is
            continue;
        const std::int64_t end = starts[i] + sizes[i] * steps[i];
        begins.push_back(starts[i]);
        ends.push_back(end < 0 ? INT64_MIN : end); // before the first one
        axes.push_back(std::int64_t(i));
        strides.push_back(steps[i]);
    }
    if (axes.empty())
        return e.emit("Identity", {e.operands()[0]});
    return e.emit(
        "Slice", {e.operands()[0], e.whole(begins), e.whole(ends), e.whole(axes), e.whole(strides)});
}

Result<std::string> pad(Emitter& e)
{
    static constexpr const char* modes[] = {"constant", "reflect", "edge"};
    const std::size_t mode = e.op().count("mode");
    if (mode > 2)
        return no(e, "padding that wraps around came with operator set 19");
    Emitter::Names inputs{e.operands()[0], e.whole(e.op().list("pads"))};
    if (mode == 0)
        inputs.push_back(e.number(e.op().number("value")));
    return e.emit("Pad", inputs, {{"mode", std::string(modes[mode])}});
}

Result<std::string> gather(Emitter& e)
{
    const std::string indices =
        e.emit("Cast", {e.operands()[1]}, {{"to", std::int64_t(::onnx::TensorProto::INT64)}});
    return e.emit("Gather", {e.operands()[0], indices}, {{"axis", std::int64_t(e.op().count("axis"))}});
}

Result<std::string> reduce(Emitter& e)
{
    static constexpr const char* types[] = {"ReduceMean",      "ReduceSum",      "ReduceMax", "ReduceMin",
                                            "ReduceProd",      "ReduceL1",       "ReduceL2",  "ReduceLogSum",
                                            "ReduceLogSumExp", "ReduceSumSquare"};
    const std::size_t function = e.op().count("function");
    const Attribute keep{"keepdims", std::int64_t(e.op().count("keep"))};
    if (ReduceFunction(function) == ReduceFunction::Sum)
        return e.emit("ReduceSum", {e.operands()[0], e.whole(e.op().list("axes"))}, {keep});
    return e.emit(types[function], {e.operands()[0]}, {{"axes", e.op().list("axes")}, keep});
}

Result<std::string> argReduce(Emitter& e)
{
    const std::string found = e.emit(
        e.op().count("largest", 1) != 0 ? "ArgMax" : "ArgMin", {e.operands()[0]},
        {{"axis", std::int64_t(e.op().count("axis"))}, {"keepdims", std::int64_t(e.op().count("keep"))}});
    return e.emit("Cast", {found}, {{"to", std::int64_t(::onnx::TensorProto::FLOAT)}});
}

// The only list.
constexpr EmitterRow rows[] = {
    {OpKind::Constant, [](Emitter& e) { return Result<std::string>(e.emit("Identity", e.operands())); }},
    {OpKind::Convolution, convolution},
    {OpKind::TransposedConvolution, convolution},
    {OpKind::Linear, linear},
    {OpKind::Embedding, embedding},
    {OpKind::MatMul, [](Emitter& e) { return Result<std::string>(e.emit("MatMul", e.operands())); }},
    {OpKind::MaxPool, pool},
    {OpKind::AveragePool, pool},
    {OpKind::Resize, emitResize},
    {OpKind::BatchNorm, batchNorm},
    {OpKind::GroupNorm, groupNorm},
    {OpKind::LayerNorm, layerNorm},
    {OpKind::LocalResponseNorm, localNorm},
    {OpKind::Unary, unary},
    {OpKind::Binary, binary},
    {OpKind::Where, where},
    {OpKind::Attention, emitAttention},
    {OpKind::Softmax,
     [](Emitter& e) {
         return Result<std::string>(e.emit(
             e.op().count("logarithm") != 0 ? "LogSoftmax" : "Softmax", e.operands(),
             {{"axis", std::int64_t(e.op().count("axis"))}}));
     }},
    {OpKind::Concat,
     [](Emitter& e) {
         return Result<std::string>(
             e.emit("Concat", e.operands(), {{"axis", std::int64_t(e.op().count("axis"))}}));
     }},
    {OpKind::StridedSlice, stridedSlice},
    {OpKind::Reshape, emitReshape},
    {OpKind::Expand,
     [](Emitter& e) {
         return Result<std::string>(e.emit("Expand", {e.operands()[0], e.whole(e.op().list("shape"))}));
     }},
    {OpKind::Transpose,
     [](Emitter& e) {
         return Result<std::string>(
             e.emit("Transpose", e.operands(), {{"perm", e.op().list("permutation")}}));
     }},
    {OpKind::Pad, pad},
    {OpKind::Gather, gather},
    {OpKind::Reduce, reduce},
    {OpKind::ArgReduce, argReduce},
    {OpKind::DepthToSpace,
     [](Emitter& e) {
         return Result<std::string>(e.emit(
             "DepthToSpace", e.operands(),
             {{"blocksize", std::int64_t(e.op().count("block"))},
              {"mode", std::string(e.op().count("columnsFirst") != 0 ? "CRD" : "DCR")}}));
     }},
    {OpKind::SpaceToDepth,
     [](Emitter& e) {
         return Result<std::string>(
             e.emit("SpaceToDepth", e.operands(), {{"blocksize", std::int64_t(e.op().count("block"))}}));
     }},
};

} // namespace

const EmitterRow* findEmitter(OpKind kind)
{
    const auto* const found = std::ranges::find(rows, kind, &EmitterRow::kind);
    return found == std::end(rows) ? nullptr : found;
}

} // namespace tritloom::onnx
