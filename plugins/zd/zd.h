#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// Z-score distribution (arXiv 2406.17415): the share of a block's weights more than one standard deviation
/// above their mean, one-sided. Fewer is more important.
class ZScoreDistribution final : public SensitivityMetric {
public:
    std::string id() const override { return "zd"; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
