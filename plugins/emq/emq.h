#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// EMQ (arXiv 2307.10554): random configurations of one size are measured, programs are evolved until their
/// score ranks them as the divergence does, and the best one scores the layers. A quarter of the
/// configurations is held out: the notices say how well the program ranks those.
class Emq final : public SensitivityMetric {
public:
    std::string id() const override { return "emq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
