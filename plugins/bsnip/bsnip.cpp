#include "plugins/bsnip/bsnip.h"

#include "core/method/bit_scores.h"
#include "core/method/usual_parameters.h"

#include <cmath>
#include <random>

namespace tritloom {
namespace {

/// sum of v w dLoss/dw for one v of random signs.
Result<double> slopeAlong(
    ModelProbe& probe, std::size_t layer, const Tensor& weights, double step, std::size_t chunks,
    std::mt19937_64& random)
{
    std::vector<float> up = weights.toFloats(), down = up;
    for (std::size_t i = 0; i < up.size(); ++i) {
        const auto change = float((random() >> 63) != 0 ? step : -step);
        up[i] *= 1 + change;
        down[i] *= 1 - change;
    }
    const ModelProbe::Replaced above[] = {{layer, Tensor::adoptFloats(weights.type().shape, std::move(up))}},
                               below[] = {
                                   {layer, Tensor::adoptFloats(weights.type().shape, std::move(down))}};
    const double difference = TRY(probe.losses(above, chunks)).negativeLogLikelihood
        - TRY(probe.losses(below, chunks)).negativeLogLikelihood;
    return difference / (2 * step);
}

} // namespace

std::vector<ParameterSpec> BitSnip::parameters() const
{
    return {
        {.key = "probes",
         .title = "Random signs a layer",
         .unit = "",
         .standard = 4,
         .lowest = 1,
         .highest = 100,
         .whole = true},
        chunksParameter(2),
        {.key = "step",
         .title = "Step",
         .unit = "% of each weight",
         .standard = 2,
         .lowest = 0.01,
         .highest = 50}};
}

Result<MetricScores>
BitSnip::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto probes = std::size_t(TRY(parameterValue(specs, given, "probes")));
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    const double step = TRY(parameterValue(specs, given, "step")) / 100;
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "this metric needs a model that can be run");
    const std::size_t count = probe.layers().size();
    std::vector<double> worth(count);
    for (std::size_t i = 0; i < count; ++i) {
        const Tensor weights = TRY(probe.weights(i));
        std::mt19937_64 random(context.seed * 1000003 + i);
        double sum = 0;
        for (std::size_t p = 0; p < probes; ++p) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, count);
            sum += std::pow(TRY(slopeAlong(probe, i, weights, step, chunks, random)), 2);
        }
        worth[i] = std::sqrt(sum / double(probes));
        if (!std::isfinite(worth[i]))
            return fail(
                ErrorCode::Unsupported, "the loss is no number when {} moves: are there labels?",
                probe.layers()[i].name);
        context.progress(double(i + 1) / double(count));
    }
    return scoresOfBits(probe, std::move(worth), "bits x |w dLoss/dw|");
}

} // namespace tritloom
