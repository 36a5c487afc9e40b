#include "compute/cpu/kernels.h"

#include "compute/cpu/chunks.h"
#include "compute/cpu/output.h"
#include "compute/cpu/row_math.h"
#include "core/backend/reference/ops.h"
#include "core/graph/window.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace tritloom::cpu {
namespace {

constexpr std::size_t grain = 16384; // elements: enough work to be worth a thread

template <typename Function>
Tensor mapped(const Tensor& tensor, const std::stop_token& stop, Function function)
{
    const auto x = tensor.floats();
    Output output(x.size());
    const auto y = output.values();
    parallelUntil(stop, x.size(), grain, [&](std::size_t begin, std::size_t end) {
        for (std::size_t i = begin; i < end; ++i)
            y[i] = function(x[i]);
    });
    return std::move(output).take(tensor.type().shape);
}

bool isPlain(const Tensor& tensor)
{
    return tensor.type().format->id() == "f32"
        && reinterpret_cast<std::uintptr_t>(tensor.bytes().data()) % alignof(float) == 0;
}

/// How b repeats over the shape of a: b[i / run % size]. nullopt: another way.
struct Repeat {
    std::size_t run = 1, size = 1;
};
std::optional<Repeat> repeatOf(const Shape& a, const Shape& b)
{
    if (b.size() > a.size())
        return std::nullopt;
    // b may have one stretch of dimensions that are a's, ones around it.
    Shape full(a.size() - b.size(), 1);
    full.insert(full.end(), b.begin(), b.end());
    std::size_t first = 0, last = full.size();
    while (first < last && full[first] == 1)
        ++first;
    while (last > first && full[last - 1] == 1)
        --last;
    Repeat repeat;
    for (std::size_t i = first; i < last; ++i) {
        if (full[i] != a[i])
            return std::nullopt;
        repeat.size *= a[i];
    }
    for (std::size_t i = last; i < a.size(); ++i)
        repeat.run *= a[i];
    return repeat;
}

template <typename Function>
Tensor combined(
    const Tensor& a, const Tensor& b, const Repeat& repeat, const std::stop_token& stop, Function function)
{
    const auto x = a.floats(), other = b.floats();
    Output output(x.size());
    const auto y = output.values();
    if (other.size() == x.size()) {
        parallelUntil(stop, x.size(), grain, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                y[i] = function(x[i], other[i]);
        });
    } else {
        const std::size_t runs = x.size() / repeat.run;
        parallelUntil(
            stop, runs, std::max<std::size_t>(1, grain / repeat.run),
            [&](std::size_t begin, std::size_t end) {
                for (std::size_t r = begin; r < end; ++r) {
                    const float value = other[r % repeat.size];
                    for (std::size_t i = r * repeat.run; i < (r + 1) * repeat.run; ++i)
                        y[i] = function(x[i], value);
                }
            });
    }
    return std::move(output).take(a.type().shape);
}

/// y = x * scale[c] + shift[c] over planes of [N, C, ...].
Tensor scaledPlanes(
    const Tensor& tensor, const std::vector<float>& scale, const std::vector<float>& shift,
    const std::stop_token& stop)
{
    const auto x = tensor.floats();
    const Shape& shape = tensor.type().shape;
    const std::size_t planes = shape[0] * shape[1], plane = x.size() / std::max<std::size_t>(planes, 1);
    Output output(x.size());
    const auto y = output.values();
    parallelUntil(
        stop, planes, std::max<std::size_t>(1, grain / std::max<std::size_t>(plane, 1)),
        [&](std::size_t begin, std::size_t end) {
            for (std::size_t p = begin; p < end; ++p) {
                const float a = scale[p % scale.size()], b = shift[p % shift.size()];
                for (std::size_t i = p * plane; i < (p + 1) * plane; ++i)
                    y[i] = x[i] * a + b;
            }
        });
    return std::move(output).take(shape);
}

} // namespace

Result<Tensor> unary(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    using enum UnaryFunction;
    const auto a = float(op.number("a")), b = float(op.number("b"));
    switch (UnaryFunction(op.count("function"))) {
    case Relu:
        return mapped(inputs[0], stop, [](float x) { return x < 0 ? 0.0f : x; }); // NaN stays
    case LeakyRelu:
        return mapped(inputs[0], stop, [a](float x) { return x < 0 ? a * x : x; });
    case Clip:
        return mapped(inputs[0], stop, [a, b](float x) { return std::min(std::max(x, a), b); });
    case Sigmoid:
        return mapped(inputs[0], stop, [](float x) { return 1 / (1 + std::exp(-x)); });
    case Tanh:
        return mapped(inputs[0], stop, [](float x) { return std::tanh(x); });
    case GeluErf:
        return mapped(inputs[0], stop, [](float x) { return 0.5f * x * (1 + std::erf(x * 0.70710678f)); });
    case Erf:
        return mapped(inputs[0], stop, [](float x) { return std::erf(x); });
    case HardSwish:
        return mapped(inputs[0], stop, [](float x) { return x * std::clamp(x / 6 + 0.5f, 0.0f, 1.0f); });
    case Silu: {
        const auto x = inputs[0].floats();
        Output output(x.size());
        parallelUntil(stop, x.size(), grain, [&](std::size_t begin, std::size_t end) {
            siluRow(x.subspan(begin, end - begin), output.values().subspan(begin, end - begin));
        });
        return std::move(output).take(inputs[0].type().shape);
    }
    default:
        return reference::unary(op, inputs, std::move(stop));
    }
}

Result<Tensor> binary(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const auto function = BinaryFunction(op.count("function"));
    const auto repeat = repeatOf(inputs[0].type().shape, inputs[1].type().shape);
    if (!repeat || !isPlain(inputs[1]) || inputs[0].floats().empty())
        return reference::binary(op, inputs, std::move(stop));
    switch (function) {
    case BinaryFunction::Add:
        return combined(inputs[0], inputs[1], *repeat, stop, [](float a, float b) { return a + b; });
    case BinaryFunction::Subtract:
        return combined(inputs[0], inputs[1], *repeat, stop, [](float a, float b) { return a - b; });
    case BinaryFunction::Multiply:
        return combined(inputs[0], inputs[1], *repeat, stop, [](float a, float b) { return a * b; });
    case BinaryFunction::Divide:
        return combined(inputs[0], inputs[1], *repeat, stop, [](float a, float b) { return a / b; });
    case BinaryFunction::PRelu:
        return combined(
            inputs[0], inputs[1], *repeat, stop, [](float a, float b) { return a < 0 ? a * b : a; });
    default:
        return reference::binary(op, inputs, std::move(stop));
    }
}

Result<Tensor> batchNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const std::vector<float> scale = inputs[1].toFloats(), bias = inputs[2].toFloats(), mean = inputs[3].toFloats(),
                             variance = inputs[4].toFloats();
    std::vector<float> times(scale.size()), plus(scale.size());
    for (std::size_t c = 0; c < scale.size(); ++c) {
        const double factor = double(scale[c]) / std::sqrt(double(variance[c]) + op.number("epsilon", 1e-5));
        times[c] = float(factor);
        plus[c] = float(double(bias[c]) - double(mean[c]) * factor);
    }
    return scaledPlanes(inputs[0], times, plus, stop);
}

// The sums of a group are in double: a plane of 256 x 256 has too many for float.
Result<Tensor> groupNorm(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const auto x = inputs[0].floats();
    const Shape& shape = inputs[0].type().shape;
    const std::size_t channels = shape[1], groups = op.count("groups", 1), planes = shape[0] * channels,
                      plane = x.size() / std::max<std::size_t>(planes, 1), members = channels / groups;
    const std::vector<float> scale = inputs.size() > 1 ? inputs[1].toFloats() : std::vector<float>(channels, 1.0f),
                             bias = inputs.size() > 2 ? inputs[2].toFloats() : std::vector<float>(channels, 0.0f);
    std::vector<float> times(planes), plus(planes);
    parallelUntil(stop, shape[0] * groups, 1, [&](std::size_t begin, std::size_t end) {
        for (std::size_t g = begin; g < end; ++g) {
            const auto part = x.subspan(g * members * plane, members * plane);
            double sum = 0, squares = 0;
            for (const float value : part)
                sum += double(value);
            const double mean = sum / double(part.size());
            for (const float value : part)
                squares += (double(value) - mean) * (double(value) - mean);
            const double inverse = 1 / std::sqrt(squares / double(part.size()) + op.number("epsilon", 1e-5));
            for (std::size_t p = g * members; p < (g + 1) * members; ++p) {
                times[p] = float(inverse * double(scale[p % channels]));
                plus[p] = float(double(bias[p % channels]) - mean * inverse * double(scale[p % channels]));
            }
        }
    });
    return scaledPlanes(inputs[0], times, plus, stop);
}

Result<Tensor> pool(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    if (w.dimensions != 2 || op.kind != OpKind::MaxPool)
        return reference::pool(op, inputs, std::move(stop));
    const auto x = inputs[0].floats();
    Output output(std::size_t(w.batch * w.channels * w.outputSize()));
    const auto y = output.values();
    parallelUntil(stop, std::size_t(w.batch * w.channels), 4, [&](std::size_t begin, std::size_t end) {
        for (std::size_t p = begin; p < end; ++p)
            for (std::int64_t oy = 0; oy < w.output[1] && !stop.stop_requested(); ++oy)
                for (std::int64_t ox = 0; ox < w.output[2]; ++ox) {
                    float largest = -3.4e38f;
                    bool seen = false;
                    for (std::int64_t ky = 0; ky < w.kernel[1]; ++ky) {
                        const std::int64_t iy = oy * w.stride[1] - w.padBegin[1] + ky * w.dilation[1];
                        for (std::int64_t kx = 0; iy >= 0 && iy < w.input[1] && kx < w.kernel[2]; ++kx) {
                            const std::int64_t ix = ox * w.stride[2] - w.padBegin[2] + kx * w.dilation[2];
                            if (ix < 0 || ix >= w.input[2])
                                continue;
                            largest = std::max(largest, x[p * std::size_t(w.inputSize()) + std::size_t(iy * w.input[2] + ix)]);
                            seen = true;
                        }
                    }
                    y[p * std::size_t(w.outputSize()) + std::size_t(oy * w.output[2] + ox)] = seen ? largest : 0;
                }
    });
    return std::move(output).take(w.outputShape(w.channels));
}

// The bytes stay; only the shape is another.
Result<Tensor> reshape(const Op& op, std::span<const Tensor> inputs, std::stop_token)
{
    const auto& list = op.list("shape");
    return Tensor({inputs[0].type().format, Shape(list.begin(), list.end())}, inputs[0].bytes(), inputs[0].owner());
}

} // namespace tritloom::cpu
