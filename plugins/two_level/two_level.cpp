#include "plugins/two_level/two_level.h"

#include "core/method/byte_budget.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

std::size_t nearest(const std::vector<AllocationOption>& options, double bits)
{
    return std::size_t(
        std::ranges::min_element(
            options, {}, [bits](const AllocationOption& o) { return std::fabs(o.bits - bits); })
        - options.begin());
}

} // namespace

std::vector<ParameterSpec> TwoLevel::parameters() const
{
    return {
        {.key = "high", .title = "Higher width", .unit = "bits", .standard = 4, .lowest = 1, .highest = 32},
        {.key = "low", .title = "Lower width", .unit = "bits", .standard = 2, .lowest = 1, .highest = 32}};
}

Result<AllocationSolution> TwoLevel::allocate(
    const AllocationProblem& problem, const Parameters& given, const MethodContext& context) const
{
    TRY_VOID(checkBytesOnly(problem, "two levels"));
    const auto specs = parameters();
    const double high = TRY(parameterValue(specs, given, "high")),
                 low = TRY(parameterValue(specs, given, "low"));
    if (!(low < high))
        return fail(
            ErrorCode::InvalidInput, "the lower width is {}, it must be below the higher of {}", low, high);
    AllocationSolution solution;
    std::vector<std::size_t> lower, order(problem.items.size());
    std::vector<double> importance;
    for (const AllocationItem& item : problem.items) {
        const std::size_t up = nearest(item.options, high), down = nearest(item.options, low);
        solution.chosen.push_back(up);
        lower.push_back(down);
        const double saved = double(item.options[up].bytes) - double(item.options[down].bytes);
        importance.push_back(
            item.sensitivity != 0 ? item.sensitivity
                                  : (item.options[down].cost - item.options[up].cost) / std::max(saved, 1.0));
    }
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return importance[a] < importance[b];
    });
    std::size_t count = 0;
    while (problem.byteBudget > 0 && totalsOf(problem, solution.chosen).bytes > problem.byteBudget) {
        if (count == order.size())
            return fail(
                ErrorCode::InvalidInput, "the budget is {} bytes, everything at {} bits has {}",
                problem.byteBudget, low, totalsOf(problem, solution.chosen).bytes);
        solution.chosen[order[count]] = lower[order[count]];
        ++count;
    }
    solution.notices.push_back(fmt::format("{} of {} parts at the lower width", count, order.size()));
    solution.cost = totalsOf(problem, solution.chosen).cost;
    context.progress(1);
    return solution;
}

} // namespace tritloom
