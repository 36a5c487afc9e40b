#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Bias tuning (AdaQuant, arXiv 2006.10518, part D of its spec): with the layers as the probe's first
/// candidate makes them, biases go down the slope of KL(softmax of the logits as stored || softmax of the
/// logits now), by plain gradient descent; autograd of LibTorch gives the slopes.
///
/// A share of the calibration data is held out. Kept is the state of the least divergence there among those
/// that are not worse than the start on the data that is tuned on, so neither ever rises.
class BiasTuning final : public ModelTransform {
public:
    std::string id() const override { return "bias-tuning"; }
    bool preparesForChoice() const override { return true; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
