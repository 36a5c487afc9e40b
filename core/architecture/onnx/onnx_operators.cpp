#include "core/architecture/onnx/onnx_builder.h"

#include <algorithm>

namespace tritloom::onnx {
namespace {

using U = UnaryFunction;
using B = BinaryFunction;
using R = ReduceFunction;

// The only list of operators.
constexpr OperatorRow rows[] = {
    {"Conv", conv},
    {"ConvTranspose", convTranspose},
    {"Gemm", gemm},
    {"MatMul", matMul},
    {"Attention", attention},
    {"Einsum", einsum},
    {"MaxPool", pool},
    {"AveragePool", pool},
    {"GlobalMaxPool", globalPool},
    {"GlobalAveragePool", globalPool},
    {"BatchNormalization", batchNormalization},
    {"InstanceNormalization", groupedNormalization},
    {"GroupNormalization", groupedNormalization},
    {"LayerNormalization", layerNormalization},
    {"RMSNormalization", rmsNormalization},
    {"LRN", lrn},
    {"Resize", resize},
    {"Upsample", resize},
    {"DepthToSpace", blocks},
    {"SpaceToDepth", blocks},

    {"Relu", unary, double(U::Relu)},
    {"LeakyRelu", unary, double(U::LeakyRelu)},
    {"Elu", unary, double(U::Elu)},
    {"Selu", unary, double(U::Selu)},
    {"Celu", unary, double(U::Celu)},
    {"ThresholdedRelu", unary, double(U::ThresholdedRelu)},
    {"Sigmoid", unary, double(U::Sigmoid)},
    {"Tanh", unary, double(U::Tanh)},
    {"Gelu", unary, double(U::GeluErf)},
    {"HardSigmoid", unary, double(U::HardSigmoid)},
    {"HardSwish", unary, double(U::HardSwish)},
    {"Softplus", unary, double(U::Softplus)},
    {"Softsign", unary, double(U::Softsign)},
    {"Shrink", unary, double(U::Shrink)},
    {"Mish", unary, double(U::Mish)},
    {"Exp", unary, double(U::Exp)},
    {"Log", unary, double(U::Log)},
    {"Sqrt", unary, double(U::Sqrt)},
    {"Reciprocal", unary, double(U::Reciprocal)},
    {"Abs", unary, double(U::Abs)},
    {"Neg", unary, double(U::Negate)},
    {"Floor", unary, double(U::Floor)},
    {"Ceil", unary, double(U::Ceil)},
    {"Round", unary, double(U::Round)},
    {"Sign", unary, double(U::Sign)},
    {"Erf", unary, double(U::Erf)},
    {"Sin", unary, double(U::Sin)},
    {"Cos", unary, double(U::Cos)},
    {"Not", unary, double(U::Not)},
    {"Swish", swish},
    {"Clip", clip},

    {"Add", binary, double(B::Add)},
    {"Sum", binary, double(B::Add)},
    {"Mean", binary, double(B::Add)},
    {"Sub", binary, double(B::Subtract)},
    {"Mul", binary, double(B::Multiply)},
    {"Div", binary, double(B::Divide)},
    {"Pow", binary, double(B::Power)},
    {"Max", binary, double(B::Maximum)},
    {"Min", binary, double(B::Minimum)},
    {"Mod", binary, double(B::Modulo)},
    {"PRelu", binary, double(B::PRelu)},
    {"Equal", binary, double(B::Equal)},
    {"Greater", binary, double(B::Greater)},
    {"Less", binary, double(B::Less)},
    {"GreaterOrEqual", binary, double(B::GreaterOrEqual)},
    {"LessOrEqual", binary, double(B::LessOrEqual)},
    {"And", binary, double(B::And)},
    {"Or", binary, double(B::Or)},
    {"Xor", binary, double(B::Xor)},
    {"Where", where},

    {"Softmax", softmax},
    {"LogSoftmax", softmax},
    {"ReduceMean", reduce, double(R::Mean)},
    {"ReduceSum", reduce, double(R::Sum)},
    {"ReduceMax", reduce, double(R::Maximum)},
    {"ReduceMin", reduce, double(R::Minimum)},
    {"ReduceProd", reduce, double(R::Product)},
    {"ReduceL1", reduce, double(R::L1)},
    {"ReduceL2", reduce, double(R::L2)},
    {"ReduceLogSum", reduce, double(R::LogSum)},
    {"ReduceLogSumExp", reduce, double(R::LogSumExp)},
    {"ReduceSumSquare", reduce, double(R::SumSquare)},
    {"ArgMax", argReduce},
    {"ArgMin", argReduce},
    {"Cast", cast},
    {"CastLike", cast},
    {"QuantizeLinear", quantizeLinear},
    {"DequantizeLinear", dequantizeLinear},
    {"MatMulNBits", matMulNBits, 0, "com.microsoft"},

    {"Identity", identity},
    {"Dropout", identity},
    {"Constant", constant},
    {"ConstantOfShape", constantOfShape},
    {"Shape", shape},
    {"Size", shape},
    {"Reshape", reshape},
    {"Flatten", flatten},
    {"Squeeze", squeeze},
    {"Unsqueeze", unsqueeze},
    {"Transpose", transpose},
    {"Concat", concat},
    {"Slice", slice},
    {"Split", split},
    {"Pad", pad},
    {"Gather", gather},
    {"Expand", expand},
    {"Tile", tile},
    {"Range", range},
    {"Trilu", trilu},
};

} // namespace

std::span<const OperatorRow> operatorRows()
{
    return rows;
}

const OperatorRow* findOperator(std::string_view domain, std::string_view type)
{
    const auto* const found = std::ranges::find_if(
        rows, [&](const OperatorRow& row) { return row.type == type && row.domain == domain; });
    return found == std::end(rows) ? nullptr : found;
}

} // namespace tritloom::onnx
