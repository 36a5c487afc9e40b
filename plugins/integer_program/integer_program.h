#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// One option an item, the least total cost under any of three budgets (HAWQ-V3, arXiv 2011.10680,
/// section 3.4; AdaQuant, arXiv 2006.10518, section 4), by GLPK's branch and cut with a time limit. A
/// solution that is not proven best says how far the bound is away.
class IntegerProgram final : public Allocator {
public:
    std::string id() const override { return "integer-program"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
