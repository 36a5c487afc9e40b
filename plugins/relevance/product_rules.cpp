#include "core/base/parallel.h"
#include "core/graph/window.h"
#include "plugins/relevance/relevance_rules.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// Calls visit(output, input, weight): every product that adds to an output of a convolution or pool, for the
/// outputs of one channel (of the picture that comes in, for a transposed one). input, output: offsets.
template <typename Visit>
void visitWindows(
    const Window& w, std::size_t outputChannel, std::size_t outputChannels, std::size_t groups,
    bool isTransposed, bool isPool, Visit visit)
{
    const auto at = [](const Window::Three& size, std::int64_t z, std::int64_t y, std::int64_t x) {
        return std::size_t((z * size[1] + y) * size[2] + x);
    };
    const auto inputSize = std::size_t(w.inputSize()), outputSize = std::size_t(w.outputSize()),
               taps = std::size_t(w.kernelSize()), channels = std::size_t(w.channels);
    const std::size_t inGroup = channels / groups, outGroup = outputChannels / groups,
                      group = outputChannel / outGroup;
    // Of a transposed convolution inputs lie where outputs of a plain one would.
    const Window::Three &fine = isTransposed ? w.output : w.input,
                        &coarse = isTransposed ? w.input : w.output;
    for (std::int64_t n = 0; n < w.batch; ++n)
        for (std::int64_t z = 0; z < coarse[0]; ++z)
            for (std::int64_t y = 0; y < coarse[1]; ++y)
                for (std::int64_t x = 0; x < coarse[2]; ++x)
                    for (std::size_t t = 0; t < taps; ++t) {
                        const auto tap = std::int64_t(t);
                        const std::int64_t kz = tap / (w.kernel[1] * w.kernel[2]),
                                           ky = tap / w.kernel[2] % w.kernel[1], kx = tap % w.kernel[2];
                        const std::int64_t fz = z * w.stride[0] - w.padBegin[0] + kz * w.dilation[0],
                                           fy = y * w.stride[1] - w.padBegin[1] + ky * w.dilation[1],
                                           fx = x * w.stride[2] - w.padBegin[2] + kx * w.dilation[2];
                        if (fz < 0 || fy < 0 || fx < 0 || fz >= fine[0] || fy >= fine[1] || fx >= fine[2])
                            continue;
                        const std::size_t finePlace = at(fine, fz, fy, fx), coarsePlace = at(coarse, z, y, x);
                        const std::size_t output =
                            (std::size_t(n) * outputChannels + outputChannel) * outputSize
                            + (isTransposed ? finePlace : coarsePlace);
                        for (std::size_t c = 0; c < (isPool ? 1 : inGroup); ++c) {
                            const std::size_t channel = isPool ? outputChannel : group * inGroup + c;
                            const std::size_t input = (std::size_t(n) * channels + channel) * inputSize
                                + (isTransposed ? coarsePlace : finePlace);
                            const std::size_t weight = isPool ? 0
                                : isTransposed ? (outputChannel % outGroup * taps + t) * channels + channel
                                               : (outputChannel * inGroup + c) * taps + t;
                            visit(output, input, weight);
                        }
                    }
}

/// What one output takes from one input, when it adds to it.
double positive(double weight, float input)
{
    return std::max(weight * double(input), 0.0);
}

/// forEach(channel, visit) calls visit(output, input, weight) for the products of one of `channels` channels
/// that come out; channels are worked on in parallel, the outputs of one belong to no other.
template <typename ForEach, typename Weight>
std::vector<double>
positiveRule(const RuleProblem& p, std::size_t channels, const ForEach& forEach, const Weight& weightOf)
{
    const std::span<const float> a = p.operands[0].values;
    // Chunks depend on the sizes alone and are added in order: same bytes on any number of threads.
    const std::size_t grain = std::max<std::size_t>(1, (channels + 7) / 8);
    std::vector<std::vector<double>> parts((channels + grain - 1) / grain);
    parallelFor(channels, grain, [&](std::size_t begin, std::size_t end) {
        std::vector<double>& part = parts[begin / grain];
        part.resize(a.size());
        std::vector<double> z(p.relevance.size());
        for (std::size_t channel = begin; channel < end; ++channel)
            forEach(channel, [&](std::size_t output, std::size_t input, std::size_t weight) {
                z[output] += positive(weightOf(weight), a[input]);
            });
        for (std::size_t i = 0; i < z.size(); ++i)
            z[i] = safeRatio(p.relevance[i], z[i]);
        for (std::size_t channel = begin; channel < end; ++channel)
            forEach(channel, [&](std::size_t output, std::size_t input, std::size_t weight) {
                part[input] += positive(weightOf(weight), a[input]) * z[output];
            });
    });
    std::vector<double> result(a.size());
    for (const auto& part : parts)
        for (std::size_t i = 0; i < result.size(); ++i)
            result[i] += part[i];
    return result;
}

/// Of a mean or a sum over axes: the output that each input is part of.
std::vector<std::size_t> reducedPlaces(const Op& op, const Shape& shape)
{
    const auto& axes = op.list("axes");
    std::vector<std::size_t> places(TensorType{nullptr, shape}.elements());
    for (std::size_t i = 0; i < places.size(); ++i) {
        std::size_t rest = i, stride = 1;
        for (std::size_t d = shape.size(); d-- > 0;) {
            const std::size_t position = rest % shape[d];
            rest /= shape[d];
            if (std::ranges::count(axes, std::int64_t(d)) > 0)
                continue;
            places[i] += position * stride;
            stride *= shape[d];
        }
    }
    return places;
}

} // namespace

Result<RuleResult> propagatePositive(const RuleProblem& p)
{
    RuleResult result(p.operands.size());
    const std::span<const float> weights =
        p.operands.size() > 1 ? p.operands[1].values : std::span<const float>();
    const auto stored = [&](std::size_t i) { return double(weights[i]); };
    const auto one = [](std::size_t) { return 1.0; };
    if (p.op.kind == OpKind::Linear || p.op.kind == OpKind::MatMul) {
        if (!p.operands[0].carries || p.operands[1].shape.size() != 2)
            return fail(
                ErrorCode::Unsupported, "no relevance passes a product with a stored factor in front");
        const bool isLinear =
            p.op.kind == OpKind::Linear; // weights [outputs, inputs], else [inputs, outputs]
        const std::size_t inputs = p.operands[1].shape[isLinear ? 1 : 0],
                          outputs = p.operands[1].shape[isLinear ? 0 : 1],
                          rows = p.operands[0].values.size() / inputs;
        result[0] = positiveRule(
            p, outputs,
            [&](std::size_t o, const auto& visit) {
                for (std::size_t r = 0; r < rows; ++r)
                    for (std::size_t i = 0; i < inputs; ++i)
                        visit(r * outputs + o, r * inputs + i, isLinear ? o * inputs + i : i * outputs + o);
            },
            stored);
        return result;
    }
    if (p.op.kind == OpKind::Reduce) {
        const auto function = ReduceFunction(int(p.op.number("function")));
        if (function != ReduceFunction::Mean && function != ReduceFunction::Sum)
            return fail(
                ErrorCode::Unsupported, "relevance passes means and sums, not reduction {}", int(function));
        const auto places = reducedPlaces(p.op, p.operands[0].shape);
        result[0] = positiveRule(
            p, 1,
            [&](std::size_t, const auto& visit) {
                for (std::size_t i = 0; i < places.size(); ++i)
                    visit(places[i], i, 0);
            },
            one);
        return result;
    }
    const bool isPool = p.op.kind == OpKind::AveragePool,
               isTransposed = p.op.kind == OpKind::TransposedConvolution;
    const Window window = TRY(windowOf(p.op, p.operands[0].shape));
    const std::size_t channels = p.output.shape[1], groups = isPool ? 1 : p.op.count("groups", 1);
    const auto forEach = [&](std::size_t channel, const auto& visit) {
        visitWindows(window, channel, channels, groups, isTransposed, isPool, visit);
    };
    result[0] = isPool ? positiveRule(p, channels, forEach, one) : positiveRule(p, channels, forEach, stored);
    return result;
}

RuleResult propagateProduct(const RuleProblem& p)
{
    // R_A = A o ((R / C) B^T) / 2 and R_B = B o (A^T (R / C)) / 2 for every matrix of the batch.
    const Shape &a = p.operands[0].shape, &b = p.operands[1].shape;
    const std::size_t rows = a.size() > 1 ? a[a.size() - 2] : 1, inner = a.back(),
                      columns = b.size() > 1 ? b.back() : 1;
    const std::size_t batch = p.relevance.size() / std::max<std::size_t>(rows * columns, 1);
    const std::size_t aCount = p.operands[0].values.size() / (rows * inner),
                      bCount = p.operands[1].values.size() / (inner * columns);
    double largest = 0, most = 0;
    for (std::size_t i = 0; i < p.relevance.size(); ++i) {
        largest = std::max(largest, std::abs(double(p.output.values[i])));
        most = std::max(most, std::abs(p.relevance[i]));
    }
    // Products near 0 would blow up: what they share is bounded.
    const double bound = 1e4 * safeRatio(most, largest);
    RuleResult result{
        std::vector<double>(p.operands[0].values.size()), std::vector<double>(p.operands[1].values.size())};
    for (std::size_t n = 0; n < batch; ++n) {
        const std::size_t aBegin = n % aCount * rows * inner, bBegin = n % bCount * inner * columns;
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c) {
                const std::size_t o = (n * rows + r) * columns + c;
                const double share =
                    std::clamp(safeRatio(p.relevance[o], double(p.output.values[o])), -bound, bound) / 2;
                if (share == 0)
                    continue;
                for (std::size_t k = 0; k < inner; ++k) {
                    const std::size_t i = aBegin + r * inner + k, j = bBegin + k * columns + c;
                    const double product =
                        double(p.operands[0].values[i]) * double(p.operands[1].values[j]) * share;
                    result[0][i] += product;
                    result[1][j] += product;
                }
            }
    }
    return result;
}

} // namespace tritloom
