#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// EMQ's search of widths (arXiv 2307.10554): from the greedy choice within the budgets one to three items at
/// a time become something else, wider options more often, and what is better and within the budgets stays.
/// Any number of budgets and of items; nothing is proven.
class MutationSearch final : public Allocator {
public:
    std::string id() const override { return "mutation-search"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
