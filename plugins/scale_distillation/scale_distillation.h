#pragma once

#include "core/method/model_transform.h"

namespace tritloom {

/// Scale distillation (BitDelta, arXiv 2402.10193, stage 2): layers are what the probe's first candidate makes of
/// them, a base plus signs with scales; the scales alone go down the slope of the mean squared error between the
/// logits of the model as stored, the fine-tune, and those of the compressed one, by Adam with a rate that falls
/// along a cosine; autograd of LibTorch gives the slopes. Gives layers as the method made them, with other scales.
///
/// A share of the calibration data is held out; kept is the state of the least error there, so it never rises.
/// Memory: for each layer its base, its signs and its sum as floats. Cancelled within one run of a part.
class ScaleDistillation final : public ModelTransform {
public:
    std::string id() const override { return "scale-distillation"; }
    bool preparesForChoice() const override { return true; }
    std::vector<ParameterSpec> parameters() const override;
    Result<TransformedModel> apply(ModelProbe& probe, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
