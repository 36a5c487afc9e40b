#include "core/method/block_importance.h"

#include "core/method/block_scores.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

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

double shareAboveOneDeviation(std::span<const float> values)
{
    if (values.empty())
        return 0;
    double mean = 0, variance = 0;
    for (const float value : values)
        mean += double(value) / double(values.size());
    for (const float value : values)
        variance += (double(value) - mean) * (double(value) - mean) / double(values.size());
    const double deviation = std::sqrt(variance);
    std::size_t count = 0;
    for (const float value : values)
        count += deviation > 0 && (double(value) - mean) / deviation > 1 ? 1 : 0;
    return double(count) / double(values.size());
}

Result<std::map<std::size_t, double>> layerInputModification(
    ModelProbe& probe, std::size_t chunks, std::size_t firstToken, const MethodContext& context)
{
    const auto blocks = layersOfBlocks(probe);
    if (probe.graph() == nullptr || blocks.empty())
        return fail(ErrorCode::Unsupported, "this metric needs a model with blocks that can be run");
    std::map<std::size_t, double> importance;
    const std::size_t count = std::min(chunks, probe.chunkCount());
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
            const CosineSum part =
                cosines(before.floats(), after.floats(), before.type().columns(), firstToken);
            total.sum += part.sum;
            total.tokens += part.tokens;
        }
        importance[block] = total.tokens == 0 ? 0 : -total.sum / double(total.tokens);
        context.progress(double(importance.size()) / double(blocks.size()));
    }
    return importance;
}

Result<std::map<std::size_t, double>> zScoreDistribution(ModelProbe& probe, const MethodContext& context)
{
    const auto blocks = layersOfBlocks(probe);
    if (blocks.empty())
        return fail(ErrorCode::Unsupported, "this metric needs a model with blocks");
    std::map<std::size_t, double> importance;
    for (const auto& [block, layers] : blocks) {
        std::vector<float> all;
        for (const std::size_t layer : layers) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at block {}", block);
            const std::vector<float> weights = TRY(probe.weights(layer)).toFloats();
            all.insert(all.end(), weights.begin(), weights.end());
        }
        importance[block] = -shareAboveOneDeviation(all);
        context.progress(double(importance.size()) / double(blocks.size()));
    }
    return importance;
}

} // namespace tritloom
