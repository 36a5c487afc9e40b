#include "compute/vulkan/plans.h"

#include "core/backend/reference/ops.h"
#include "core/graph/shape_inference.h"

#include "shaders/all.h"

#include <algorithm>

namespace tritloom::vulkan::plans {

using std::uint32_t;

namespace {

/// A dimension of a result, and how its operands are read along it.
struct Dimension {
    std::size_t size = 1;
    std::array<std::int64_t, 3> steps{}; ///< between neighbours, an operand each; 0 where it repeats
    std::int64_t start = 0; ///< the first position that is read
    std::size_t limit = size; ///< positions that there are

    [[nodiscard]] bool isPlain() const { return start == 0 && limit == size; }
};
using Dimensions = std::vector<Dimension>;
constexpr std::size_t mostDimensions = 6; // of the shaders

/// The innermost first, as the shaders want them; neighbours that are read as one are one.
Dimensions merged(const Dimensions& outermostFirst)
{
    Dimensions list;
    for (auto next = outermostFirst.rbegin(); next != outermostFirst.rend(); ++next) {
        if (next->size == 1 && next->isPlain())
            continue;
        const auto continues = [&](const Dimension& inner) {
            for (std::size_t i = 0; i < next->steps.size(); ++i)
                if (next->steps[i] != inner.steps[i] * std::int64_t(inner.size))
                    return false;
            return inner.isPlain() && next->isPlain();
        };
        if (!list.empty() && continues(list.back()))
            list.back().limit = list.back().size *= next->size;
        else
            list.push_back(*next);
    }
    return list;
}

/// Six numbers of the dimensions into push constants.
template <typename Number>
void append(std::vector<uint32_t>& constants, const Dimensions& dimensions, Number number)
{
    for (std::size_t i = 0; i < mostDimensions; ++i)
        constants.push_back(i < dimensions.size() ? uint32_t(number(dimensions[i])) : 0u);
}

void appendSizesAndSteps(std::vector<uint32_t>& constants, const Dimensions& dimensions, std::size_t operands)
{
    append(constants, dimensions, [](const Dimension& d) { return d.size; });
    for (std::size_t i = 0; i < operands; ++i)
        append(constants, dimensions, [i](const Dimension& d) { return d.steps[i]; });
}

/// Of operands that repeat as numpy has it.
Dimensions broadcast(const Shape& result, std::span<const Shape> operands)
{
    Dimensions list;
    for (const std::size_t size : result)
        list.push_back({.size = size});
    for (std::size_t i = 0; i < operands.size(); ++i) {
        const std::vector<std::size_t> steps = reference::broadcastSteps(operands[i], result);
        for (std::size_t d = 0; d < steps.size(); ++d)
            list[d].steps[i] = std::int64_t(steps[d]);
    }
    return merged(list);
}

/// Elements between neighbours along each dimension.
std::vector<std::int64_t> stepsOf(const Shape& shape)
{
    std::vector<std::int64_t> steps(shape.size());
    std::int64_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0; step *= std::int64_t(shape[i]))
        steps[i] = step;
    return steps;
}

/// Every element of the result is one of x.
PlanOrNot rearranged(
    TensorType result, const Dimensions& outermostFirst, std::int64_t base = 0, uint32_t mode = 0,
    double value = 0)
{
    const Dimensions dimensions = merged(outermostFirst);
    const std::size_t elements = result.elements();
    if (dimensions.size() > mostDimensions)
        return {};
    Plan plan{
        .result = std::move(result),
        .shader = &shaders::rearrange,
        .specials = {mode},
        .constants = {uint32_t(dimensions.size()), uint32_t(base), bitsOf(value)},
        .rows = elements,
        .inputByRow = {}};
    append(plan.constants, dimensions, [](const Dimension& d) { return d.size; });
    append(plan.constants, dimensions, [](const Dimension& d) { return d.start; });
    append(plan.constants, dimensions, [](const Dimension& d) { return d.limit; });
    append(plan.constants, dimensions, [](const Dimension& d) { return d.steps[0]; });
    return plan;
}

} // namespace

PlanOrNot binary(const Op& op, Types inputs)
{
    if (inputs.size() != 2)
        return {};
    const TensorType &a = inputs[0], &b = inputs[1];
    auto function = uint32_t(op.count("function"));
    std::optional<TensorType> result;
    Shape shape, shapes[2]{a.shape, b.shape};
    if (op.kind == OpKind::Binary) {
        result = resultOf(op, inputs);
        if (!result)
            return {};
        shape = result->shape;
    } else { // of a language model: b may be as large as a, one row of it, or one number
        function = uint32_t(op.kind == OpKind::Add ? BinaryFunction::Add : BinaryFunction::Multiply);
        if (b.elements() != a.elements() && b.elements() != a.columns() && b.elements() != 1)
            return {};
        result = a;
        shape = shapes[0] = {a.rows(), a.columns()};
        if (b.elements() == a.elements())
            shapes[1] = shape;
        else
            shapes[1] = {b.elements()};
    }
    const Dimensions dimensions = broadcast(shape, shapes);
    if (dimensions.size() > mostDimensions)
        return {};
    Plan plan{
        .result = *result,
        .shader = &shaders::binary,
        .specials = {function},
        .constants = {uint32_t(result->columns()), uint32_t(std::max<std::size_t>(dimensions.size(), 1))},
        .rows = result->rows(),
        .itemsPerRow = result->columns()};
    appendSizesAndSteps(plan.constants, dimensions, 2);
    // Large tensors are cut along rows where b is as large, one row or one number.
    const bool isWhole = b.elements() == result->elements();
    const TensorType bRow{nullptr, b.shape};
    if (a.elements() == result->elements()
        && (isWhole || b.elements() == 1
            || (b.elements() == bRow.columns() && b.elements() == result->columns())))
        plan.inputByRow = {true, isWhole && result->rows() > 1};
    return plan;
}

PlanOrNot where(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 3)
        return {};
    const Shape shapes[] = {inputs[0].shape, inputs[1].shape, inputs[2].shape};
    const Dimensions dimensions = broadcast(result->shape, shapes);
    if (dimensions.size() > mostDimensions)
        return {};
    Plan plan{
        .result = *result,
        .shader = &shaders::where,
        .constants = {uint32_t(dimensions.size())},
        .rows = result->elements(),
        .inputByRow = {}};
    appendSizesAndSteps(plan.constants, dimensions, 3);
    return plan;
}

PlanOrNot matMul(const Op& op, Types inputs)
{
    constexpr std::size_t tile = 32; // as in the shader
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 2)
        return {};
    Shape a = inputs[0].shape, b = inputs[1].shape;
    if (a.size() == 1)
        a.insert(a.begin(), 1);
    if (b.size() == 1)
        b.push_back(1);
    const std::size_t m = a[a.size() - 2], inner = a.back(), n = b.back();
    const Shape leads[] = {{a.begin(), a.end() - 2}, {b.begin(), b.end() - 2}};
    const Shape lead = broadcastShape(leads[0], leads[1]).value(); // as shape inference found
    const Dimensions dimensions = broadcast(lead, leads);
    const std::size_t products = TensorType{nullptr, lead}.elements();
    if (dimensions.size() > mostDimensions || inner == 0)
        return {};
    Plan plan{
        .result = *result,
        .shader = &shaders::mat_mul,
        .constants = {uint32_t(m), uint32_t(n), uint32_t(inner), uint32_t(dimensions.size())},
        .rows = ((m + tile - 1) / tile) * ((n + tile - 1) / tile),
        .itemsPerRow = groupSize,
        .layers = products,
        .inputByRow = {},
        .work = double(products) * double(m) * double(n) * double(inner)};
    appendSizesAndSteps(plan.constants, dimensions, 2);
    return plan;
}

PlanOrNot reduce(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const Shape& shape = inputs[0].shape;
    const std::vector<std::int64_t>& axes = op.list("axes");
    const std::vector<std::int64_t> steps = stepsOf(shape);
    Dimensions kept, reduced;
    std::size_t count = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool isReduced = std::find(axes.begin(), axes.end(), std::int64_t(i)) != axes.end();
        (isReduced ? reduced : kept).push_back({.size = shape[i], .steps = {steps[i]}});
        count *= isReduced ? shape[i] : 1;
    }
    kept = merged(kept);
    reduced = merged(reduced);
    if (kept.size() > mostDimensions || reduced.size() > mostDimensions)
        return {};
    Plan plan{
        .result = *result,
        .shader = &shaders::reduce,
        .specials = {uint32_t(op.count("function"))},
        .constants = {uint32_t(count), uint32_t(kept.size()), uint32_t(reduced.size())},
        .rows = result->elements(),
        .itemsPerRow = groupSize,
        .inputByRow = {}};
    appendSizesAndSteps(plan.constants, kept, 1);
    appendSizesAndSteps(plan.constants, reduced, 1);
    return plan;
}

PlanOrNot stridedSlice(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const std::vector<std::int64_t> steps = stepsOf(inputs[0].shape);
    Dimensions dimensions;
    std::int64_t base = 0;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        dimensions.push_back({.size = result->shape[i], .steps = {steps[i] * op.list("steps")[i]}});
        base += steps[i] * op.list("starts")[i];
    }
    return rearranged(*result, dimensions, base);
}

PlanOrNot transpose(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const std::vector<std::int64_t> steps = stepsOf(inputs[0].shape);
    Dimensions dimensions;
    for (std::size_t i = 0; i < steps.size(); ++i)
        dimensions.push_back(
            {.size = result->shape[i], .steps = {steps[std::size_t(op.list("permutation")[i])]}});
    return rearranged(*result, dimensions);
}

PlanOrNot pad(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1 || op.count("mode") > 3)
        return {};
    const Shape& shape = inputs[0].shape;
    const std::vector<std::int64_t> steps = stepsOf(shape);
    Dimensions dimensions;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (shape[i] == 0)
            return {};
        dimensions.push_back(
            {.size = result->shape[i], .steps = {steps[i]}, .start = -op.list("pads")[i], .limit = shape[i]});
    }
    return rearranged(*result, dimensions, 0, uint32_t(op.count("mode")), op.number("value"));
}

PlanOrNot expand(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const std::vector<std::size_t> steps = reference::broadcastSteps(inputs[0].shape, result->shape);
    Dimensions dimensions;
    for (std::size_t i = 0; i < steps.size(); ++i)
        dimensions.push_back({.size = result->shape[i], .steps = {std::int64_t(steps[i])}});
    return rearranged(*result, dimensions);
}

PlanOrNot depthToSpace(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const std::size_t block = op.count("block"), height = inputs[0].shape[2], width = inputs[0].shape[3],
                      channels = result->shape[1];
    const auto plane = std::int64_t(height * width), row = std::int64_t(width), b = std::int64_t(block);
    // [channel, block, block], or [block, block, channel].
    const bool channelFirst = op.number("columnsFirst") != 0;
    const std::int64_t inBlock = channelFirst ? plane : plane * std::int64_t(channels);
    return rearranged(
        *result,
        {{.size = result->shape[0], .steps = {plane * b * b * std::int64_t(channels)}},
         {.size = channels, .steps = {channelFirst ? plane * b * b : plane}},
         {.size = height, .steps = {row}},
         {.size = block, .steps = {inBlock * b}},
         {.size = width, .steps = {1}},
         {.size = block, .steps = {inBlock}}});
}

PlanOrNot spaceToDepth(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const Shape& shape = inputs[0].shape;
    const std::size_t block = op.count("block");
    const auto plane = std::int64_t(shape[2] * shape[3]), row = std::int64_t(shape[3]),
               b = std::int64_t(block);
    return rearranged(
        *result,
        {{.size = shape[0], .steps = {plane * std::int64_t(shape[1])}},
         {.size = block, .steps = {row}},
         {.size = block, .steps = {1}},
         {.size = shape[1], .steps = {plane}},
         {.size = shape[2] / block, .steps = {row * b}},
         {.size = shape[3] / block, .steps = {b}}});
}

} // namespace tritloom::vulkan::plans

namespace tritloom::vulkan {

std::optional<Plan> planConcat(const Op& op, std::span<const TensorType> inputs, std::size_t index)
{
    const auto result = plans::resultOf(op, inputs);
    if (!result)
        return {};
    const std::size_t axis = op.count("axis");
    std::size_t before = 1, offset = 0;
    for (std::size_t i = 0; i < axis; ++i)
        before *= result->shape[i];
    for (std::size_t i = 0; i < index; ++i)
        offset += inputs[i].elements() / before;
    return Plan{
        .result = *result,
        .shader = &shaders::concat,
        .constants =
            {std::uint32_t(inputs[index].elements() / before), std::uint32_t(result->elements() / before),
             std::uint32_t(offset)},
        .rows = inputs[index].elements(),
        .inputByRow = {}};
}

} // namespace tritloom::vulkan
