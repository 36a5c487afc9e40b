#include "core/method/bit_scores.h"

#include <algorithm>

namespace tritloom {

std::vector<double> bitsOfCandidates(ModelProbe& probe, std::size_t layer)
{
    std::vector<double> bits;
    for (std::size_t c = 0; c < probe.candidates().size(); ++c)
        bits.push_back(
            8 * double(probe.bytes(layer, c))
            / double(std::max<std::size_t>(probe.layers()[layer].parameters(), 1)));
    return bits;
}

MetricScores scoresOfBits(ModelProbe& probe, std::vector<double> worth, std::string title)
{
    MetricScores scores{
        .title = std::move(title),
        .unit = "",
        .costs = {},
        .isAdditive = true,
        .perLayer = std::move(worth),
        .notices = {}};
    for (std::size_t i = 0; i < scores.perLayer.size(); ++i) {
        std::vector<double> costs = bitsOfCandidates(probe, i);
        for (double& cost : costs)
            cost *= -scores.perLayer[i];
        const double best = costs.empty() ? 0 : *std::min_element(costs.begin(), costs.end());
        for (double& cost : costs)
            cost -= best;
        scores.costs.push_back(std::move(costs));
    }
    return scores;
}

} // namespace tritloom
