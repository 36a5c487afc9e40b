#include "compute/cpu/cpu_backend.h"

#include "compute/cpu/cpu_tensor.h"
#include "compute/cpu/kernels.h"
#include "compute/cpu/packed/product.h"
#include "compute/cpu/ranged_product.h"
#include "compute/cpu/tile/tile_unit.h"

#include <hwy/targets.h>

#include <algorithm>

namespace tritloom {
namespace {

struct OpRow {
    OpKind kind;
    HostOp run;
};

// The only list of CPU ops without weights that are repacked. Each is tested on every instruction set.
constexpr OpRow rows[] = {
    {OpKind::RmsNorm, cpu::rmsNorm},
    {OpKind::Rope, cpu::rope},
    {OpKind::Attention, cpu::attention},
    {OpKind::Add, cpu::add},
    {OpKind::Multiply, cpu::multiply},
    {OpKind::Silu, cpu::silu},
    {OpKind::Gelu, cpu::gelu},
    {OpKind::LogSoftmax, cpu::logSoftmax},
    {OpKind::Divergence, cpu::divergence},
    {OpKind::Hadamard, cpu::hadamard},
    {OpKind::SignFactorLinear, cpu::signFactorLinear},
    {OpKind::SparseLinear, cpu::sparseLinear},
    {OpKind::Convolution, cpu::convolution},
    {OpKind::TransposedConvolution, cpu::transposedConvolution},
    {OpKind::Unary, cpu::unary},
    {OpKind::Binary, cpu::binary},
    {OpKind::BatchNorm, cpu::batchNorm},
    {OpKind::GroupNorm, cpu::groupNorm},
    {OpKind::MaxPool, cpu::pool},
    {OpKind::Reshape, cpu::reshape},
    {OpKind::Transpose, cpu::transpose},
    {OpKind::Concat, cpu::concat},
    {OpKind::Resize, cpu::resize},
    {OpKind::StridedSlice, cpu::stridedSlice},
    {OpKind::LayerNorm, cpu::layerNorm},
};

/// What a tile unit leaves to others runs with this set.
constexpr std::int64_t tileTarget = HWY_AVX3_DL;

class CpuBackend final : public Backend, public RangedProducts {
public:
    CpuBackend(std::string instructionSet, cpu::ActivationMode mode)
        : m_instructionSet(std::move(instructionSet))
        , m_mode(mode)
    {
    }

    std::string name() const override
    {
        return "cpu " + m_instructionSet
            + (m_mode == cpu::ActivationMode::EightBit ? ", 8-bit activations" : "");
    }

    bool supports(const Op& op, std::span<const TensorType> inputs) const override
    {
        return (op.kind == OpKind::Linear || op.kind == OpKind::Embedding || rowFor(op) != nullptr)
            && !inputs.empty() && inputs[0].format->id() == "f32";
    }

    Result<DeviceTensor> upload(const Tensor& tensor) override
    {
        return DeviceTensor{tensor.type(), std::make_shared<const cpu::CpuTensor>(tensor)};
    }

    Result<Tensor> download(const DeviceTensor& tensor) override
    {
        const Tensor& given = on(tensor).given();
        if (given.isEmpty() && tensor.type.bytes() > 0)
            return fail(ErrorCode::Unsupported, "weights that were repacked for products are not read back");
        return given;
    }

    Result<DeviceTensor>
    run(const Op& op, std::span<const DeviceTensor> inputs, std::stop_token stop) override
    {
        if (op.kind == OpKind::Linear)
            return upload(
                TRY(cpu::linear(on(inputs[0]).given(), on(inputs[1]), m_mode, m_cache, std::move(stop))));
        if (op.kind == OpKind::Embedding)
            return upload(TRY(cpu::embedding(on(inputs[0]).given(), on(inputs[1]))));
        const OpRow* const row = rowFor(op);
        if (row == nullptr)
            return fail(ErrorCode::Unsupported, "{} has no {}", name(), nameOf(op.kind));
        std::vector<Tensor> tensors;
        for (const DeviceTensor& input : inputs)
            tensors.push_back(TRY(download(input)));
        const Tensor made = TRY(row->run(op, tensors, stop));
        if (stop.stop_requested()) // ops leave off where they are
            return fail(ErrorCode::Cancelled, "cancelled in {}", nameOf(op.kind));
        return upload(made);
    }

    bool supportsRanged(const Op& op, std::span<const TensorType> types) const override
    {
        return types.size() >= 2 && types[0].format->id() == "f32" && cpu::hasRangedProduct(op, types[1]);
    }

    Result<DeviceTensor> runRanged(
        const Op& op, const InputGrid& grid, std::span<const DeviceTensor> inputs,
        std::stop_token stop) override
    {
        const Tensor bias = inputs.size() > 2 ? on(inputs[2]).given() : Tensor();
        return upload(TRY(cpu::rangedProduct(
            op, grid, on(inputs[0]).given(), on(inputs[1]), inputs.size() > 2 ? &bias : nullptr,
            std::move(stop))));
    }

private:
    static const cpu::CpuTensor& on(const DeviceTensor& tensor)
    {
        return *static_cast<const cpu::CpuTensor*>(tensor.storage.get());
    }
    static const OpRow* rowFor(const Op& op)
    {
        const auto* const row = std::find_if(std::begin(rows), std::end(rows), [&](const OpRow& candidate) {
            return candidate.kind == op.kind;
        });
        return row == std::end(rows) ? nullptr : row;
    }

    std::string m_instructionSet;
    cpu::ActivationMode m_mode;
    cpu::ActivationCache m_cache;
};

} // namespace

std::vector<std::string> cpuInstructionSets()
{
    hwy::SetSupportedTargetsForTest(0); // forget an earlier choice
    const std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
    std::vector<std::string> names;
    if (targets.front() == tileTarget)
        if (const cpu::TileUnit* const unit = cpu::amxUnit())
            names.emplace_back(unit->name);
    for (const std::int64_t target : targets)
        names.emplace_back(hwy::TargetName(target));
    return names;
}

bool roundsInputs(const TensorType& weights)
{
    const auto format = cpu::packedFormatOf(*weights.format);
    return format && cpu::packedLayout(format->layout, weights);
}

Result<std::unique_ptr<Backend>> makeCpuBackend(std::string instructionSet, CpuActivations activations)
{
    const std::vector<std::string> names = cpuInstructionSets();
    if (instructionSet.empty())
        instructionSet = names.front();
    if (std::find(names.begin(), names.end(), instructionSet) == names.end())
        return fail(ErrorCode::Unsupported, "this processor has no {}", instructionSet);
    const cpu::TileUnit* unit = cpu::amxUnit();
    if (unit != nullptr && unit->name != instructionSet)
        unit = nullptr;
    for (const std::int64_t target : hwy::SupportedAndGeneratedTargets())
        if (unit != nullptr ? target == tileTarget : hwy::TargetName(target) == instructionSet) {
            hwy::SetSupportedTargetsForTest(target);
            break;
        }
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    cpu::chooseTileUnit(unit);
    return std::unique_ptr<Backend>(std::make_unique<CpuBackend>(
        instructionSet,
        activations == CpuActivations::EightBit ? cpu::ActivationMode::EightBit
                                                : cpu::ActivationMode::Exact));
}

} // namespace tritloom
