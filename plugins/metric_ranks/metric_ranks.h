#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// The bench of EMQ (arXiv 2307.10554): measured divergence of each layer as the first candidate, against
/// what a person could know without a run: size, weight error, error weighted by the inputs' mean squares.
class MetricRanks final : public Analysis {
public:
    std::string id() const override { return "metric-ranks"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
