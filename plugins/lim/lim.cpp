#include "plugins/lim/lim.h"

#include "core/method/block_importance.h"
#include "core/method/block_scores.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> LayerInputModification::parameters() const
{
    return {
        chunksParameter(8), switchParameter("skip_first", "Leave out the first token of each part", true)};
}

Result<MetricScores>
LayerInputModification::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    const auto skip = std::size_t(TRY(parameterValue(specs, given, "skip_first")));
    return scoresOfBlocks(
        probe, TRY(layerInputModification(probe, chunks, skip, context)),
        "minus mean cosine of input and output");
}

} // namespace tritloom
