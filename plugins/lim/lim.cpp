#include "plugins/lim/lim.h"

#include "core/method/block_scores.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> LayerInputModification::parameters() const
{
    return {
        chunksParameter(8), switchParameter("skip_first", "Leave out the first token of each part", true)};
}

CosineSum cosines(
    std::span<const float> before, std::span<const float> after, std::size_t width, std::size_t firstToken)
{
    CosineSum result;
    for (std::size_t t = firstToken; (t + 1) * width <= before.size(); ++t) {
        double product = 0, left = 0, right = 0;
        for (std::size_t i = t * width; i < (t + 1) * width; ++i) {
            product += double(before[i]) * double(after[i]);
            left += double(before[i]) * double(before[i]);
            right += double(after[i]) * double(after[i]);
        }
        if (left > 0 && right > 0) {
            result.sum += product / std::sqrt(left * right);
            ++result.tokens;
        }
    }
    return result;
}

Result<MetricScores>
LayerInputModification::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    const auto skip = std::size_t(TRY(parameterValue(specs, given, "skip_first")));
    const auto blocks = layersOfBlocks(probe);
    if (probe.graph() == nullptr || blocks.empty())
        return fail(ErrorCode::Unsupported, "this metric needs a model with blocks that can be run");
    std::map<std::size_t, double> importance;
    const std::size_t count = std::min(chunks, probe.chunkCount());
    std::size_t done = 0;
    for (const auto& [block, layers] : blocks) {
        // A block is one stage of the graph: what flows into the next is what comes out of this one.
        const auto stage = probe.graph()->firstStageOf(probe.layers()[layers[0]].tensor);
        if (!stage || *stage == 0 || *stage + 1 >= probe.graph()->stageCount)
            return fail(ErrorCode::Unsupported, "block {} is no stage of its own in this graph", block);
        CosineSum total;
        for (std::size_t c = 0; c < count; ++c) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at block {}", block);
            const Tensor before = TRY(probe.stageInput(*stage, c)),
                         after = TRY(probe.stageInput(*stage + 1, c));
            const CosineSum part = cosines(before.floats(), after.floats(), before.type().columns(), skip);
            total.sum += part.sum;
            total.tokens += part.tokens;
        }
        importance[block] = total.tokens == 0 ? 0 : -total.sum / double(total.tokens);
        context.progress(double(++done) / double(blocks.size()));
    }
    return scoresOfBlocks(probe, importance, "minus mean cosine of input and output");
}

} // namespace tritloom
