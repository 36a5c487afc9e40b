#include "plugins/zd/zd.h"

#include "core/method/block_scores.h"

#include <cmath>

namespace tritloom {

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

Result<MetricScores>
ZScoreDistribution::score(ModelProbe& probe, const Parameters&, const MethodContext& context) const
{
    const auto blocks = layersOfBlocks(probe);
    if (blocks.empty())
        return fail(ErrorCode::Unsupported, "this metric needs a model with blocks");
    std::map<std::size_t, double> importance;
    std::size_t done = 0;
    for (const auto& [block, layers] : blocks) {
        std::vector<float> all;
        for (const std::size_t layer : layers) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at block {}", block);
            const std::vector<float> weights = TRY(probe.weights(layer)).toFloats();
            all.insert(all.end(), weights.begin(), weights.end());
        }
        importance[block] = -shareAboveOneDeviation(all);
        context.progress(double(++done) / double(blocks.size()));
    }
    return scoresOfBlocks(probe, importance, "minus share of weights above one deviation");
}

} // namespace tritloom
