#include "app/session/prediction.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

PredictionGap predictionGap(const SensitivityTable& table, const Allocation& allocation)
{
    PredictionGap missing{.kind = PredictionGap::Kind::NotMeasured},
        other{.kind = PredictionGap::Kind::OtherMethod}, failed{.kind = PredictionGap::Kind::Failed};
    for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
        const LayerChoice& choice = allocation.layers[i];
        if (choice.format.empty())
            continue;
        const SensitivityCell* const cell = table.find(LayerId(i), choice);
        if (cell != nullptr && cell->known)
            continue;
        PredictionGap& gap = cell == nullptr ? other : cell->failure.empty() ? missing : failed;
        if (gap.layers.empty()) {
            gap.example = choice;
            gap.failure = cell != nullptr ? cell->failure : std::string();
        }
        gap.layers.push_back(LayerId(i));
    }
    // The first of these to be mended first: measuring does not help layers that the table has no place for.
    for (PredictionGap* const gap : {&other, &failed, &missing})
        if (!gap->layers.empty())
            return std::move(*gap);
    return {};
}

std::optional<double> uncorrectedKl(const SensitivityTable& table, const Allocation& allocation)
{
    if (table.company.empty())
        return std::nullopt;
    double alone = 0, inCompany = 0;
    for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
        if (allocation.layers[i].format.empty())
            continue;
        const SensitivityCell* const cell = table.find(LayerId(i), allocation.layers[i]);
        if (cell == nullptr || !cell->known)
            return std::nullopt;
        alone += std::max(0.0, cell->kl.value);
        inCompany += table.costOf(LayerId(i), *cell);
    }
    constexpr double seen = 0.005; // of the figure: less than its three digits show
    return std::abs(alone - inCompany) > seen * inCompany ? std::optional(alone) : std::nullopt;
}

std::optional<PluginChoice> methodOf(
    const Model& model, const Allocation& allocation, const std::vector<LayerId>& layers,
    const MethodLookup& methods)
{
    if (layers.empty())
        return std::nullopt;
    const LayerChoice& first = allocation[layers.front()];
    if (methods(first.method) == nullptr)
        return std::nullopt;
    for (const PluginChoice& method :
         {PluginChoice{first.method, {}}, PluginChoice{first.method, first.parameters}}) {
        const std::vector<Candidate> candidates = candidatesBy(model, method, methods);
        const bool offersAll = std::ranges::all_of(layers, [&](LayerId layer) {
            return std::ranges::any_of(candidates, [&](const Candidate& candidate) {
                return choiceFor(model.layer(layer), candidate) == allocation[layer];
            });
        });
        if (offersAll)
            return method;
    }
    return std::nullopt;
}

std::vector<std::pair<LayerId, LayerChoice>> nearestCells(
    const Model& model, const SensitivityTable& table, const Allocation& allocation,
    const std::vector<LayerId>& layers, const MethodLookup& methods)
{
    std::vector<std::pair<LayerId, LayerChoice>> nearest;
    for (const LayerId layer : layers) {
        const auto& cells = table.cells[std::size_t(layer)];
        if (cells.empty())
            continue;
        const auto bytes = double(bytesOf(model.layer(layer), allocation[layer], methods));
        // The same format where the method writes it: sizes of others may be equal.
        const auto distance = [&](const SensitivityCell& cell) {
            return std::tuple(
                !cell.failure.empty(), std::abs(double(cell.bytes) - bytes),
                cell.choice.format != allocation[layer].format);
        };
        nearest.emplace_back(layer, std::ranges::min_element(cells, {}, distance)->choice);
    }
    return nearest;
}

} // namespace tritloom
