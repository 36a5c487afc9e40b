#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// AdaQuant (arXiv 2006.10518), the layer-wise calibration: the weights themselves drift, with Adam and
/// gradients passed straight through the rounding, until what they round to gives the layer's output; unlike
/// AdaRound a weight may move several levels. Scales stay as fitted, or the ends of each block's range are
/// learned with the weights. The gradient is that of the quadratic form of the Gram matrix. The best state
/// seen is kept, row by row.
class AdaQuant final : public LayerMethod {
public:
    std::string id() const override { return "adaquant"; }
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
