#include "compute/vulkan/plans.h"

#include "shaders/all.h"

#include <algorithm>
#include <cmath>

namespace tritloom::vulkan::plans {

using std::uint32_t;

namespace {

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
    return bitsOf(op.number("epsilon", 1e-5));
}

/// The same of rows along any dimension, which lie beside each other.
Plan alongAxis(const TensorType& x, std::size_t axis, TensorType result, const Shader& shader)
{
    std::size_t inner = 1;
    for (std::size_t i = axis + 1; i < x.shape.size(); ++i)
        inner *= x.shape[i];
    const std::size_t size = x.shape[axis];
    return {
        .result = std::move(result),
        .shader = &shader,
        .constants = {uint32_t(size), uint32_t(inner)},
        .rows = size == 0 ? 0 : x.elements() / size,
        .itemsPerRow = groupSize,
        .inputByRow = inner == 1 ? std::vector{true} : std::vector<bool>{}};
}

/// QuantizeRows by ranges of the runs' own, around zero.
PlanOrNot roundRuns(const Op& op, const TensorType& x)
{
    const std::size_t group = std::max<std::size_t>(1, op.count("group", x.columns()));
    const double bits = op.number("bits", 8);
    if (op.count("asymmetric") != 0 || !(bits >= 2 && bits <= 16) || x.columns() % group != 0)
        return {};
    const TensorType runs{x.format, {x.elements() / group, group}};
    Plan plan = byRows(runs, x, shaders::round_runs, {true});
    plan.constants.push_back(bitsOf(std::exp2(bits - 1) - 1));
    return plan;
}

} // namespace

/// Rows of x, an invocation an element.
PlanOrNot unary(const Op& op, Types inputs)
{
    if (inputs.size() != 1)
        return {};
    constexpr uint32_t relu2 = 33; // of the shader, behind all functions of Unary
    auto function = uint32_t(op.count("function"));
    if (op.kind == OpKind::Silu)
        function = uint32_t(UnaryFunction::Silu);
    if (op.kind == OpKind::Gelu)
        function = uint32_t(UnaryFunction::GeluTanh);
    if (op.kind == OpKind::Relu2)
        function = relu2;
    const TensorType& x = inputs[0];
    return Plan{
        .result = x,
        .shader = &shaders::unary,
        .specials = {function},
        .constants = {uint32_t(x.columns()), bitsOf(op.number("a")), bitsOf(op.number("b"))},
        .rows = x.rows(),
        .itemsPerRow = x.columns(),
        .inputByRow = {true}};
}

/// By ranges that are fixed beforehand; those of each row are found in double precision, on the CPU.
PlanOrNot quantizeRows(const Op& op, Types inputs)
{
    if (inputs.size() == 1)
        return roundRuns(op, inputs[0]);
    if (inputs.size() != 4 || op.attributes.contains("offset")) // rounded down: the reference does that
        return {};
    const TensorType& x = inputs[0];
    const std::size_t groups = inputs[3].elements(), inner = std::max<std::size_t>(1, op.count("inner", 1));
    const double bits = op.number("bits", 8);
    if (groups == 0 || inputs[1].elements() % groups != 0 || inputs[2].elements() != inputs[1].elements()
        || !(bits >= 2 && bits <= 16) || (groups > 1 && !op.attributes.contains("time")))
        return {};
    const std::size_t channels = inputs[1].elements() / groups;
    if (channels == 0 || x.elements() / inner % channels != 0)
        return {};
    return Plan{
        .result = x,
        .shader = &shaders::quantize_rows,
        .constants =
            {uint32_t(x.columns()), uint32_t(inner), uint32_t(channels), uint32_t(groups),
             bitsOf(std::exp2(bits) - 1), bitsOf(op.number("time"))},
        .rows = x.rows(),
        .itemsPerRow = x.columns(),
        .inputByRow = {true, false, false, false}};
}

PlanOrNot slice(const Op& op, Types inputs)
{
    const std::size_t begin = op.count("begin"), count = op.count("count");
    if (inputs.size() != 1 || begin + count > inputs[0].columns() || count == 0)
        return {};
    const TensorType& x = inputs[0];
    return Plan{
        .result = {x.format, {x.rows(), count}},
        .shader = &shaders::slice,
        .constants = {uint32_t(x.columns()), uint32_t(begin), uint32_t(count)},
        .rows = x.rows(),
        .itemsPerRow = count,
        .inputByRow = {true}};
}

// Over runs of the length of the weights: a whole row, or one head.
PlanOrNot rmsNorm(const Op& op, Types inputs)
{
    if (inputs.size() != 2 || inputs[1].elements() == 0 || inputs[0].columns() % inputs[1].elements() != 0)
        return {};
    const std::size_t size = inputs[1].elements();
    const TensorType runs{inputs[0].format, {inputs[0].elements() / size, size}};
    Plan plan = byRows(runs, inputs[0], shaders::rms_norm, {true, false});
    plan.constants.push_back(epsilonOf(op));
    return plan;
}

PlanOrNot layerNorm(const Op& op, Types inputs)
{
    if (inputs.size() != 3 || inputs[1].elements() != inputs[0].columns()
        || inputs[2].elements() != inputs[0].columns())
        return {};
    Plan plan = byRows(inputs[0], inputs[0], shaders::layer_norm, {true, false, false});
    plan.constants.push_back(epsilonOf(op));
    return plan;
}

PlanOrNot softmax(const Op& op, Types inputs)
{
    if (inputs.size() != 1 || inputs[0].shape.empty())
        return {};
    const std::size_t last = inputs[0].shape.size() - 1;
    const bool isRows = op.kind == OpKind::LogSoftmax;
    const std::size_t axis = isRows ? last : op.count("axis");
    if (axis > last)
        return {};
    Plan plan = alongAxis(inputs[0], axis, inputs[0], shaders::softmax);
    plan.specials = {isRows || op.number("logarithm") != 0 ? 1u : 0u};
    return plan;
}

PlanOrNot argMax(const Op& op, Types inputs)
{
    if (inputs.size() != 1 || inputs[0].shape.empty())
        return {};
    const TensorType& x = inputs[0];
    const bool isRows = op.kind == OpKind::ArgMax;
    const std::size_t axis = isRows ? x.shape.size() - 1 : op.count("axis");
    const auto result = isRows ? std::optional(TensorType{x.format, {x.rows()}}) : resultOf(op, inputs);
    // Numbers of places are floats on the way.
    if (!result || axis >= x.shape.size() || x.shape[axis] > std::size_t{1} << 24)
        return {};
    Plan plan = alongAxis(x, axis, *result, shaders::arg_max);
    plan.specials = {isRows || op.number("largest", 1) != 0 ? 0u : 1u};
    return plan;
}

PlanOrNot pick(const Op&, Types inputs)
{
    if (inputs.size() != 2 || inputs[1].elements() != inputs[0].rows())
        return {};
    Plan plan = byRows(inputs[0], {inputs[0].format, {inputs[0].rows()}}, shaders::pick, {true, true});
    plan.itemsPerRow = 1;
    return plan;
}

PlanOrNot divergence(const Op&, Types inputs)
{
    if (inputs.size() != 2 || inputs[0].elements() != inputs[1].elements())
        return {};
    return byRows(inputs[0], {inputs[0].format, {inputs[0].rows()}}, shaders::divergence, {true, true});
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
        .shader = &shaders::rope,
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
        .shader = &shaders::attention,
        .constants =
            {uint32_t(heads), uint32_t(keyHeads), uint32_t(size), uint32_t(keys), isCausal ? 1u : 0u,
             uint32_t(op.count("window"))},
        .rows = queries,
        .itemsPerRow = groupSize / queriesAtOnce,
        .layers = heads,
        .inputByRow = {}, // which keys a query sees depends on all of them
        .work = double(queries) * double(keys) * double(heads * size) * 2};
}

} // namespace tritloom::vulkan::plans
