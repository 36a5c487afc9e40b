#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// Bit-weighted SynFlow (EMQ, arXiv 2307.10554): sum of bits x sum |W dR/dW| over the layers, R what comes
/// out of the network of magnitudes for one token of ones; more is better. A candidate costs its layer the
/// bits it lacks to the widest one times that sum, in shares of R.
class BitSynFlow final : public SensitivityMetric {
public:
    std::string id() const override { return "bsynflow"; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
