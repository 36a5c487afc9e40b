#include "plugins/torch/ops.h"

namespace tritloom::torchops {
namespace {

struct Row {
    OpKind kind;
    Function function;
};

// The only list of ops that LibTorch runs.
constexpr Row rows[] = {
    {OpKind::Embedding, embedding},
    {OpKind::Linear, linear},
    {OpKind::RmsNorm, rmsNorm},
    {OpKind::LayerNorm, layerNorm},
    {OpKind::Rope, rope},
    {OpKind::Attention, attention},
    {OpKind::Slice, slice},
    {OpKind::Add, add},
    {OpKind::Multiply, multiply},
    {OpKind::Silu, silu},
    {OpKind::Gelu, gelu},
    {OpKind::Relu2, relu2},
    {OpKind::QuantizeRows, quantizeRows},
    {OpKind::LogSoftmax, logSoftmax},
    {OpKind::Constant, constant},
    {OpKind::Convolution, convolution},
    {OpKind::TransposedConvolution, transposedConvolution},
    {OpKind::MatMul, matMul},
    {OpKind::MaxPool, maxPool},
    {OpKind::AveragePool, averagePool},
    {OpKind::Resize, resize},
    {OpKind::BatchNorm, batchNorm},
    {OpKind::GroupNorm, groupNorm},
    {OpKind::LocalResponseNorm, localResponseNorm},
    {OpKind::Unary, unary},
    {OpKind::Binary, binary},
    {OpKind::Where, where},
    {OpKind::Softmax, softmax},
    {OpKind::Concat, concat},
    {OpKind::StridedSlice, stridedSlice},
    {OpKind::Reshape, reshape},
    {OpKind::Transpose, transpose},
    {OpKind::Pad, pad},
    {OpKind::Gather, gather},
    {OpKind::Expand, expand},
    {OpKind::Reduce, reduce},
    {OpKind::ArgReduce, argReduce},
    {OpKind::DepthToSpace, depthToSpace},
    {OpKind::SpaceToDepth, spaceToDepth},
};

} // namespace

Function functionOf(OpKind kind)
{
    for (const Row& row : rows)
        if (row.kind == kind)
            return row.function;
    return nullptr;
}

} // namespace tritloom::torchops
