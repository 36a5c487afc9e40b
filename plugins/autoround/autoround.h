#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// SignRound (arXiv 2309.05516): which way each weight is rounded is learned by signed gradient descent on
/// the output error of the layer, with a step that falls to 0; where a format lets scales be chosen, the ends
/// of each block's range are learned with it. The error is a quadratic form of the Gram matrix, so its
/// gradient needs no sample of the inputs and no automatic differentiation. The best state seen is kept, row
/// by row.
class AutoRound final : public LayerMethod {
public:
    std::string id() const override { return "autoround"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.levelCount() > 1 && format.isWritable();
    }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
