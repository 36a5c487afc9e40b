#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Bias and batch norm tuning in closed form (AdaQuant, arXiv 2006.10518, sections 3.2 and 3.4; bias
/// correction, arXiv 1906.04721, section 4.2).
///
/// Rounding W to Q moves the mean of output r by (q_r - w_r) m and its variance from w_r C w_r^T to q_r C
/// q_r^T, m and C the mean and the covariance of the inputs in calibration. The first is taken off the bias,
/// or the mean of the norm behind the layer; the second changes the variance that this norm divides by. Q is
/// what the probe's first candidate makes of the layer. Where nothing is rounded, nothing changes.
class BiasCorrection final : public ModelTransform {
public:
    std::string id() const override { return "bias-correction"; }
    bool preparesForChoice() const override { return true; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe&, const Parameters&, const MethodContext&) const override;
};

/// Of one channel of a batch norm, as stored.
struct NormMoments {
    double mean = 0, variance = 1;
};
/// What the norm has to know so that its output keeps mean and deviation when its input moves by `shift` and
/// its variance is multiplied by `ratio` (kept within 1/4 and 4).
[[nodiscard]] NormMoments tunedMoments(const NormMoments& before, double epsilon, double shift, double ratio);

} // namespace tritloom
