#include "core/method/block_scores.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::map<std::size_t, std::vector<std::size_t>> layersOfBlocks(const ModelProbe& probe)
{
    std::map<std::size_t, std::vector<std::size_t>> blocks;
    const auto layers = probe.layers();
    for (std::size_t i = 0; i < layers.size(); ++i)
        if (layers[i].block)
            blocks[*layers[i].block].push_back(i);
    return blocks;
}

MetricScores
scoresOfBlocks(ModelProbe& probe, const std::map<std::size_t, double>& importance, std::string title)
{
    std::vector<std::pair<double, std::size_t>> order;
    for (const auto& [block, value] : importance)
        order.emplace_back(value, block);
    std::stable_sort(
        order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    std::map<std::size_t, double> rank;
    for (std::size_t i = 0; i < order.size(); ++i)
        rank[order[i].second] = 1 + double(i + 1) / double(order.size());
    double highest = -1e300;
    for (const auto& [block, value] : importance)
        highest = std::max(highest, value);

    MetricScores scores{
        .title = std::move(title),
        .unit = "",
        .costs = {},
        .isAdditive = false,
        .perLayer = {},
        .notices = {}};
    const auto layers = probe.layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const bool inBlock = layers[i].block && rank.contains(*layers[i].block);
        const double weight = inBlock ? rank.at(*layers[i].block) : 2;
        scores.perLayer.push_back(inBlock ? importance.at(*layers[i].block) : highest);
        std::vector<double> costs;
        for (std::size_t c = 0; c < probe.candidates().size(); ++c)
            costs.push_back(
                weight * double(layers[i].parameters())
                * std::exp2(-2 * 8.0 * double(probe.bytes(i, c)) / double(layers[i].parameters())));
        scores.costs.push_back(std::move(costs));
    }
    return scores;
}

} // namespace tritloom
