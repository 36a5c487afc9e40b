#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// Layer input modification (arXiv 2406.17415): minus the mean cosine between what flows into a block and out
/// of it, the residual stream included. -1 is a block that changes nothing, the least important.
class LayerInputModification final : public SensitivityMetric {
public:
    std::string id() const override { return "lim"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
