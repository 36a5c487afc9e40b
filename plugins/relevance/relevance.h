#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// How much each layer carries of what decides for the predicted class, by layer-wise relevance propagation
/// (LRP-QViT, arXiv 2401.11243; rules of Chefer et al., arXiv 2012.09838). A layer costs its share of
/// relevance x 4^-bits, so that layers of more relevance get more bits, or minus its share x bits.
class Relevance final : public SensitivityMetric {
public:
    std::string id() const override { return "relevance"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<MetricScores> score(ModelProbe&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
