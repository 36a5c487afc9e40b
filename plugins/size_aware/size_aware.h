#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// The size-aware sensitivity of BitsFusion (arXiv 2406.04333): what the output loses when one layer alone is
/// compressed, over the number of its weights to the power of 0.3, so that of two layers that hurt alike the
/// larger one is lowered first. Measured on what the network sees on the way to its pictures; the paper
/// compares generated pictures after a short training.
class SizeAware final : public SensitivityMetric {
public:
    std::string id() const override { return "size-aware"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
