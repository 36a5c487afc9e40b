#include "core/backend/reference/ops.h"

#include "core/graph/shape_inference.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {
namespace {

double apply(BinaryFunction function, double a, double b)
{
    using enum BinaryFunction;
    switch (function) {
    case Add:
        return a + b;
    case Subtract:
        return a - b;
    case Multiply:
        return a * b;
    case Divide:
        return a / b;
    case IntegerDivide:
        return b == 0 ? 0 : std::trunc(a / b);
    case Power:
        return std::pow(a, b);
    case Maximum:
        return std::max(a, b);
    case Minimum:
        return std::min(a, b);
    case Modulo:
        return b == 0 ? 0 : a - b * std::floor(a / b);
    case PRelu:
        return a < 0 ? a * b : a;
    case Equal:
        return a == b ? 1 : 0;
    case Greater:
        return a > b ? 1 : 0;
    case Less:
        return a < b ? 1 : 0;
    case GreaterOrEqual:
        return a >= b ? 1 : 0;
    case LessOrEqual:
        return a <= b ? 1 : 0;
    case And:
        return a != 0 && b != 0 ? 1 : 0;
    case Or:
        return a != 0 || b != 0 ? 1 : 0;
    case Xor:
        return (a != 0) != (b != 0) ? 1 : 0;
    }
    return a;
}

/// y[i] = valueOf(i).
template <typename ValueOf>
Result<Tensor> made(const Op& op, const Shape& shape, std::stop_token stop, ValueOf valueOf)
{
    const std::size_t size = TensorType{nullptr, shape}.elements();
    std::vector<float> y;
    y.reserve(size);
    for (StopCheck stopped(std::move(stop)); y.size() < size;) {
        if (stopped())
            return cancelledIn(op);
        y.push_back(valueOf(y.size()));
    }
    return Tensor::adoptFloats(shape, std::move(y));
}

} // namespace

std::vector<std::size_t> broadcastSteps(const Shape& from, const Shape& to)
{
    std::vector<std::size_t> steps(to.size(), 0);
    std::size_t step = 1;
    for (std::size_t i = 0; i < from.size() && i < to.size(); ++i) {
        const std::size_t size = from[from.size() - 1 - i];
        if (size != 1)
            steps[to.size() - 1 - i] = step;
        step *= size;
    }
    return steps;
}

std::size_t stepped(std::size_t index, const Shape& shape, std::span<const std::size_t> steps)
{
    std::size_t result = 0;
    for (std::size_t i = shape.size(); i-- > 0;) {
        result += index % shape[i] * steps[i];
        index /= shape[i];
    }
    return result;
}

Result<Tensor> binary(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> roomA, roomB;
    const auto a = valuesIn(inputs[0], roomA), b = valuesIn(inputs[1], roomB);
    const Shape shape = TRY(broadcastShape(inputs[0].type().shape, inputs[1].type().shape));
    const auto function = BinaryFunction(op.count("function"));
    const auto stepsA = broadcastSteps(inputs[0].type().shape, shape),
               stepsB = broadcastSteps(inputs[1].type().shape, shape);
    return made(op, shape, std::move(stop), [&](std::size_t i) {
        return float(
            apply(function, double(a[stepped(i, shape, stepsA)]), double(b[stepped(i, shape, stepsB)])));
    });
}

Result<Tensor> where(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> roomC, roomA, roomB;
    const auto condition = valuesIn(inputs[0], roomC), a = valuesIn(inputs[1], roomA),
               b = valuesIn(inputs[2], roomB);
    const Shape shape = TRY(broadcastShape(
        inputs[0].type().shape, TRY(broadcastShape(inputs[1].type().shape, inputs[2].type().shape))));
    const auto stepsC = broadcastSteps(inputs[0].type().shape, shape),
               stepsA = broadcastSteps(inputs[1].type().shape, shape),
               stepsB = broadcastSteps(inputs[2].type().shape, shape);
    return made(op, shape, std::move(stop), [&](std::size_t i) {
        return condition[stepped(i, shape, stepsC)] != 0 ? a[stepped(i, shape, stepsA)]
                                                         : b[stepped(i, shape, stepsB)];
    });
}

Result<Tensor> expand(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto x = valuesIn(inputs[0], room);
    const auto& list = op.list("shape");
    const Shape shape = TRY(broadcastShape(inputs[0].type().shape, Shape(list.begin(), list.end())));
    const auto steps = broadcastSteps(inputs[0].type().shape, shape);
    return made(op, shape, std::move(stop), [&](std::size_t i) { return x[stepped(i, shape, steps)]; });
}

// numpy's matmul: the leading dimensions broadcast.
Result<Tensor> matMul(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const std::vector<float> a = values(inputs[0]), b = values(inputs[1]);
    Shape shapeA = inputs[0].type().shape, shapeB = inputs[1].type().shape;
    const Shape both[] = {shapeA, shapeB};
    const Shape result = TRY(inferShape(op, both));
    if (shapeA.size() == 1)
        shapeA = {1, shapeA[0]};
    if (shapeB.size() == 1)
        shapeB = {shapeB[0], 1};
    const std::size_t m = shapeA[shapeA.size() - 2], inner = shapeA.back(), n = shapeB.back();
    const Shape leadA(shapeA.begin(), shapeA.end() - 2), leadB(shapeB.begin(), shapeB.end() - 2);
    const Shape lead = TRY(broadcastShape(leadA, leadB));
    const auto stepsA = broadcastSteps(leadA, lead), stepsB = broadcastSteps(leadB, lead);
    std::vector<float> y(TensorType{nullptr, result}.elements());
    for (std::size_t batch = 0; batch < TensorType{nullptr, lead}.elements(); ++batch) {
        const float* const left = a.data() + stepped(batch, lead, stepsA) * m * inner;
        const float* const right = b.data() + stepped(batch, lead, stepsB) * inner * n;
        for (std::size_t r = 0; r < m; ++r) {
            for (std::size_t c = 0; c < n; ++c) {
                if (stop.stop_requested())
                    return cancelledIn(op);
                double sum = 0;
                for (std::size_t i = 0; i < inner; ++i)
                    sum += double(left[r * inner + i]) * double(right[i * n + c]);
                y[(batch * m + r) * n + c] = float(sum);
            }
        }
    }
    return Tensor::adoptFloats(result, std::move(y));
}

} // namespace tritloom::reference
