#include "plugins/adaquant/adaquant.h"

#include "core/method/usual_parameters.h"
#include "plugins/adaquant/drifting_weights.h"

namespace tritloom {

std::vector<ParameterSpec> AdaQuant::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Iterations",
         .unit = "",
         .standard = 300,
         .lowest = 0,
         .highest = 5000,
         .whole = true},
        {.key = "rate",
         .title = "Rate",
         .unit = "levels",
         .standard = 0.03,
         .lowest = 0.0001,
         .highest = 1,
         .whole = false},
        switchParameter("ranges", "Learn the ends of each block's range", false),
        switchParameter("weighted", "Scales that favour loud inputs", true)};
}

Result<CompressedLayer> AdaQuant::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int iterations = static_cast<int>(TRY(parameterValue(parameters(), given, "iterations")));
    const auto rate = static_cast<float>(TRY(parameterValue(parameters(), given, "rate")));
    const bool ranges = TRY(parameterValue(parameters(), given, "ranges")) != 0;
    const bool weighted = TRY(parameterValue(parameters(), given, "weighted")) != 0;
    return packByRounding(layer, format, weighted, context, [&](RoundingRows& problem) {
        DriftingWeights(problem, *format, ranges).run(iterations, rate, context.stop);
    });
}

} // namespace tritloom
