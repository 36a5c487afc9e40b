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
    {OpKind::Gather, reference::gather},
    {OpKind::Hadamard, reference::hadamard},
    {OpKind::QuantizeRows, reference::quantizeRows},
    {OpKind::SignFactorLinear, reference::signFactorLinear},
    {OpKind::SparseLinear, reference::sparseLinear},
    {OpKind::Divergence, reference::divergence},
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

} // namespace tritloom
