#include "core/backend/reference/ops.h"

#include <algorithm>
#include <cmath>

namespace tritloom::reference {
namespace {

double sourceOf(const Op& op, double o, double input, double output, double scale)
{
    using enum ResizeTransform;
    switch (ResizeTransform(op.count("transform"))) {
    case HalfPixel:
        return (o + 0.5) / scale - 0.5;
    case Asymmetric:
        return o / scale;
    case AlignCorners: // of the rounded size, as onnxruntime and PyTorch have it; ONNX's own reference
                       // takes 2.4 for 4 elements times 0.6
        return output > 1 ? o * (input - 1) / (output - 1) : 0;
    case PytorchHalfPixel:
        return output > 1 ? (o + 0.5) / scale - 0.5 : 0;
    case HalfPixelSymmetric: {
        const double exact = input * scale, adjustment = output / exact, center = input / 2;
        return center * (1 - adjustment) + (o + 0.5) / scale - 0.5;
    }
    }
    return o;
}

double nearestOf(ResizeNearest rule, double x)
{
    switch (rule) {
    case ResizeNearest::RoundPreferFloor:
        return std::ceil(x - 0.5);
    case ResizeNearest::RoundPreferCeil:
        return std::floor(x + 0.5);
    case ResizeNearest::Floor:
        return std::floor(x);
    case ResizeNearest::Ceil:
        return std::ceil(x);
    }
    return x;
}

/// Keys 1981, with coefficient a.
double cubic(double t, double a)
{
    t = std::abs(t);
    if (t <= 1)
        return ((a + 2) * t - (a + 3)) * t * t + 1;
    return t < 2 ? ((a * t - 5 * a) * t + 8 * a) * t - 4 * a : 0;
}

} // namespace

std::vector<ResizeTaps> resizeTaps(const Op& op, std::size_t dimension, std::size_t input, std::size_t output)
{
    std::vector<ResizeTaps> taps;
    const double scale = op.number(fmt::format("scale{}", dimension), 1);
    const auto mode = ResizeMode(op.count("mode"));
    const auto last = std::int64_t(input) - 1;
    for (std::size_t o = 0; o < output; ++o) {
        std::array<std::int64_t, 4> from{};
        std::array<double, 4> weight{1, 0, 0, 0};
        const double x = input == output && scale == 1
            ? double(o)
            : sourceOf(op, double(o), double(input), double(output), scale);
        if (mode == ResizeMode::Nearest) {
            from[0] = std::int64_t(nearestOf(ResizeNearest(op.count("nearest")), x));
        } else if (mode == ResizeMode::Linear) {
            const double low = std::floor(x);
            from = {std::int64_t(low), std::int64_t(low) + 1, 0, 0};
            weight = {1 - (x - low), x - low, 0, 0};
        } else {
            const double low = std::floor(x);
            double total = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                from[k] = std::int64_t(low) + std::int64_t(k) - 1;
                const bool outside = op.number("excludeOutside") != 0 && (from[k] < 0 || from[k] > last);
                weight[k] = outside ? 0 : cubic(x - double(from[k]), op.number("cubic", -0.75));
                total += weight[k];
            }
            if (op.number("excludeOutside") != 0)
                for (double& value : weight)
                    value /= total;
        }
        for (std::int64_t& index : from)
            index = std::clamp<std::int64_t>(index, 0, last);
        taps.push_back({from, weight});
    }
    return taps;
}

// One dimension after the other; the interpolations are separable.
Result<Tensor> resize(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<float> room;
    const auto given = valuesIn(inputs[0], room);
    std::vector<double> x(given.begin(), given.end()), y;
    StopCheck stopped(std::move(stop));
    Shape shape = inputs[0].type().shape;
    const auto& sizes = op.list("sizes");
    for (std::size_t d = 0; d < shape.size(); ++d) {
        const auto output = std::size_t(sizes[d]);
        if (output == shape[d] && op.number(fmt::format("scale{}", d), 1) == 1)
            continue;
        const std::vector<ResizeTaps> taps = resizeTaps(op, d, shape[d], output);
        std::size_t inner = 1, outer = 1;
        for (std::size_t i = 0; i < d; ++i)
            outer *= shape[i];
        for (std::size_t i = d + 1; i < shape.size(); ++i)
            inner *= shape[i];
        y.clear();
        y.reserve(outer * output * inner);
        for (std::size_t a = 0; a < outer; ++a)
            for (std::size_t o = 0; o < output; ++o)
                for (std::size_t b = 0; b < inner; ++b) {
                    if (stopped())
                        return cancelledIn(op);
                    double sum = 0;
                    for (std::size_t k = 0; k < 4; ++k)
                        if (taps[o].weight[k] != 0)
                            sum += taps[o].weight[k]
                                * x[(a * shape[d] + std::size_t(taps[o].from[k])) * inner + b];
                    y.push_back(sum);
                }
        x.swap(y);
        shape[d] = output;
    }
    std::vector<float> result;
    result.reserve(x.size());
    for (const double value : x) {
        if (stopped())
            return cancelledIn(op);
        result.push_back(float(value));
    }
    return Tensor::adoptFloats(shape, std::move(result));
}

} // namespace tritloom::reference
