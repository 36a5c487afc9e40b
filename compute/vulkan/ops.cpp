#include "compute/vulkan/ops.h"

#include "core/backend/reference/ops.h"

#include "shaders/arg_max.spv.h"
#include "shaders/attention.spv.h"
#include "shaders/binary.spv.h"
#include "shaders/divergence.spv.h"
#include "shaders/layer_norm.spv.h"
#include "shaders/pick.spv.h"
#include "shaders/rms_norm.spv.h"
#include "shaders/rope.spv.h"
#include "shaders/slice.spv.h"
#include "shaders/softmax.spv.h"
#include "shaders/unary.spv.h"

#include <algorithm>
#include <bit>

namespace tritloom::vulkan {
namespace {

using Types = std::span<const TensorType>;
using PlanOrNot = std::optional<Plan>;
using std::uint32_t;

constexpr std::size_t groupSize = 64; // invocations of a workgroup, in all shaders

const Shader argMaxShader{"arg_max", arg_max_spv, {}};
const Shader attentionShader{"attention", attention_spv, {}};
const Shader binaryShader{"binary", binary_spv, {}};
const Shader divergenceShader{"divergence", divergence_spv, {}};
const Shader layerNormShader{"layer_norm", layer_norm_spv, {}};
const Shader pickShader{"pick", pick_spv, {}};
const Shader rmsNormShader{"rms_norm", rms_norm_spv, {}};
const Shader ropeShader{"rope", rope_spv, {}};
const Shader sliceShader{"slice", slice_spv, {}};
const Shader softmaxShader{"softmax", softmax_spv, {}};
const Shader unaryShader{"unary", unary_spv, {}};

/// Rows of x, an invocation an element.
PlanOrNot unary(uint32_t function, Types inputs)
{
    if (inputs.size() != 1)
        return {};
    const TensorType& x = inputs[0];
    return Plan{
        .result = x,
        .shader = &unaryShader,
        .specials = {function},
        .constants = {uint32_t(x.columns())},
        .rows = x.rows(),
        .itemsPerRow = x.columns(),
        .inputByRow = {true}};
}

PlanOrNot silu(const Op&, Types inputs)
{
    return unary(0, inputs);
}
PlanOrNot gelu(const Op&, Types inputs)
{
    return unary(1, inputs);
}
PlanOrNot relu2(const Op&, Types inputs)
{
    return unary(2, inputs);
}

// b may be as large as a, one row of it, or one number.
PlanOrNot binary(uint32_t function, Types inputs)
{
    if (inputs.size() != 2)
        return {};
    const TensorType &a = inputs[0], &b = inputs[1];
    const std::size_t numbers = b.elements();
    const bool isWhole = numbers == a.elements();
    if (!isWhole && numbers != a.columns() && numbers != 1)
        return {};
    return Plan{
        .result = a,
        .shader = &binaryShader,
        .specials = {function},
        .constants = {uint32_t(a.columns()), uint32_t(numbers)},
        .rows = a.rows(),
        .itemsPerRow = a.columns(),
        .inputByRow = {true, isWhole && a.rows() > 1}};
}

PlanOrNot add(const Op&, Types inputs)
{
    return binary(0, inputs);
}
PlanOrNot multiply(const Op&, Types inputs)
{
    return binary(1, inputs);
}

PlanOrNot slice(const Op& op, Types inputs)
{
    const std::size_t begin = op.count("begin"), count = op.count("count");
    if (inputs.size() != 1 || begin + count > inputs[0].columns() || count == 0)
        return {};
    const TensorType& x = inputs[0];
    return Plan{
        .result = {x.format, {x.rows(), count}},
        .shader = &sliceShader,
        .constants = {uint32_t(x.columns()), uint32_t(begin), uint32_t(count)},
        .rows = x.rows(),
        .itemsPerRow = count,
        .inputByRow = {true}};
}

/// Ops that give a workgroup to each row of the first input.
Plan byRows(const TensorType& x, TensorType result, const Shader& shader, std::vector<bool> inputByRow)
{
    return {
        .result = std::move(result),
        .shader = &shader,
        .constants = {uint32_t(x.columns())},
        .rows = x.rows(),
        .itemsPerRow = groupSize,
        .inputByRow = std::move(inputByRow)};
}

uint32_t epsilonOf(const Op& op)
{
    return std::bit_cast<uint32_t>(float(op.number("epsilon", 1e-5)));
}

// Over runs of the length of the weights: a whole row, or one head.
PlanOrNot rmsNorm(const Op& op, Types inputs)
{
    if (inputs.size() != 2 || inputs[1].elements() == 0 || inputs[0].columns() % inputs[1].elements() != 0)
        return {};
    const std::size_t size = inputs[1].elements();
    const TensorType runs{inputs[0].format, {inputs[0].elements() / size, size}};
    Plan plan = byRows(runs, inputs[0], rmsNormShader, {true, false});
    plan.constants.push_back(epsilonOf(op));
    return plan;
}

PlanOrNot layerNorm(const Op& op, Types inputs)
{
    if (inputs.size() != 3 || inputs[1].elements() != inputs[0].columns()
        || inputs[2].elements() != inputs[0].columns())
        return {};
    Plan plan = byRows(inputs[0], inputs[0], layerNormShader, {true, false, false});
    plan.constants.push_back(epsilonOf(op));
    return plan;
}

PlanOrNot logSoftmax(const Op&, Types inputs)
{
    if (inputs.size() != 1)
        return {};
    Plan plan = byRows(inputs[0], inputs[0], softmaxShader, {true});
    plan.specials = {1};
    return plan;
}

PlanOrNot softmax(const Op& op, Types inputs)
{
    if (inputs.size() != 1 || inputs[0].shape.empty() || op.count("axis") + 1 != inputs[0].shape.size())
        return {};
    Plan plan = byRows(inputs[0], inputs[0], softmaxShader, {true});
    plan.specials = {op.number("logarithm") != 0 ? 1u : 0u};
    return plan;
}

PlanOrNot argMax(const Op&, Types inputs)
{
    // Numbers of columns are floats on the way.
    if (inputs.size() != 1 || inputs[0].columns() > std::size_t{1} << 24)
        return {};
    return byRows(inputs[0], {inputs[0].format, {inputs[0].rows()}}, argMaxShader, {true});
}

PlanOrNot pick(const Op&, Types inputs)
{
    if (inputs.size() != 2 || inputs[1].elements() != inputs[0].rows())
        return {};
    Plan plan = byRows(inputs[0], {inputs[0].format, {inputs[0].rows()}}, pickShader, {true, true});
    plan.itemsPerRow = 1;
    return plan;
}

PlanOrNot divergence(const Op&, Types inputs)
{
    if (inputs.size() != 2 || inputs[0].elements() != inputs[1].elements())
        return {};
    return byRows(inputs[0], {inputs[0].format, {inputs[0].rows()}}, divergenceShader, {true, true});
}

PlanOrNot rope(const Op& op, Types inputs)
{
    const std::size_t head = op.count("headSize"), turned = op.count("dimensions", head);
    const TensorType& x = inputs[0];
    if (head == 0 || x.columns() % head != 0 || turned > head || turned % 2 != 0 || turned == 0
        || inputs.size() > 2 || (inputs.size() == 2 && inputs[1].elements() != turned / 2))
        return {};
    return Plan{
        .result = x,
        .shader = &ropeShader,
        .constants =
            {uint32_t(x.columns()), uint32_t(head), uint32_t(turned), op.number("halfSplit") != 0 ? 1u : 0u},
        .rows = x.rows(),
        .itemsPerRow = x.columns(),
        .inputByRow = {true, false}};
}

PlanOrNot attention(const Op& op, Types inputs)
{
    constexpr std::size_t mostOfHead = 256, queriesAtOnce = 4; // as in the shader
    if (inputs.size() != 3)
        return {};
    const std::size_t heads = op.count("heads"), keyHeads = op.count("kvHeads", heads);
    const std::size_t queries = inputs[0].rows(), keys = inputs[1].rows();
    const std::size_t size = heads == 0 ? 0 : inputs[0].columns() / heads;
    const bool isCausal = op.number("causal", 1) != 0;
    if (size == 0 || size > mostOfHead || size * heads != inputs[0].columns() || keyHeads == 0
        || heads % keyHeads != 0 || inputs[1].columns() != keyHeads * size
        || inputs[2].shape != inputs[1].shape || keys == 0 || (isCausal && keys < queries))
        return {};
    return Plan{
        .result = inputs[0],
        .shader = &attentionShader,
        .constants =
            {uint32_t(heads), uint32_t(keyHeads), uint32_t(size), uint32_t(keys), isCausal ? 1u : 0u},
        .rows = queries,
        .itemsPerRow = groupSize / queriesAtOnce,
        .layers = heads,
        .inputByRow = {}, // which keys a query sees depends on all of them
        .work = double(queries) * double(keys) * double(heads * size) * 2};
}

// The only list of ops without packed weights: a shader and a row each. A row here is tested on every device.
constexpr OpRow rows[] = {
    {OpKind::RmsNorm, rmsNorm},     {OpKind::LayerNorm, layerNorm}, {OpKind::Rope, rope},
    {OpKind::Attention, attention}, {OpKind::Slice, slice},         {OpKind::Add, add},
    {OpKind::Multiply, multiply},   {OpKind::Silu, silu},           {OpKind::Gelu, gelu},
    {OpKind::Relu2, relu2},         {OpKind::Softmax, softmax},     {OpKind::LogSoftmax, logSoftmax},
    {OpKind::ArgMax, argMax},       {OpKind::Pick, pick},           {OpKind::Divergence, divergence},
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

std::vector<const Shader*> opShaders()
{
    return {&argMaxShader,  &attentionShader, &binaryShader, &divergenceShader, &layerNormShader, &pickShader,
            &rmsNormShader, &ropeShader,      &sliceShader,  &softmaxShader,    &unaryShader};
}

bool fits(const Plan& plan, std::span<const TensorType> inputs, const DeviceLimits& limits)
{
    if (plan.rows == 0 || plan.result.elements() == 0 || plan.layers > limits.groups
        || plan.result.elements() >= std::size_t{1} << 32)
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
