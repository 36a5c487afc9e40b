#include "plugins/zd/zd.h"

#include "core/method/block_importance.h"
#include "core/method/block_scores.h"

namespace tritloom {

Result<MetricScores>
ZScoreDistribution::score(ModelProbe& probe, const Parameters&, const MethodContext& context) const
{
    return scoresOfBlocks(
        probe, TRY(zScoreDistribution(probe, context)), "minus share of weights above one deviation");
}

} // namespace tritloom
