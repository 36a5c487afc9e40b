#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// HAWQ's first metric (arXiv 1905.03696) as EMQ (arXiv 2307.10554) takes it: bits x the largest eigenvalue
/// of the Hessian by a layer's weights, more being better.
///
/// The Hessian is that of KL(model || model with other weights), which is its Fisher form and has no negative
/// eigenvalue. Products with it are differences of gradients, (g(W + e v) - g(W - e v)) / 2e.
class TopEigenvalueMetric final : public SensitivityMetric {
public:
    std::string id() const override { return "top-eigenvalue"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
