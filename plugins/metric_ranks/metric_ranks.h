#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// Spearman's rho with average ranks for ties; 0 where one side is constant.
[[nodiscard]] double spearman(std::span<const double> x, std::span<const double> y);
/// Kendall's tau-b.
[[nodiscard]] double kendall(std::span<const double> x, std::span<const double> y);

/// The bench of EMQ (arXiv 2307.10554): measured divergence of each layer as the first candidate, against
/// what a person could know without a run: size, weight error, error weighted by the inputs' mean squares.
class MetricRanks final : public Analysis {
public:
    std::string id() const override { return "metric-ranks"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
