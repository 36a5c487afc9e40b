#include "plugins/top_eigenvalue/top_eigenvalue.h"

#include "core/method/bit_scores.h"
#include "core/method/usual_parameters.h"
#include "plugins/top_eigenvalue/power_iteration.h"
#include "plugins/torch/tuning_data.h"

#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

Result<std::vector<double>> gradientAt(
    const TuningData& data, std::span<const std::size_t> parts, TensorId id, const Tensor& weights,
    const std::vector<double>& direction, double step, const std::stop_token& stop)
{
    std::vector<float> moved = weights.toFloats();
    for (std::size_t i = 0; i < moved.size(); ++i)
        moved[i] = float(double(moved[i]) + step * direction[i]);
    const TensorMap replaced{{id, Tensor::adoptFloats(weights.type().shape, std::move(moved))}};
    return TRY(data.descend(parts, replaced, {id}, stop)).slopes.at(id);
}

} // namespace

std::vector<ParameterSpec> TopEigenvalueMetric::parameters() const
{
    return {
        {.key = "products",
         .title = "Products at most",
         .unit = "a layer",
         .standard = 20,
         .lowest = 1,
         .highest = 1000,
         .whole = true},
        {.key = "tolerance",
         .title = "Settled within",
         .unit = "of the eigenvalue",
         .standard = 1e-3,
         .lowest = 1e-6,
         .highest = 1},
        chunksParameter(2),
        {.key = "step",
         .title = "Step",
         .unit = "% of the weights’ norm",
         .standard = 0.1,
         .lowest = 0.001,
         .highest = 50}};
}

Result<MetricScores>
TopEigenvalueMetric::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto products = std::size_t(TRY(parameterValue(specs, given, "products")));
    const double tolerance = TRY(parameterValue(specs, given, "tolerance"));
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    const double share = TRY(parameterValue(specs, given, "step")) / 100;
    const TuningData data = TRY(TuningData::gather(probe, context));
    std::vector<std::size_t> parts(std::min(chunks, data.parts()));
    std::iota(parts.begin(), parts.end(), std::size_t{0});
    const std::size_t count = probe.layers().size();
    std::vector<double> worth(count);
    std::size_t unsettled = 0;
    for (std::size_t i = 0; i < count; ++i) {
        const TensorId id = probe.layers()[i].tensor;
        const auto found = data.tensors().find(id);
        if (found == data.tensors().end())
            return fail(ErrorCode::Unsupported, "nothing in the graph reads {}", probe.layers()[i].name);
        const Tensor& weights = found->second;
        double power = 0;
        for (const float value : weights.floats())
            power += double(value) * double(value);
        const double step = share * std::sqrt(power);
        const auto product = [&](const std::vector<double>& v) -> Result<std::vector<double>> {
            std::vector<double> up = TRY(gradientAt(data, parts, id, weights, v, step, context.stop));
            const std::vector<double> down =
                TRY(gradientAt(data, parts, id, weights, v, -step, context.stop));
            for (std::size_t w = 0; w < up.size(); ++w)
                up[w] = (up[w] - down[w]) / (2 * step);
            return up;
        };
        if (step > 0) {
            const TopEigenvalue top = TRY(topEigenvalue(
                weights.type().elements(), product, products, tolerance, context.seed * 1000003 + i,
                context.stop));
            if (!std::isfinite(top.value))
                return fail(
                    ErrorCode::Unsupported, "the divergence is no number when {} moves",
                    probe.layers()[i].name);
            worth[i] = std::max(top.value, 0.0); // below 0 by rounding alone
            unsettled += !top.isSettled;
        }
        context.progress(double(i + 1) / double(count));
    }
    MetricScores scores = scoresOfBits(probe, std::move(worth), "bits x largest eigenvalue");
    if (unsettled > 0)
        scores.notices.push_back(fmt::format(
            "{} of {} eigenvalues are not settled within {:g} of themselves after {} products", unsettled,
            count, tolerance, products));
    return scores;
}

} // namespace tritloom
