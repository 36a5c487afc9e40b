#include "plugins/threshold/threshold.h"

#include "core/method/byte_budget.h"

#include <algorithm>
#include <limits>

namespace tritloom {

std::vector<std::size_t> belowThreshold(const AllocationProblem& problem, double threshold)
{
    std::vector<std::size_t> chosen;
    for (const AllocationItem& item : problem.items) {
        const auto& options = item.options;
        auto pick =
            std::size_t(std::ranges::max_element(options, {}, &AllocationOption::bytes) - options.begin());
        for (std::size_t o = 0; o < options.size(); ++o)
            if (options[o].cost < threshold && options[o].bytes < options[pick].bytes)
                pick = o;
        chosen.push_back(pick);
    }
    return chosen;
}

Result<AllocationSolution>
Threshold::allocate(const AllocationProblem& problem, const Parameters&, const MethodContext& context) const
{
    if (problem.byteBudget == 0)
        return fail(ErrorCode::InvalidInput, "a common threshold needs a budget of bytes");
    TRY_VOID(checkBytesOnly(problem, "a common threshold"));
    // The choice changes only where the threshold passes a cost: those are all thresholds there are.
    std::vector<double> thresholds{std::numeric_limits<double>::infinity()};
    for (const AllocationItem& item : problem.items)
        for (const AllocationOption& option : item.options)
            thresholds.push_back(option.cost);
    std::ranges::sort(thresholds);
    const auto bytesAt = [&](double threshold) {
        return totalsOf(problem, belowThreshold(problem, threshold)).bytes;
    };
    // Fewer bytes with every higher threshold: the first that keeps the budget.
    const auto found = std::ranges::partition_point(
        thresholds, [&](double threshold) { return bytesAt(threshold) > problem.byteBudget; });
    if (found == thresholds.end())
        return fail(
            ErrorCode::InvalidInput, "the budget is {} bytes, the smallest choice has {}", problem.byteBudget,
            bytesAt(thresholds.back()));
    AllocationSolution solution;
    solution.chosen = belowThreshold(problem, *found);
    solution.cost = totalsOf(problem, solution.chosen).cost;
    solution.notices.push_back(fmt::format("threshold {:.6g}", *found));
    context.progress(1);
    return solution;
}

} // namespace tritloom
