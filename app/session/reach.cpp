#include "app/session/reach.h"

#include <algorithm>
#include <utility>

namespace tritloom {
namespace {

/// Whether some layer cannot have a block format that was meant for it.
bool fallsToFloats(const Model& model, const std::vector<Candidate>& candidates)
{
    const auto isFloat = [](const std::string& id) {
        const auto format = parseNumberFormat(id);
        return format && (*format)->isFloat();
    };
    return std::ranges::any_of(candidates, [&](const Candidate& candidate) {
        return !isFloat(candidate.format) && std::ranges::any_of(model.layers, [&](const Layer& layer) {
            return isFloat(choiceFor(layer, candidate).format);
        });
    });
}

std::pair<double, double> weightsAndOtherBytes(const Model& model)
{
    double parameters = 0, layerBytes = 0;
    for (const Layer& layer : model.layers) {
        parameters += double(layer.parameters());
        layerBytes += double(layer.storedBytes);
    }
    return {parameters, double(model.bytes()) - layerBytes};
}

} // namespace

std::uint64_t smallestBytes(
    const Model& model, const SensitivityTable& table, const Allocation& current, const AllocationRules& rules)
{
    std::uint64_t smallest = model.bytes();
    for (const std::vector<std::size_t>& members : itemsOf(model, rules)) {
        std::uint64_t now = 0, least = UINT64_MAX;
        for (const std::size_t layer : members)
            now += bytesOf(model.layers[layer], current.layers[layer], rules.methods);
        for (std::size_t c = 0; c < table.candidates.size(); ++c)
            least = std::min(least, bytesOf(table, members, c));
        const bool isPinned = !rules.pinned.empty() && rules.pinned[members.front()];
        smallest += (isPinned || table.candidates.empty() ? now : least) - storedBytesOf(model, members);
    }
    return smallest;
}

std::vector<Candidate> withRowGroups(
    const Model& model, const std::vector<Candidate>& candidates, const PluginChoice& method,
    const MethodLookup& lookup)
{
    std::vector<Candidate> more = candidates;
    const LayerMethod* const writer = lookup ? lookup(method.id) : nullptr;
    if (writer == nullptr || candidates.empty() || !fallsToFloats(model, candidates))
        return more;
    for (const int bits : {2, 3, 4, 6, 8}) {
        const Candidate candidate{fmt::format("int{}row", bits), method.id, method.parameters};
        if (std::ranges::find(more, candidate) == more.end()
            && writer->supports(**parseNumberFormat(fmt::format("int{}g64", bits))))
            more.insert(more.end() - 1, candidate); // floats stay last
    }
    return more;
}

double budgetToBits(const Model& model, double bytes)
{
    const auto [parameters, others] = weightsAndOtherBytes(model);
    return parameters == 0 ? 0 : 8 * (bytes - others) / parameters;
}

double bitsToBudget(const Model& model, double bits)
{
    const auto [parameters, others] = weightsAndOtherBytes(model);
    return others + bits * parameters / 8;
}

} // namespace tritloom
