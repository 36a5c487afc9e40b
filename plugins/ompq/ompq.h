#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// OMPQ as EMQ ships it (arXiv 2307.10554): gamma_i is the sum over other blocks j of the linear CKA between
/// what blocks i and j give; importance is exp(-gamma / n), higher for blocks whose output is like no
/// other's.
class Ompq final : public SensitivityMetric {
public:
    std::string id() const override { return "ompq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

/// Linear centred kernel alignment of two sets of features on the same samples, 0 to 1.
/// x: [samples, p], y: [samples, q].
[[nodiscard]] double linearCka(std::span<const float> x, std::span<const float> y, std::size_t samples);

} // namespace tritloom
