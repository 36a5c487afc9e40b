#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// AWQ (arXiv 2306.00978): for the products that read one value, s = m^r with m_j the mean |x_j|, normalised
/// to sqrt(max s min s) = 1; r of twenty between 0 and 0.95 that makes the error of Q(W s) / s under the Gram
/// matrix of x smallest. r = 0 is rounding as it is, so the error never grows. Q is the nearest level of the
/// candidate's format (int4g128a without one).
class Awq final : public ModelTransform {
public:
    std::string id() const override { return "awq"; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
