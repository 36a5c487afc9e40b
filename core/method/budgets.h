#pragma once

#include "core/method/allocator.h"

#include <algorithm>

namespace tritloom {

/// One of the limits of an allocation.
struct Budget {
    const char* name;
    double limit;
    double (*of)(const AllocationOption&);
};

/// Those that are set. Errors: InvalidInput, where even the smallest choice is over one of them.
[[nodiscard]] inline Result<std::vector<Budget>> budgetsOf(const AllocationProblem& problem)
{
    std::vector<Budget> budgets;
    if (problem.byteBudget > 0)
        budgets.push_back(
            {"bytes", double(problem.byteBudget), [](const AllocationOption& o) { return double(o.bytes); }});
    if (problem.bitOperationBudget > 0)
        budgets.push_back({"bit operations", problem.bitOperationBudget, [](const AllocationOption& o) {
                               return o.bitOperations;
                           }});
    if (problem.secondBudget > 0)
        budgets.push_back(
            {"seconds", problem.secondBudget, [](const AllocationOption& o) { return o.seconds; }});
    for (const Budget& budget : budgets) {
        double smallest = 0;
        for (const AllocationItem& item : problem.items)
            smallest += budget.of(*std::ranges::min_element(item.options, {}, budget.of));
        if (smallest > budget.limit)
            return fail(
                ErrorCode::InvalidInput, "the budget is {:.6g} {}, the smallest choice has {:.6g}",
                budget.limit, budget.name, smallest);
    }
    return budgets;
}

} // namespace tritloom
