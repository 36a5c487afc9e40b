#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// The rule of layer-wise quantization (arXiv 2406.17415): every item at the higher of two widths, then the
/// least important go to the lower one, one after the other, until the budget holds. Importance is the
/// metric's number per layer; without one, what the lower width costs per byte saved.
class TwoLevel final : public Allocator {
public:
    std::string id() const override { return "two-level"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
