#include "compute/vulkan/ops.h"

#include "compute/vulkan/plans.h"
#include "core/backend/reference/ops.h"

#include <algorithm>

namespace tritloom::vulkan {
namespace {

using Types = std::span<const TensorType>;
using std::uint32_t;

// The only list of ops without packed weights: a shader and a row each. A row here is tested on every device.
constexpr OpRow rows[] = {
    {OpKind::RmsNorm, plans::rmsNorm},
    {OpKind::LayerNorm, plans::layerNorm},
    {OpKind::Rope, plans::rope},
    {OpKind::Attention, plans::attention},
    {OpKind::Slice, plans::slice},
    {OpKind::Add, plans::binary},
    {OpKind::Multiply, plans::binary},
    {OpKind::Silu, plans::unary},
    {OpKind::Gelu, plans::unary},
    {OpKind::Relu2, plans::unary},
    {OpKind::Softmax, plans::softmax},
    {OpKind::LogSoftmax, plans::softmax},
    {OpKind::ArgMax, plans::argMax},
    {OpKind::Pick, plans::pick},
    {OpKind::QuantizeRows, plans::quantizeRows},
    {OpKind::Divergence, plans::divergence},
    {OpKind::Unary, plans::unary},
    {OpKind::Binary, plans::binary},
    {OpKind::Where, plans::where},
    {OpKind::MatMul, plans::matMul},
    {OpKind::MaxPool, plans::pool},
    {OpKind::AveragePool, plans::pool},
    {OpKind::Resize, plans::resize},
    {OpKind::BatchNorm, plans::batchNorm},
    {OpKind::GroupNorm, plans::groupNorm},
    {OpKind::LocalResponseNorm, plans::localResponseNorm},
    {OpKind::StridedSlice, plans::stridedSlice},
    {OpKind::Transpose, plans::transpose},
    {OpKind::Pad, plans::pad},
    {OpKind::Gather, plans::gather},
    {OpKind::Expand, plans::expand},
    {OpKind::Reduce, plans::reduce},
    {OpKind::ArgReduce, plans::argMax},
    {OpKind::DepthToSpace, plans::depthToSpace},
    {OpKind::SpaceToDepth, plans::spaceToDepth},
};

/// Rows of one run: all, or as many as fit what a shader can be given.
std::size_t rowsAtOnce(const Plan& plan, Types inputs, const DeviceLimits& limits)
{
    constexpr std::size_t step = 64; // rows of f32 that begin where a buffer may be bound
    std::size_t most = plan.rows;
    const auto limitBy = [&](std::size_t bytes) {
        const std::size_t perRow = std::max<std::size_t>(bytes / std::max<std::size_t>(plan.rows, 1), 1);
        if (bytes > limits.operandBytes)
            most = std::min(most, limits.operandBytes / perRow / step * step);
    };
    limitBy(plan.result.bytes());
    for (std::size_t i = 0; i < inputs.size() && i < plan.inputByRow.size(); ++i)
        if (plan.inputByRow[i])
            limitBy(inputs[i].bytes());
    return most;
}

bool canBeCut(const Plan& plan)
{
    return !plan.inputByRow.empty();
}

} // namespace

std::span<const OpRow> opRows()
{
    return rows;
}

const OpRow* opRowFor(OpKind kind)
{
    const auto* const found =
        std::find_if(std::begin(rows), std::end(rows), [&](const OpRow& row) { return row.kind == kind; });
    return found == std::end(rows) ? nullptr : found;
}

bool fits(const Plan& plan, std::span<const TensorType> inputs, const DeviceLimits& limits)
{
    // Shaders count elements in 32 bits, some with a sign.
    const auto isCountable = [](const TensorType& type) { return type.elements() < std::size_t{1} << 31; };
    if (plan.rows == 0 || plan.result.elements() == 0 || plan.layers > limits.groups
        || !isCountable(plan.result) || !std::all_of(inputs.begin(), inputs.end(), isCountable))
        return false;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const bool isCut = i < plan.inputByRow.size() && plan.inputByRow[i];
        if (!isCut && inputs[i].bytes() > limits.operandBytes)
            return false;
    }
    const std::size_t atOnce = rowsAtOnce(plan, inputs, limits);
    return atOnce == plan.rows ? plan.result.bytes() <= limits.operandBytes : atOnce > 0 && canBeCut(plan);
}

Result<void>
run(Device& device, OpKind kind, const Plan& plan, std::span<const BufferPtr> inputs,
    std::span<const TensorType> types, const BufferPtr& result)
{
    constexpr std::size_t groupSize = plans::groupSize;
    const DeviceLimits& limits = device.limits();
    const std::size_t atOnce = rowsAtOnce(plan, types, limits);
    for (std::size_t first = 0; first < plan.rows; first += atOnce) {
        const std::size_t count = std::min(atOnce, plan.rows - first);
        const auto part = [&](const BufferPtr& buffer, std::size_t bytes, bool isCut, bool isWritten) {
            if (!isCut || atOnce == plan.rows)
                return Operand{.buffer = buffer, .isWritten = isWritten};
            const std::size_t perRow = bytes / plan.rows;
            return Operand{buffer, first * perRow, count * perRow, isWritten};
        };
        Dispatch dispatch{
            .op = kind,
            .shader = plan.shader,
            .specials = plan.specials,
            .constants = {uint32_t(count), uint32_t(first)},
            .groups =
                {std::clamp<std::size_t>(
                     (count * plan.itemsPerRow + groupSize - 1) / groupSize, 1, limits.groups),
                 plan.layers, 1},
            .work = plan.work * double(count) / double(plan.rows)};
        for (std::size_t i = 0; i < inputs.size(); ++i)
            dispatch.operands.push_back(
                part(inputs[i], types[i].bytes(), i < plan.inputByRow.size() && plan.inputByRow[i], false));
        while (dispatch.operands.size() < plan.resultAt) // bound, but not read
            dispatch.operands.push_back(dispatch.operands.back());
        dispatch.operands.push_back(part(result, plan.result.bytes(), true, true));
        dispatch.constants.insert(dispatch.constants.end(), plan.constants.begin(), plan.constants.end());
        TRY_VOID(device.run(dispatch));
    }
    return {};
}

std::vector<float> ropeAngles(const Op& op, std::size_t rows, std::span<const float> divisors)
{
    const std::size_t dimensions = op.count("dimensions", op.count("headSize"));
    std::vector<float> angles;
    angles.reserve(rows * dimensions);
    for (std::size_t r = 0; r < rows; ++r) {
        const reference::Rotation turn = reference::rotationAt(
            op.count("position") + r, dimensions, op.number("base", 10000), op.number("factor", 1), divisors);
        for (std::size_t i = 0; i < dimensions / 2; ++i) {
            angles.push_back(turn.cosine[i]);
            angles.push_back(turn.sine[i]);
        }
    }
    return angles;
}

} // namespace tritloom::vulkan
