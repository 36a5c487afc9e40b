#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// The allocation of MixDQ (arXiv 2405.17873): items whose costs have different units are solved apart, each
/// group exactly for its own mean width. The widths follow from the budget and the ratio between them, which
/// the paper tries in ten steps from 0.46 to 1.36 and decides by looking at the pictures.
class TwoGroup final : public Allocator {
public:
    std::string id() const override { return "two-group"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

/// Mean widths with (r * content + quality) / (1 + r) = mean and content = ratio * quality, for groups whose
/// sizes are as r to 1.
struct GroupWidths {
    double content = 0, quality = 0;
};
[[nodiscard]] GroupWidths splitWidths(double r, double ratio, double mean);

} // namespace tritloom
