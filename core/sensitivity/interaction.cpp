#include "core/sensitivity/interaction.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t blocksLookedAt = 8, blocksNamed = 4;

/// Compressed layers by block, a layer without block by itself, with what they cost alone.
std::vector<std::pair<Contradiction::Excess, double>>
groupsOf(const Model& model, const SensitivityTable& table, const Allocation& allocation)
{
    std::vector<std::pair<Contradiction::Excess, double>> groups;
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const SensitivityCell* const cell = table.find(LayerId(i), allocation.layers[i]);
        if (allocation.layers[i].format.empty() || cell == nullptr || !cell->known)
            continue;
        const Layer& layer = model.layers[i];
        const std::string name = layer.block ? fmt::format("blk.{}", *layer.block) : layer.role;
        auto group =
            std::ranges::find_if(groups, [&](const auto& known) { return known.first.name == name; });
        if (group == groups.end())
            group = groups.insert(groups.end(), {{.name = name, .layers = {}}, 0.0});
        group->first.layers.push_back(LayerId(i));
        group->second += std::max(0.0, cell->kl.value);
    }
    return groups;
}

} // namespace

bool contradicts(double predicted, const Measured& measured)
{
    return std::abs(predicted - measured.value) > 2 * measured.standardError + 0.2 * predicted;
}

Result<Contradiction> findInteractions(
    DivergenceMeter& meter, const SensitivityTable& table, const Allocation& allocation,
    const Measured& measured, std::size_t chunkLimit, std::stop_token stop)
{
    Contradiction result{
        .allocation = allocation, .predicted = 0, .measured = measured, .excesses = {}, .interacting = {}};
    const auto predicted = table.predictedKl(allocation);
    if (!predicted)
        return fail(ErrorCode::InvalidInput, "the sensitivity of some layers has not been measured");
    result.predicted = *predicted;
    auto groups = groupsOf(meter.compressor().model(), table, allocation);
    double gap = measured.value; // to what the layers cost alone, whatever the table was corrected by before
    for (const auto& group : groups)
        gap -= group.second;
    std::ranges::stable_sort(groups, std::greater<>(), [](const auto& group) { return group.second; });
    if (groups.size() > blocksLookedAt)
        groups.resize(blocksLookedAt);
    const auto klOf = [&](const Allocation& of) -> Result<double> {
        return TRY(meter.divergence(of, chunkLimit, stop)).value;
    };
    const double all = TRY(klOf(allocation));
    for (auto& [excess, alone] : groups) {
        Allocation without = allocation;
        for (const LayerId layer : excess.layers)
            without[layer] = {};
        excess.kl = all - TRY(klOf(without)) - alone;
        result.excesses.push_back(excess);
    }
    std::ranges::stable_sort(result.excesses, std::greater<>(), [](const Contradiction::Excess& excess) {
        return std::abs(excess.kl);
    });
    // Those that pull to the side on which the measurement lies, and do a good part of it.
    for (const Contradiction::Excess& excess : result.excesses)
        if (excess.kl * gap > 0 && std::abs(excess.kl) >= 0.25 * std::abs(result.excesses.front().kl)
            && std::abs(excess.kl) >= 0.1 * std::abs(gap) && result.interacting.size() < blocksNamed)
            result.interacting.push_back(excess.name);
    return result;
}

std::vector<double> correctedCompany(const SensitivityTable& table, const Contradiction& contradiction)
{
    std::vector<double> company(table.cells.size(), 1.0);
    std::vector<double> alone(table.cells.size(), 0.0);
    for (std::size_t i = 0; i < alone.size(); ++i)
        if (const SensitivityCell* const cell = table.find(LayerId(i), contradiction.allocation.layers[i]);
            cell != nullptr && cell->known)
            alone[i] = std::max(0.0, cell->kl.value);
    double sum = 0, pull = 0;
    for (const double kl : alone)
        sum += kl;
    if (sum <= 0 || contradiction.measured.value <= 0)
        return company;
    const double gap = contradiction.measured.value - sum;
    const auto isNamed = [&](const Contradiction::Excess& excess) {
        return std::ranges::find(contradiction.interacting, excess.name) != contradiction.interacting.end();
    };
    for (const Contradiction::Excess& excess : contradiction.excesses)
        pull += isNamed(excess) ? std::abs(excess.kl) : 0;
    for (const Contradiction::Excess& excess : contradiction.excesses) {
        if (!isNamed(excess) || pull <= 0)
            continue;
        double own = 0;
        for (const LayerId layer : excess.layers)
            own += alone[std::size_t(layer)];
        if (own <= 0)
            continue;
        for (const LayerId layer : excess.layers)
            company[std::size_t(layer)] = std::clamp(1 + gap * std::abs(excess.kl) / pull / own, 0.2, 5.0);
    }
    double corrected = 0;
    for (std::size_t i = 0; i < alone.size(); ++i)
        corrected += alone[i] * company[i];
    for (double& factor : company)
        factor *= contradiction.measured.value / corrected;
    return company;
}

} // namespace tritloom
