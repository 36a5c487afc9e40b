#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// The allocation of LRP-QViT (arXiv 2401.11243): least cost within the budget where every item may only take
/// widths near the mean that the budget allows, one bit below it to two above, and the first and the last
/// item have 8 bits. A linear cost would else send all bits to a few items.
class NearMean final : public Allocator {
public:
    std::string id() const override { return "near-mean"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
