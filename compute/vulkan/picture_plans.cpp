#include "compute/vulkan/plans.h"

#include "core/backend/reference/ops.h"
#include "core/graph/shape_inference.h"
#include "core/graph/window.h"

#include "shaders/all.h"

#include <bit>

namespace tritloom::vulkan::plans {

using std::uint32_t;

namespace {

/// An invocation an element of the result.
Plan byElements(TensorType result, const Shader& shader, std::vector<uint32_t> constants)
{
    const std::size_t elements = result.elements();
    return {
        .result = std::move(result),
        .shader = &shader,
        .constants = std::move(constants),
        .rows = elements,
        .inputByRow = {}};
}

/// Elements of a channel of a picture.
uint32_t planeOf(const TensorType& x)
{
    return uint32_t(x.elements() / (x.shape[0] * x.shape[1]));
}

} // namespace

std::optional<TensorType> resultOf(const Op& op, Types inputs)
{
    std::vector<Shape> shapes;
    for (const TensorType& input : inputs)
        shapes.push_back(input.shape);
    const auto shape = inferShape(op, shapes);
    if (!shape || TensorType{nullptr, *shape}.elements() == 0)
        return {};
    return TensorType{inputs[0].format, *shape};
}

uint32_t bitsOf(double number)
{
    return std::bit_cast<uint32_t>(float(number));
}

PlanOrNot pool(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1)
        return {};
    const Window w = windowOf(op, inputs[0].shape).value(); // as shape inference found
    if (w.dimensions > 2)
        return {};
    Plan plan = byElements(*result, shaders::pool, {});
    for (const Window::Three& pair :
         {w.input, w.output, w.kernel, w.stride, w.dilation, w.padBegin, w.padEnd}) {
        plan.constants.push_back(uint32_t(pair[1]));
        plan.constants.push_back(uint32_t(pair[2]));
    }
    plan.specials = {op.kind == OpKind::MaxPool ? 0u : op.number("countPadding") != 0 ? 2u : 1u};
    plan.work = double(result->elements()) * double(w.kernelSize());
    return plan;
}

// What each row and column reads is computed on the host, in double precision: positions of large pictures
// need it.
PlanOrNot resize(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1 || result->shape.empty())
        return {};
    const Shape &from = inputs[0].shape, &to = result->shape;
    const std::size_t rank = from.size();
    std::vector<float> table;
    for (std::size_t back = 2; back > 0; --back) {
        if (rank < back) {
            table.insert(table.end(), {0, 0, 0, 0, 1, 0, 0, 0});
            continue;
        }
        for (const reference::ResizeTaps& taps :
             reference::resizeTaps(op, rank - back, from[rank - back], to[rank - back])) {
            table.insert(table.end(), taps.from.begin(), taps.from.end());
            table.insert(table.end(), taps.weight.begin(), taps.weight.end());
        }
    }
    for (std::size_t d = 0; d + 2 < rank; ++d)
        if (from[d] != to[d] || op.number(fmt::format("scale{}", d), 1) != 1)
            return {};
    const auto height = [&](const Shape& shape) { return uint32_t(rank < 2 ? 1 : shape[rank - 2]); };
    Plan plan = byElements(
        *result, shaders::resize, {height(from), uint32_t(from.back()), height(to), uint32_t(to.back())});
    plan.table = std::move(table);
    return plan;
}

PlanOrNot batchNorm(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 5)
        return {};
    return byElements(
        *result, shaders::batch_norm,
        {uint32_t(result->shape[1]), planeOf(*result), bitsOf(op.number("epsilon", 1e-5))});
}

PlanOrNot groupNorm(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() > 3)
        return {};
    const std::size_t groups = result->shape[0] * op.count("groups", 1);
    return Plan{
        .result = *result,
        .shader = &shaders::group_norm,
        .specials = {uint32_t(inputs.size())},
        .constants =
            {uint32_t(result->elements() / groups), uint32_t(result->shape[1]), planeOf(*result),
             bitsOf(op.number("epsilon", 1e-5))},
        .rows = groups,
        .itemsPerRow = groupSize,
        .inputByRow = {},
        .resultAt = 3};
}

PlanOrNot localResponseNorm(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 1 || op.count("size", 1) == 0)
        return {};
    return byElements(
        *result, shaders::local_response_norm,
        {uint32_t(result->shape[1]), planeOf(*result), uint32_t(op.count("size", 1)),
         bitsOf(op.number("alpha", 1e-4)), bitsOf(op.number("beta", 0.75)), bitsOf(op.number("bias", 1))});
}

// Whether the indices are in range is seen where they are known.
PlanOrNot gather(const Op& op, Types inputs)
{
    const auto result = resultOf(op, inputs);
    if (!result || inputs.size() != 2)
        return {};
    const std::size_t axis = op.count("axis");
    const Shape& shape = inputs[0].shape;
    const TensorType behind{nullptr, {shape.begin() + std::ptrdiff_t(axis) + 1, shape.end()}};
    return byElements(
        *result, shaders::gather,
        {uint32_t(inputs[1].elements()), uint32_t(behind.elements()), uint32_t(shape[axis])});
}

} // namespace tritloom::vulkan::plans
