#include "core/sensitivity/plugin_allocation.h"

#include "core/sensitivity/weighed_cost.h"
#include "core/sensitivity/wider_options.h"

#include <cmath>

namespace tritloom {
namespace {

bool isMultiplied(const Model& model, const Layer& layer)
{
    if (!model.graph)
        return true;
    for (const Node& node : model.graph->nodes)
        if (node.op.kind == OpKind::Linear && node.weights[0] == layer.tensor)
            return true;
    return false;
}

} // namespace

Result<ModelProblem> modelProblem(
    const Model& model, const SensitivityTable& table, const MetricScores* scores, const Allocation& current,
    const AllocationRules& rules, double bytesPerSecond)
{
    constexpr double activationBits = 16;
    ModelProblem result{
        .problem = {},
        .layersOfItem = itemsOf(model, rules),
        .candidateOfOption = {},
        .otherBytes = model.bytes()};
    for (const Layer& layer : model.layers)
        result.otherBytes -= layer.storedBytes;
    if (rules.budgetBytes > 0 && rules.budgetBytes <= result.otherBytes)
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, norms and biases alone have {}",
            rules.budgetBytes, result.otherBytes);
    result.problem.byteBudget = rules.budgetBytes > 0 ? rules.budgetBytes - result.otherBytes : 0;
    for (const auto& members : result.layersOfItem) {
        AllocationItem item{
            .name = model.layers[members[0]].name, .parameters = 0, .sensitivity = 0, .options = {}};
        if (scores != nullptr && !scores->groups.empty())
            item.group = scores->groups[members[0]];
        double multiplied = 0;
        for (const std::size_t layer : members) {
            item.parameters += model.layers[layer].parameters();
            multiplied +=
                isMultiplied(model, model.layers[layer]) ? double(model.layers[layer].parameters()) : 0;
            if (scores != nullptr && !scores->perLayer.empty())
                item.sensitivity += scores->perLayer[layer];
        }
        const auto finish = [&](AllocationOption option) {
            option.bits = 8 * double(option.bytes) / double(item.parameters);
            option.bitOperations = multiplied * option.bits * activationBits;
            if (bytesPerSecond > 0)
                option.seconds = multiplied / double(item.parameters) * double(option.bytes) / bytesPerSecond;
            item.options.push_back(option);
        };
        std::vector<std::size_t> candidates;
        if (!rules.pinned.empty() && rules.pinned[members[0]]) {
            finish({.bytes = bytesOf(model.layers[members[0]], current.layers[members[0]], rules.methods)});
            candidates.push_back(SIZE_MAX);
        } else {
            for (std::size_t c = 0; c < table.candidates.size(); ++c) {
                AllocationOption option;
                bool known = true;
                for (const std::size_t layer : members) {
                    const SensitivityCell& cell = table.cells[layer][c];
                    const double cost = scores != nullptr ? scores->costs[layer][c]
                                                          : weighedCost(table, LayerId(layer), cell);
                    known = known && (scores != nullptr || cell.known) && std::isfinite(cost);
                    option.bytes += cell.bytes;
                    option.cost += cost;
                }
                if (known) {
                    finish(option);
                    candidates.push_back(c);
                }
            }
            dropWider(item.options, candidates, storedBytesOf(model, members));
        }
        if (item.options.empty() && scores != nullptr)
            return fail(ErrorCode::InvalidInput, "the metric has no finite number for {}", item.name);
        if (item.options.empty())
            return fail(
                ErrorCode::InvalidInput,
                "no format has been measured for {}: run the sensitivity sweep first", item.name);
        result.problem.items.push_back(std::move(item));
        result.candidateOfOption.push_back(std::move(candidates));
    }
    return result;
}

AllocationResult allocationOf(
    const ModelProblem& problem, const SensitivityTable& table, const Allocation& current,
    const AllocationSolution& solution)
{
    AllocationResult result{
        current, totalsOf(problem.problem, solution.chosen).bytes + problem.otherBytes, solution.cost};
    for (std::size_t i = 0; i < problem.layersOfItem.size(); ++i) {
        const std::size_t candidate = problem.candidateOfOption[i][solution.chosen[i]];
        if (candidate != SIZE_MAX)
            for (const std::size_t layer : problem.layersOfItem[i])
                result.allocation.layers[layer] = table.cells[layer][candidate].choice;
    }
    return result;
}

} // namespace tritloom
