#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// HAWQ's perturbation (arXiv 2011.10680, section 3.3): Omega = (trace of the Hessian / n) |Q(W) - W|^2.
///
/// The trace is that of the Fisher form of the Hessian, by Hutchinson with differences of the output: for
/// random signs v, KL(model || model with W + e v) = e^2 / 2 v^T F v + O(e^3), averaged over +e and -e so
/// that the third order cancels. No gradient is needed, and unlike the Hessian it is never negative.
class Hawq final : public SensitivityMetric {
public:
    std::string id() const override { return "hawq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
