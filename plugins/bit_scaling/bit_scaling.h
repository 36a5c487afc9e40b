#pragma once

#include "core/method/analysis.h"

namespace tritloom {

/// The comparison of arXiv 2212.09720 for one model: every candidate on all layers, total bits against loss,
/// and the Pareto front. Perplexities beyond 1000 are drawn there and left out of the front.
class BitScaling final : public Analysis {
public:
    std::string id() const override { return "bit-scaling"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<Report> run(ModelProbe* probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
