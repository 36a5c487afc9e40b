#include "plugins/smoothquant/smoothquant.h"

#include "core/method/folding.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> SmoothQuant::parameters() const
{
    return {
        {.key = "strength",
         .title = "Share of the loudness that moves into the weights",
         .unit = "",
         .standard = 0.5,
         .lowest = 0,
         .highest = 1}};
}

std::vector<float>
smoothingScales(std::span<const float> inputs, std::span<const float> weights, double strength)
{
    std::vector<float> scales(inputs.size());
    for (std::size_t j = 0; j < inputs.size(); ++j) {
        const double x = std::max(1e-5, double(inputs[j])), w = std::max(1e-5, double(weights[j]));
        scales[j] = float(std::max(1e-5, std::pow(x, strength) / std::pow(w, 1 - strength)));
    }
    return scales;
}

Result<TransformedModel>
SmoothQuant::apply(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const double strength = TRY(parameterValue(parameters(), given, "strength"));
    if (probe.graph() == nullptr)
        return fail(
            ErrorCode::Unsupported, "scales can be folded only where the graph of the model is known");
    const std::vector<FoldPoint> points = foldPoints(*probe.graph());
    if (points.empty())
        return fail(ErrorCode::Unsupported, "this model has no place where scales can be folded");
    Folding folding(probe);
    for (std::size_t p = 0; p < points.size(); ++p) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at fold {} of {}", p, points.size());
        const std::size_t first = TRY(layerOf(probe, points[p].readers[0]));
        const std::vector<float> inputs = TRY(probe.maxAbsolute(first)).toFloats();
        std::vector<float> weights(inputs.size());
        for (const TensorId id : points[p].readers) {
            const std::vector<float> values = TRY(folding.tensor(id)).toFloats();
            for (std::size_t i = 0; i < values.size(); ++i)
                weights[i % inputs.size()] = std::max(weights[i % inputs.size()], std::fabs(values[i]));
        }
        TRY_VOID(folding.fold(points[p], smoothingScales(inputs, weights, strength)));
        context.progress(double(p + 1) / double(points.size()));
    }
    return TransformedModel{std::move(folding).take(), {}};
}

} // namespace tritloom
