#include "core/backend/reference/ops.h"

#include "core/graph/shape_inference.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {
namespace {

double finish(ReduceFunction function, const std::vector<double>& x)
{
    using enum ReduceFunction;
    double sum = 0, absolute = 0, squares = 0, product = 1;
    double largest = x[0], smallest = x[0];
    for (const double value : x) {
        sum += value;
        absolute += std::abs(value);
        squares += value * value;
        product *= value;
        largest = std::max(largest, value);
        smallest = std::min(smallest, value);
    }
    switch (function) {
    case Mean:
        return sum / double(x.size());
    case Sum:
        return sum;
    case Maximum:
        return largest;
    case Minimum:
        return smallest;
    case Product:
        return product;
    case L1:
        return absolute;
    case L2:
        return std::sqrt(squares);
    case LogSum:
        return std::log(sum);
    case SumSquare:
        return squares;
    case LogSumExp: {
        double total = 0;
        for (const double value : x)
            total += std::exp(value - largest);
        return largest + std::log(total);
    }
    }
    return 0;
}

/// One number of every list of values that have equal indices outside the reduced axes.
template <typename Finish>
Result<Tensor> reduced(
    const Op& op, const Tensor& tensor, std::vector<std::int64_t> axes, std::stop_token stop, Finish finish)
{
    const Shape& shape = tensor.type().shape;
    const Shape result = TRY(inferShape(op, {&shape, 1}));
    Shape outer, inner; // sizes of what stays and of what is reduced, with the distances between neighbours
    std::vector<std::size_t> outerSteps, innerSteps;
    std::size_t step = TensorType{nullptr, shape}.elements();
    for (std::size_t i = 0; i < shape.size(); ++i) {
        step = shape[i] == 0 ? 0 : step / shape[i];
        const bool isReduced = std::ranges::find(axes, std::int64_t(i)) != axes.end();
        (isReduced ? inner : outer).push_back(shape[i]);
        (isReduced ? innerSteps : outerSteps).push_back(step);
    }
    std::vector<float> room, y;
    const auto x = valuesIn(tensor, room);
    std::vector<std::size_t> offsets(TensorType{nullptr, inner}.elements());
    for (std::size_t i = 0; i < offsets.size(); ++i)
        offsets[i] = stepped(i, inner, innerSteps);
    std::vector<double> list(offsets.size());
    StopCheck stopped(std::move(stop));
    for (std::size_t o = 0, count = TensorType{nullptr, outer}.elements(); o < count; ++o) {
        const std::size_t first = stepped(o, outer, outerSteps);
        for (std::size_t i = 0; i < offsets.size(); ++i) {
            if (stopped())
                return cancelledIn(op);
            list[i] = double(x[first + offsets[i]]);
        }
        y.push_back(float(finish(list)));
    }
    return Tensor::adoptFloats(result, std::move(y));
}

} // namespace

Result<Tensor> reduce(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const auto function = ReduceFunction(op.count("function"));
    return reduced(op, inputs[0], op.list("axes"), std::move(stop), [function](const auto& list) {
        return finish(function, list);
    });
}

Result<Tensor> argReduce(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const bool largest = op.number("largest", 1) != 0;
    return reduced(
        op, inputs[0], {std::int64_t(op.count("axis"))}, std::move(stop), [largest](const auto& list) {
            const auto best = largest ? std::max_element(list.begin(), list.end())
                                      : std::min_element(list.begin(), list.end());
            return best - list.begin();
        });
}

Result<Tensor> softmax(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Shape& shape = inputs[0].type().shape;
    std::vector<float> x = values(inputs[0]);
    const std::size_t axis = op.count("axis"), size = shape[axis];
    std::size_t step = 1;
    for (std::size_t i = axis + 1; i < shape.size(); ++i)
        step *= shape[i];
    for (std::size_t first = 0; first < x.size(); ++first) {
        if (first / step % size != 0)
            continue;
        if (stop.stop_requested())
            return cancelledIn(op);
        double largest = double(x[first]), total = 0;
        for (std::size_t i = 0; i < size; ++i)
            largest = std::max(largest, double(x[first + i * step]));
        for (std::size_t i = 0; i < size; ++i)
            total += std::exp(double(x[first + i * step]) - largest);
        for (std::size_t i = 0; i < size; ++i) {
            float& value = x[first + i * step];
            const double logarithm = double(value) - largest - std::log(total);
            value = float(op.number("logarithm") != 0 ? logarithm : std::exp(logarithm));
        }
    }
    return Tensor::adoptFloats(shape, std::move(x));
}

} // namespace tritloom::reference
