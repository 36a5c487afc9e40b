#include "plugins/autoround/autoround.h"

#include "core/method/usual_parameters.h"
#include "plugins/autoround/signed_descent.h"

namespace tritloom {

std::vector<ParameterSpec> AutoRound::parameters() const
{
    return {
        {.key = "steps",
         .title = "Steps",
         .unit = "",
         .standard = 200,
         .lowest = 0,
         .highest = 2000,
         .whole = true},
        switchParameter("ranges", "Learn the ends of each block's range", true),
        switchParameter("weighted", "Begin with scales that favour loud inputs", true)};
}

Result<CompressedLayer> AutoRound::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int steps = static_cast<int>(TRY(parameterValue(parameters(), given, "steps")));
    const bool ranges = TRY(parameterValue(parameters(), given, "ranges")) != 0;
    const bool weighted = TRY(parameterValue(parameters(), given, "weighted")) != 0;
    return packByRounding(layer, format, weighted, context, [&](RoundingRows& problem) {
        SignedDescent(problem, *format, ranges).run(steps, context.stop);
    });
}

} // namespace tritloom
