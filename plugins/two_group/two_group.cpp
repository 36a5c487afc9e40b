#include "plugins/two_group/two_group.h"

#include "core/method/byte_budget.h"
#include "core/method/least_cost.h"

#include <algorithm>

namespace tritloom {

GroupWidths splitWidths(double r, double ratio, double mean)
{
    const double quality = mean * (1 + r) / (ratio * r + 1);
    return {ratio * quality, quality};
}

std::vector<ParameterSpec> TwoGroup::parameters() const
{
    return {
        {.key = "ratio",
         .title = "Width of content over width of quality",
         .unit = "",
         .standard = 0.8,
         .lowest = 0.1,
         .highest = 10}};
}

Result<AllocationSolution> TwoGroup::allocate(
    const AllocationProblem& problem, const Parameters& given, const MethodContext& context) const
{
    const double ratio = TRY(parameterValue(parameters(), given, "ratio"));
    if (problem.byteBudget == 0)
        return fail(ErrorCode::InvalidInput, "two groups need a budget of bytes");
    TRY_VOID(checkBytesOnly(problem, "two groups"));
    std::vector<std::size_t> members[2];
    double parameters[2] = {0, 0};
    for (std::size_t i = 0; i < problem.items.size(); ++i) {
        const int group = problem.items[i].group == 0 ? 0 : 1;
        members[group].push_back(i);
        parameters[group] += double(problem.items[i].parameters);
    }
    AllocationSolution solution;
    solution.chosen.resize(problem.items.size());
    const double mean = 8 * double(problem.byteBudget) / std::max(parameters[0] + parameters[1], 1.0);
    const bool isSplit = !members[0].empty() && !members[1].empty();
    const GroupWidths split = splitWidths(parameters[1] / std::max(parameters[0], 1.0), ratio, mean);
    const double width[2] = {isSplit ? split.quality : mean, isSplit ? split.content : mean};
    for (const int group : {0, 1}) {
        if (members[group].empty())
            continue;
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled between the groups");
        const auto bytes = std::uint64_t(width[group] * parameters[group] / 8);
        const auto chosen = leastCost(problem, members[group], bytes, context.stop);
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled within a group");
        if (!chosen)
            return fail(
                ErrorCode::InvalidInput,
                "the {} layers have no choice within {:.3f} bits a weight: change the budget or the ratio",
                group == 0 ? "quality" : "content", width[group]);
        double used = 0;
        for (std::size_t i = 0; i < chosen->size(); ++i) {
            solution.chosen[members[group][i]] = (*chosen)[i];
            used += 8 * double(problem.items[members[group][i]].options[(*chosen)[i]].bytes);
        }
        solution.notices.push_back(fmt::format(
            "{} layers: {:.3f} bits a weight of {:.3f}", group == 0 ? "quality" : "content",
            used / parameters[group], width[group]));
    }
    if (!isSplit)
        solution.notices.emplace_back("all layers are of one group: this is a plain program over one budget");
    solution.cost = totalsOf(problem, solution.chosen).cost;
    context.progress(1);
    return solution;
}

} // namespace tritloom
