#include "plugins/adaround/adaround.h"

#include "core/method/soft_rounding.h"
#include "core/method/usual_parameters.h"

#include <algorithm>

namespace tritloom {

std::vector<ParameterSpec> AdaRound::parameters() const
{
    return {
        {.key = "iterations",
         .title = "Iterations",
         .unit = "",
         .standard = 1000,
         .lowest = 0,
         .highest = 20000,
         .whole = true},
        {.key = "lambda",
         .title = "Weight of the regulariser",
         .unit = "of a weight's loss when rounded",
         .standard = 3,
         .lowest = 0.0001,
         .highest = 100,
         .whole = false},
        switchParameter("weighted", "Scales that favour loud inputs", true)};
}

Result<CompressedLayer> AdaRound::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    SoftRoundingOptions options;
    options.iterations = static_cast<int>(TRY(parameterValue(parameters(), given, "iterations")));
    options.lambda = TRY(parameterValue(parameters(), given, "lambda"));
    options.rate =
        10.0f / static_cast<float>(std::max(options.iterations, 100)); // may cross the range ten times
    const bool weighted = TRY(parameterValue(parameters(), given, "weighted")) != 0;
    return packByRounding(layer, format, weighted, context, [&](RoundingRows& problem) {
        SoftRounding(problem).run(options, context.stop);
    });
}

} // namespace tritloom
