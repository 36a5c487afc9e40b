#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// Bit-weighted SNIP (EMQ, arXiv 2307.10554): bits x what the loss owes to each weight, |w dLoss/dw|, more
/// being better. Without gradients: the loss is taken at w (1 + e v) and w (1 - e v) for random signs v,
/// whose difference over 2 e has the mean square sum (w dLoss/dw)^2. Its root stands for the sum of
/// magnitudes.
class BitSnip final : public SensitivityMetric {
public:
    std::string id() const override { return "bsnip"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
