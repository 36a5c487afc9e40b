#include "app/session/recipe_difference.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

std::optional<double> predictedKl(const SensitivityTable& table, LayerId layer, const LayerChoice& choice)
{
    if (choice.format.empty())
        return 0.0;
    const SensitivityCell* const cell =
        std::size_t(layer) < table.cells.size() ? table.find(layer, choice) : nullptr;
    return cell != nullptr && cell->known ? std::optional(table.costOf(layer, *cell)) : std::nullopt;
}

std::optional<double> predictedKl(const SensitivityTable& table, const Allocation& allocation)
{
    double sum = 0;
    for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
        const auto kl = predictedKl(table, LayerId(i), allocation.layers[i]);
        if (!kl)
            return std::nullopt;
        sum += *kl;
    }
    return sum;
}

} // namespace

RecipeDifference differenceOf(const std::vector<RecipeEntry>& before, const std::vector<RecipeEntry>& after)
{
    std::vector<std::string> order;
    std::map<std::string, std::pair<LayerChoice, LayerChoice>> choices;
    for (const RecipeEntry& entry : before) {
        choices[entry.layer].first = entry.choice;
        order.push_back(entry.layer);
    }
    for (const RecipeEntry& entry : after) {
        const auto [at, isNew] = choices.try_emplace(entry.layer);
        at->second.second = entry.choice;
        if (isNew)
            order.push_back(entry.layer);
    }
    RecipeDifference difference;
    for (const std::string& layer : order) {
        const auto& [from, to] = choices[layer];
        if (from == to)
            ++difference.equalLayers;
        else
            difference.changes.push_back(
                {.layer = layer, .before = from, .after = to, .klBefore = {}, .klAfter = {}});
    }
    return difference;
}

RecipeDifference differenceOf(
    const Model& model, const Allocation& before, const Allocation& after, const SensitivityTable& table,
    const MethodLookup& methods)
{
    RecipeDifference difference{.changes = {}, .knowsSizes = true, .klBefore = {}, .klAfter = {}};
    for (std::size_t i = 0; i < model.layers.size(); ++i) {
        const Layer& layer = model.layers[i];
        const LayerChoice &from = before.layers[i], &to = after.layers[i];
        if (from == to) {
            ++difference.equalLayers;
            continue;
        }
        const double perWeight = 8.0 / double(std::max<std::size_t>(1, layer.parameters()));
        const std::uint64_t bytesBefore = bytesOf(layer, from, methods),
                            bytesAfter = bytesOf(layer, to, methods);
        difference.changes.push_back(
            {.layer = layer.name,
             .before = from,
             .after = to,
             .bytesBefore = bytesBefore,
             .bytesAfter = bytesAfter,
             .bitsBefore = double(bytesBefore) * perWeight,
             .bitsAfter = double(bytesAfter) * perWeight,
             .klBefore = predictedKl(table, LayerId(i), from),
             .klAfter = predictedKl(table, LayerId(i), to)});
    }
    difference.bytesBefore = bytesOf(model, before, methods);
    difference.bytesAfter = bytesOf(model, after, methods);
    difference.bitsBefore = bitsPerWeight(model, before, methods);
    difference.bitsAfter = bitsPerWeight(model, after, methods);
    difference.klBefore = predictedKl(table, before);
    difference.klAfter = predictedKl(table, after);
    return difference;
}

void leaveUnsaidOut(RecipeDifference& difference)
{
    difference.otherMethods += std::erase_if(difference.changes, [](const RecipeChange& change) {
        return !change.before.format.empty() && change.before.format == change.after.format;
    });
    if (difference.knowsSizes)
        return;
    difference.storedFloats += std::erase_if(difference.changes, [](const RecipeChange& change) {
        const bool isStoredBefore = change.before.format.empty();
        if (isStoredBefore == change.after.format.empty())
            return false;
        const auto format = parseNumberFormat(isStoredBefore ? change.after.format : change.before.format);
        return format && (*format)->isFloat();
    });
}

std::vector<Candidate> candidatesOf(const Allocation& before, const Allocation& after)
{
    std::vector<Candidate> candidates;
    for (const Allocation* const allocation : {&before, &after})
        for (const LayerChoice& choice : allocation->layers) {
            const Candidate candidate{choice.format, choice.method, choice.parameters};
            if (!choice.format.empty() && std::ranges::find(candidates, candidate) == candidates.end())
                candidates.push_back(candidate);
        }
    return candidates;
}

} // namespace tritloom
