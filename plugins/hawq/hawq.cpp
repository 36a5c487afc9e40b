#include "plugins/hawq/hawq.h"

#include "core/method/usual_parameters.h"

#include <cmath>
#include <random>

namespace tritloom {
namespace {

double rootMeanSquare(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values)
        sum += double(value) * double(value);
    return std::sqrt(sum / double(std::max<std::size_t>(values.size(), 1)));
}

/// v^T F v for one random v, by the divergence that +e v and -e v cause.
Result<double> probeOnce(
    ModelProbe& probe, std::size_t layer, const Tensor& weights, double step, std::size_t chunks,
    std::mt19937_64& random)
{
    const std::vector<float> values = weights.toFloats();
    std::vector<float> up(values), down(values);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto change = float((random() >> 63) != 0 ? step : -step);
        up[i] += change;
        down[i] -= change;
    }
    double sum = 0;
    for (std::vector<float>* changed : {&up, &down}) {
        const ModelProbe::Replaced replaced[] = {
            {layer, Tensor::adoptFloats(weights.type().shape, std::move(*changed))}};
        sum += TRY(probe.losses(replaced, chunks)).divergence;
    }
    return sum / (step * step); // the mean of both, times 2 / e^2
}

} // namespace

std::vector<ParameterSpec> Hawq::parameters() const
{
    return {
        {.key = "probes",
         .title = "Random directions a layer",
         .unit = "",
         .standard = 2,
         .lowest = 1,
         .highest = 100,
         .whole = true},
        chunksParameter(2),
        {.key = "step",
         .title = "Step",
         .unit = "% of the weights’ root mean square",
         .standard = 5,
         .lowest = 0.1,
         .highest = 50}};
}

Result<MetricScores>
Hawq::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto probes = std::size_t(TRY(parameterValue(specs, given, "probes")));
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    const double share = TRY(parameterValue(specs, given, "step")) / 100;
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "the trace needs a model that can be run");
    MetricScores scores{
        .title = "trace / n x |dW|^2",
        .unit = "nats",
        .costs = {},
        .isAdditive = true,
        .perLayer = {},
        .notices = {}};
    const std::size_t count = probe.layers().size();
    for (std::size_t i = 0; i < count; ++i) {
        const Tensor weights = TRY(probe.weights(i));
        const std::vector<float> values = weights.toFloats();
        const double step = share * rootMeanSquare(values);
        double trace = 0;
        std::mt19937_64 random(context.seed * 1000003 + i);
        for (std::size_t p = 0; p < probes && step > 0; ++p) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, count);
            trace += TRY(probeOnce(probe, i, weights, step, chunks, random)) / double(probes);
        }
        const double mean = trace / double(std::max<std::size_t>(values.size(), 1));
        std::vector<double> costs;
        for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
            const std::vector<float> stored = TRY(probe.compressed(i, c)).toFloats();
            double moved = 0;
            for (std::size_t w = 0; w < stored.size(); ++w)
                moved += std::pow(double(values[w]) - double(stored[w]), 2);
            costs.push_back(0.5 * mean * moved); // second order: half the quadratic form
        }
        scores.perLayer.push_back(mean);
        scores.costs.push_back(std::move(costs));
        context.progress(double(i + 1) / double(count));
    }
    return scores;
}

} // namespace tritloom
