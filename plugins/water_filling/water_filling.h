#pragma once

#include "core/method/allocator.h"

namespace tritloom {

/// BAQ's closed form over layers (arXiv 2506.05664): R_l = R + log2((c_l / n_l) / GM) / 2, all layers losing
/// the same per weight; bits below 0 are 0 and the rest is solved again. Each item then takes the option
/// nearest below its bits, and what is left of the byte budget goes where a step wins most per byte.
class WaterFilling final : public Allocator {
public:
    std::string id() const override { return "water-filling"; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    Result<AllocationSolution>
    allocate(const AllocationProblem& problem, const Parameters&, const MethodContext&) const override;
};

/// Bits of each item for a mean of `bits` per weight, weighted by size. sensitivity: c, loss = c 4^-R; sizes:
/// n.
[[nodiscard]] std::vector<double>
equalLossBits(std::span<const double> sensitivity, std::span<const double> sizes, double bits);

} // namespace tritloom
