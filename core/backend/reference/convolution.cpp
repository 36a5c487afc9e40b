#include "core/backend/reference/ops.h"

#include "core/graph/window.h"

namespace tritloom::reference {
namespace {

/// Where a tap of a window lies in a plane, or -1 outside of it.
std::int64_t place(const Window& w, const Window::Three& at, std::int64_t tap, const Window::Three& plane)
{
    const Window::Three k{tap / (w.kernel[1] * w.kernel[2]), tap / w.kernel[2] % w.kernel[1], tap % w.kernel[2]};
    std::int64_t index = 0;
    for (std::size_t i = 0; i < 3; ++i) {
        const std::int64_t p = at[i] * w.stride[i] - w.padBegin[i] + k[i] * w.dilation[i];
        if (p < 0 || p >= plane[i])
            return -1;
        index = index * plane[i] + p;
    }
    return index;
}

Window::Three position(std::int64_t index, const Window::Three& plane)
{
    return {index / (plane[1] * plane[2]), index / plane[2] % plane[1], index % plane[2]};
}

std::vector<double> biasOf(std::span<const Tensor> inputs, std::int64_t outputs)
{
    std::vector<double> bias(std::size_t(outputs), 0.0);
    if (inputs.size() > 2) {
        const std::vector<float> given = values(inputs[2]);
        bias.assign(given.begin(), given.end());
    }
    return bias;
}

} // namespace

// y[n, o, p] = bias[o] + sum over the channels c of o's group and taps k of W[o, c, k] x[n, c, p * stride + k].
Result<Tensor> convolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    std::vector<float> room, y;
    const auto x = valuesIn(inputs[0], room);
    const std::vector<float> weights = values(inputs[1]);
    const auto groups = std::int64_t(op.count("groups", 1)), outputs = std::int64_t(inputs[1].type().rows()),
               channels = w.channels / groups, taps = w.kernelSize();
    if (channels * taps != std::int64_t(inputs[1].type().columns()))
        return fail(
            ErrorCode::InvalidInput, "windows of {} over {} channels with weights of {} columns", taps, channels,
            inputs[1].type().columns());
    const std::vector<double> bias = biasOf(inputs, outputs);
    y.reserve(std::size_t(w.batch * outputs * w.outputSize()));
    for (std::int64_t n = 0; n < w.batch; ++n)
        for (std::int64_t o = 0; o < outputs; ++o) {
            const std::int64_t first = n * w.channels + o / (outputs / groups) * channels;
            for (std::int64_t p = 0; p < w.outputSize(); ++p) {
                if (stop.stop_requested())
                    return cancelledIn(op);
                const Window::Three at = position(p, w.output);
                double sum = bias[std::size_t(o)];
                for (std::int64_t k = 0; k < taps; ++k) {
                    const std::int64_t from = place(w, at, k, w.input);
                    for (std::int64_t c = 0; from >= 0 && c < channels; ++c)
                        sum += double(weights[std::size_t((o * channels + c) * taps + k)])
                            * double(x[std::size_t((first + c) * w.inputSize() + from)]);
                }
                y.push_back(float(sum));
            }
        }
    return Tensor::adoptFloats(w.outputShape(outputs), std::move(y));
}

// The adjoint: every input pixel adds its window, W[(o, k), c] x[n, c, p], into the output.
Result<Tensor> transposedConvolution(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    std::vector<float> room, y;
    const auto x = valuesIn(inputs[0], room);
    const std::vector<float> weights = values(inputs[1]);
    const auto groups = std::int64_t(op.count("groups", 1)), channels = w.channels / groups, taps = w.kernelSize(),
               perGroup = std::int64_t(inputs[1].type().rows()) / taps, outputs = perGroup * groups;
    if (w.channels != std::int64_t(inputs[1].type().columns()))
        return fail(
            ErrorCode::InvalidInput, "{} channels with weights of {} columns", w.channels,
            inputs[1].type().columns());
    const std::vector<double> bias = biasOf(inputs, outputs);
    y.reserve(std::size_t(w.batch * outputs * w.outputSize()));
    for (std::int64_t n = 0; n < w.batch; ++n)
        for (std::int64_t o = 0; o < outputs; ++o) {
            std::vector<double> plane(std::size_t(w.outputSize()), bias[std::size_t(o)]);
            const std::int64_t group = o / perGroup;
            for (std::int64_t p = 0; p < w.inputSize(); ++p) {
                if (stop.stop_requested())
                    return cancelledIn(op);
                const Window::Three at = position(p, w.input);
                for (std::int64_t k = 0; k < taps; ++k) {
                    const std::int64_t to = place(w, at, k, w.output);
                    for (std::int64_t c = group * channels; to >= 0 && c < (group + 1) * channels; ++c)
                        plane[std::size_t(to)]
                            += double(weights[std::size_t((o % perGroup * taps + k) * w.channels + c)])
                            * double(x[std::size_t((n * w.channels + c) * w.inputSize() + p)]);
                }
            }
            y.insert(y.end(), plane.begin(), plane.end());
        }
    return Tensor::adoptFloats(w.outputShape(outputs), std::move(y));
}

// Largest value or mean of each window; padding never wins and counts in a mean only if asked for.
Result<Tensor> pool(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    const Window w = TRY(windowOf(op, inputs[0].type().shape));
    std::vector<float> room, y;
    const auto x = valuesIn(inputs[0], room);
    const bool largest = op.kind == OpKind::MaxPool, countPadding = op.number("countPadding") != 0;
    y.reserve(std::size_t(w.batch * w.channels * w.outputSize()));
    for (std::int64_t plane = 0; plane < w.batch * w.channels; ++plane)
        for (std::int64_t p = 0; p < w.outputSize(); ++p) {
            if (stop.stop_requested())
                return cancelledIn(op);
            const Window::Three at = position(p, w.output);
            double result = largest ? -1e300 : 0;
            std::int64_t seen = 0;
            for (std::int64_t k = 0; k < w.kernelSize(); ++k) {
                const std::int64_t from = place(w, at, k, w.input);
                if (from < 0)
                    continue;
                const double value = double(x[std::size_t(plane * w.inputSize() + from)]);
                result = largest ? std::max(result, value) : result + value;
                ++seen;
            }
            // What a rounded-up size adds behind the padding is no part of a window.
            std::int64_t padded = 1;
            for (std::size_t i = 0; i < 3; ++i) {
                const std::int64_t begin = at[i] * w.stride[i], end = w.input[i] + w.padBegin[i] + w.padEnd[i];
                const std::int64_t places = (end - begin + w.dilation[i] - 1) / w.dilation[i];
                padded *= std::min(w.kernel[i], places);
            }
            if (!largest)
                result /= double(std::max<std::int64_t>(1, countPadding ? padded : seen));
            y.push_back(seen == 0 ? 0 : float(result));
        }
    return Tensor::adoptFloats(w.outputShape(w.channels), std::move(y));
}

} // namespace tritloom::reference
