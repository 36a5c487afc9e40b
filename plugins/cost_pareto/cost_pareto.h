#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// What compressed forms of a network on pictures cost to run and to keep, against how good they are, and
/// which of them nothing else beats (Pareto-Optimal Quantized ResNet Is Mostly 4-bit, arXiv 2105.03536): all
/// layers alike, the first and last layer at 8 bits, and widths mixed by measured sensitivity.
class CostPareto final : public Analysis {
public:
    std::string id() const override { return "cost-pareto"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe*, const Parameters&, const MethodContext&) const override;
};

/// A layer as the cost models see it.
struct CostedLayer {
    double multiplyAdds = 0, weights = 0;
    double weightBits = 16, activationBits = 16; ///< of what is multiplied
    double storedBits = 0; ///< of all weights; scales counted where they are known
};

/// Sums over layers, and shares of the same network at 16 bits throughout.
struct NetworkCost {
    double linear = 0; ///< multiplications x the wider operand, as hardware of 4, 8 or 16 bits has it
    double quadratic = 0; ///< multiplications x weight bits x activation bits
    double memory = 0; ///< bits stored
    double linearShare = 0, quadraticShare = 0, memoryShare = 0;
};
[[nodiscard]] NetworkCost networkCost(std::span<const CostedLayer> layers);

/// Rounded up to 4, 8 or 16; 16 is the most.
[[nodiscard]] double hardwareBits(double bits);

} // namespace tritloom
