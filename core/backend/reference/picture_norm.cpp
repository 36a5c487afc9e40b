#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {
namespace {

/// Elements behind one channel: the product of the spatial sizes.
std::size_t planeOf(const Shape& shape)
{
    return TensorType{nullptr, Shape(shape.begin() + 1, shape.end())}.elements() / shape[1];
}

} // namespace

// y = (x - mean[c]) / sqrt(variance[c] + epsilon) * scale[c] + bias[c].
Result<Tensor> batchNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const std::vector<float> scale = values(inputs[1]), bias = values(inputs[2]), mean = values(inputs[3]),
                             variance = values(inputs[4]);
    const Shape& shape = inputs[0].type().shape;
    const std::size_t plane = planeOf(shape);
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i / plane % shape[1];
        x[i] = float(
            (double(x[i]) - double(mean[c])) / std::sqrt(double(variance[c]) + op.number("epsilon", 1e-5))
                * double(scale[c])
            + double(bias[c]));
    }
    return Tensor::adoptFloats(shape, std::move(x));
}

// Mean and population variance of the channels of a group in one picture; as many groups as channels make it an
// instance norm.
Result<Tensor> groupNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    std::vector<float> x = values(inputs[0]);
    const Shape& shape = inputs[0].type().shape;
    const std::vector<float> scale = inputs.size() > 1 ? values(inputs[1]) : std::vector<float>(shape[1], 1.0f),
                             bias = inputs.size() > 2 ? values(inputs[2]) : std::vector<float>(shape[1], 0.0f);
    const std::size_t plane = planeOf(shape), size = shape[1] / op.count("groups", 1) * plane;
    for (std::size_t begin = 0; begin < x.size(); begin += size) {
        double mean = 0, squares = 0;
        for (std::size_t i = begin; i < begin + size; ++i)
            mean += double(x[i]);
        mean /= double(size);
        for (std::size_t i = begin; i < begin + size; ++i)
            squares += (double(x[i]) - mean) * (double(x[i]) - mean);
        const double inverse = 1 / std::sqrt(squares / double(size) + op.number("epsilon", 1e-5));
        for (std::size_t i = begin; i < begin + size; ++i) {
            const std::size_t c = i / plane % shape[1];
            x[i] = float((double(x[i]) - mean) * inverse * double(scale[c]) + double(bias[c]));
        }
    }
    return Tensor::adoptFloats(shape, std::move(x));
}

// Krizhevsky et al. 2012, section 3.3, as ONNX has it: size channels around c, fewer to the left when even.
Result<Tensor> localResponseNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const std::vector<float> x = values(inputs[0]);
    std::vector<float> y(x.size());
    const Shape& shape = inputs[0].type().shape;
    const std::size_t plane = planeOf(shape), size = op.count("size", 1), channels = shape[1];
    for (std::size_t i = 0; i < x.size(); ++i) {
        const std::size_t c = i / plane % channels, left = std::min(c, (size - 1) / 2),
                          right = std::min(channels - 1 - c, size / 2);
        double squares = 0;
        for (std::size_t j = i - left * plane; j <= i + right * plane; j += plane)
            squares += double(x[j]) * double(x[j]);
        const double base = op.number("bias", 1) + op.number("alpha", 1e-4) / double(size) * squares;
        y[i] = float(double(x[i]) / std::pow(base, op.number("beta", 0.75)));
    }
    return Tensor::adoptFloats(shape, std::move(y));
}

} // namespace tritloom::reference
