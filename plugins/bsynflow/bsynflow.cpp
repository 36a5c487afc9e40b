#include "plugins/bsynflow/bsynflow.h"

#include "core/method/bit_scores.h"
#include "core/method/positive_flow.h"

namespace tritloom {

Result<MetricScores>
BitSynFlow::score(ModelProbe& probe, const Parameters&, const MethodContext& context) const
{
    const PositiveFlow flow = TRY(positiveFlow(probe, context.stop));
    if (!(flow.total > 0))
        return fail(
            ErrorCode::Unsupported, "nothing flows through this network: all weights of a layer are 0");
    std::vector<double> shares;
    std::size_t silent = 0;
    for (const ModelProbe::LayerFacts& layer : probe.layers()) {
        const auto found = flow.layers.find(layer.tensor);
        shares.push_back(found == flow.layers.end() ? 0 : found->second.total / flow.total);
        silent += shares.back() > 0 ? 0 : 1;
    }
    MetricScores scores = scoresOfBits(probe, std::move(shares), "bits x share of the flow");
    if (silent > 0)
        scores.notices.push_back(fmt::format(
            "{} of {} layers carry nothing of a single token (queries and keys): this metric cannot tell "
            "what "
            "they stand",
            silent, probe.layers().size()));
    context.progress(1);
    return scores;
}

} // namespace tritloom
