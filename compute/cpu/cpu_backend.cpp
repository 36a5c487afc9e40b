#include "compute/cpu/cpu_backend.h"

#include "compute/cpu/kernels.h"

#include <hwy/targets.h>

#include <algorithm>

namespace tritloom {
namespace {

struct OpRow {
    OpKind kind;
    HostOp run;
};

// The only list of CPU ops. Each is tested against the reference on every instruction set.
constexpr OpRow rows[] = {
    {OpKind::Embedding, cpu::embedding},   {OpKind::Linear, cpu::linear},
    {OpKind::RmsNorm, cpu::rmsNorm},       {OpKind::Rope, cpu::rope},
    {OpKind::Attention, cpu::attention},   {OpKind::Add, cpu::add},
    {OpKind::Multiply, cpu::multiply},     {OpKind::Silu, cpu::silu},
    {OpKind::Gelu, cpu::gelu},             {OpKind::LogSoftmax, cpu::logSoftmax},
    {OpKind::Divergence, cpu::divergence},
    {OpKind::Convolution, cpu::convolution}, {OpKind::TransposedConvolution, cpu::transposedConvolution},
    {OpKind::Unary, cpu::unary},           {OpKind::Binary, cpu::binary},
    {OpKind::BatchNorm, cpu::batchNorm},   {OpKind::GroupNorm, cpu::groupNorm},
    {OpKind::MaxPool, cpu::pool},          {OpKind::Reshape, cpu::reshape},
};

class CpuBackend final : public HostBackend {
public:
    explicit CpuBackend(std::string instructionSet)
        : m_instructionSet(std::move(instructionSet))
    {
    }

    std::string name() const override { return "cpu " + m_instructionSet; }

    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        return rowFor(op) != nullptr && !inputs.empty() && inputs[0].format->id() == "f32";
    }

    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        const OpRow* const row = rowFor(op);
        if (row == nullptr)
            return fail(ErrorCode::Unsupported, "{} has no {}", name(), nameOf(op.kind));
        return runHost(row->run, op, inputs, std::move(stop));
    }

private:
    static const OpRow* rowFor(const Op& op)
    {
        const auto* const row = std::find_if(
            std::begin(rows), std::end(rows), [&](const OpRow& candidate) { return candidate.kind == op.kind; });
        return row == std::end(rows) ? nullptr : row;
    }

    std::string m_instructionSet;
};

} // namespace

std::vector<std::string> cpuInstructionSets()
{
    hwy::SetSupportedTargetsForTest(0); // forget an earlier choice
    std::vector<std::string> names;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets())
        names.emplace_back(hwy::TargetName(target));
    return names;
}

Result<std::unique_ptr<Backend>> makeCpuBackend(std::string instructionSet)
{
    const std::vector<std::string> names = cpuInstructionSets();
    if (instructionSet.empty())
        instructionSet = names.front();
    const auto found = std::find(names.begin(), names.end(), instructionSet);
    if (found == names.end())
        return fail(ErrorCode::Unsupported, "this processor has no {}", instructionSet);
    hwy::SetSupportedTargetsForTest(hwy::SupportedAndGeneratedTargets()[std::size_t(found - names.begin())]);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return std::unique_ptr<Backend>(std::make_unique<CpuBackend>(instructionSet));
}

} // namespace tritloom
