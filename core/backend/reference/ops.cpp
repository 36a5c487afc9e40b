#include "core/backend/reference/ops.h"

namespace tritloom {
namespace {

struct ReferenceRow {
    OpKind kind;
    HostOp run;
};

// The only list of reference ops.
constexpr ReferenceRow rows[] = {
    {OpKind::Embedding, reference::embedding},
    {OpKind::Linear, reference::linear},
    {OpKind::RmsNorm, reference::rmsNorm},
    {OpKind::LayerNorm, reference::layerNorm},
    {OpKind::Rope, reference::rope},
    {OpKind::Attention, reference::attention},
    {OpKind::Slice, reference::slice},
    {OpKind::Add, reference::add},
    {OpKind::Multiply, reference::multiply},
    {OpKind::Silu, reference::silu},
    {OpKind::Gelu, reference::gelu},
    {OpKind::Relu2, reference::relu2},
    {OpKind::LogSoftmax, reference::logSoftmax},
    {OpKind::ArgMax, reference::argMax},
    {OpKind::Pick, reference::pick},
    {OpKind::Hadamard, reference::hadamard},
    {OpKind::QuantizeRows, reference::quantizeRows},
    {OpKind::SignFactorLinear, reference::signFactorLinear},
    {OpKind::SparseLinear, reference::sparseLinear},
    {OpKind::Divergence, reference::divergence},
    {OpKind::MaxPool, reference::pool},
    {OpKind::AveragePool, reference::pool},
    {OpKind::Constant, reference::constant},
    {OpKind::Convolution, reference::convolution},
    {OpKind::TransposedConvolution, reference::transposedConvolution},
    {OpKind::MatMul, reference::matMul},
    {OpKind::Resize, reference::resize},
    {OpKind::BatchNorm, reference::batchNorm},
    {OpKind::GroupNorm, reference::groupNorm},
    {OpKind::LocalResponseNorm, reference::localResponseNorm},
    {OpKind::Unary, reference::unary},
    {OpKind::Binary, reference::binary},
    {OpKind::Where, reference::where},
    {OpKind::Softmax, reference::softmax},
    {OpKind::Concat, reference::concat},
    {OpKind::StridedSlice, reference::stridedSlice},
    {OpKind::Reshape, reference::reshape},
    {OpKind::Transpose, reference::transpose},
    {OpKind::Pad, reference::pad},
    {OpKind::Gather, reference::gather},
    {OpKind::Expand, reference::expand},
    {OpKind::Reduce, reference::reduce},
    {OpKind::ArgReduce, reference::argReduce},
    {OpKind::DepthToSpace, reference::depthToSpace},
    {OpKind::SpaceToDepth, reference::spaceToDepth},
};

class ReferenceBackend final : public HostBackend {
public:
    std::string name() const override { return "reference"; }
    bool supports(const Op&, std::span<const TensorType>) const override { return true; }
    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        for (const ReferenceRow& row : rows)
            if (row.kind == op.kind)
                return runHost(row.run, op, inputs, std::move(stop));
        return fail(ErrorCode::Unsupported, "no reference implementation of {}", nameOf(op.kind));
    }
};

} // namespace

std::unique_ptr<Backend> makeReferenceBackend()
{
    return std::make_unique<ReferenceBackend>();
}

std::vector<float> reference::values(const Tensor& tensor)
{
    return tensor.toFloats();
}

std::span<const float> reference::valuesIn(const Tensor& tensor, std::vector<float>& room)
{
    const bool isAligned = reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float) == 0;
    if (isAligned && tensor.type().format->id() == "f32")
        return tensor.floats();
    room = tensor.toFloats();
    return room;
}

tl::unexpected<Error> reference::cancelledIn(const Op& op)
{
    return fail(ErrorCode::Cancelled, "cancelled in {}", nameOf(op.kind));
}

} // namespace tritloom
