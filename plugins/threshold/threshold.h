#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// The choice of bits of BitsFusion (arXiv 2406.04333): every item takes the smallest option whose cost lies
/// below a threshold common to all, else its largest; the threshold is the lowest whose choice keeps the
/// budget.
class Threshold final : public Allocator {
public:
    std::string id() const override { return "threshold"; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

/// For each item the smallest option with a cost below the threshold, else the largest.
[[nodiscard]] std::vector<std::size_t> belowThreshold(const AllocationProblem& problem, double threshold);

} // namespace tritloom
