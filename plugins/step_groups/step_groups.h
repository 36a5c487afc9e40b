#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// Whether the activations of a diffusion model need number ranges of their own for groups of time steps
/// (QuEST, arXiv 2402.03666): what is lost with one range for all steps and with one for each group, at every
/// border of the network, step by step.
class StepGroups final : public Analysis {
public:
    std::string id() const override { return "step-groups"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

/// Uniform affine numbers: value = (code - zero) * step, codes 0..top.
struct Affine {
    double step = 1;
    int zero = 0, top = 15;
    [[nodiscard]] int code(double x) const;
    [[nodiscard]] double value(double x) const { return (code(x) - zero) * step; }
    /// d value / d step, straight through the rounding; d value / d x.
    [[nodiscard]] double slopeOfStep(double x) const;
    [[nodiscard]] double slopeOfInput(double x) const;
};

/// The group of a sampler's step, of `steps`: floor(step * groups / steps).
[[nodiscard]] std::size_t groupOfStep(std::size_t step, std::size_t steps, std::size_t groups);

/// The range between all and a fifth of what the values cover that leaves the least squared error. bits: 2
/// to 8.
[[nodiscard]] Affine bestAffine(std::span<const float> values, int bits);
/// Squared error over the sum of squares.
[[nodiscard]] double relativeError(std::span<const float> values, const Affine& numbers);

} // namespace tritloom
