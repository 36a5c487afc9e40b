#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// BAQ's model of the loss of a layer (arXiv 2506.05664): L(R) = c 4^-R, with c the sum over columns j of
/// (mean over rows of range^2) / 12 / U_jj^2, U the upper factor of the inverse of the damped Gram matrix.
/// perLayer is c; "gain" in the notices is the geometric over the arithmetic mean of c / n over layers, the
/// further number that of columns within each layer.
class BaqMetric final : public SensitivityMetric {
public:
    std::string id() const override { return "baq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
