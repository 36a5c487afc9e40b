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

/// The values behind every element of the result: those with equal indices outside the reduced axes.
std::vector<std::vector<double>> gathered(const Tensor& tensor, const std::vector<std::int64_t>& axes)
{
    const Shape& shape = tensor.type().shape;
    std::vector<std::size_t> steps(shape.size(), 0);
    std::size_t step = 1;
    for (std::size_t i = shape.size(); i-- > 0;)
        if (std::find(axes.begin(), axes.end(), std::int64_t(i)) == axes.end()) {
            steps[i] = step;
            step *= shape[i];
        }
    const std::vector<float> x = values(tensor);
    std::vector<std::vector<double>> lists(step);
    for (std::size_t i = 0; i < x.size(); ++i)
        lists[stepped(i, shape, steps)].push_back(double(x[i]));
    return lists;
}

} // namespace

Result<Tensor> reduce(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const Shape& shape = inputs[0].type().shape;
    const Shape result = TRY(inferShape(op, {&shape, 1}));
    std::vector<float> y;
    for (const auto& list : gathered(inputs[0], op.list("axes")))
        y.push_back(float(finish(ReduceFunction(op.count("function")), list)));
    return Tensor::adoptFloats(result, std::move(y));
}

Result<Tensor> argReduce(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const Shape& shape = inputs[0].type().shape;
    const Shape result = TRY(inferShape(op, {&shape, 1}));
    std::vector<float> y;
    for (const auto& list : gathered(inputs[0], {std::int64_t(op.count("axis"))})) {
        const auto best = op.number("largest", 1) != 0 ? std::max_element(list.begin(), list.end())
                                                       : std::min_element(list.begin(), list.end());
        y.push_back(float(best - list.begin()));
    }
    return Tensor::adoptFloats(result, std::move(y));
}

Result<Tensor> softmax(const Op& op, std::span<const Tensor> inputs, std::stop_token)
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
