#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// AdaRound (arXiv 2004.10568): every weight moves softly between the two levels around it until a growing
/// regulariser has pushed it to one of them. Minimises the output error of the layer, a quadratic form of the
/// Gram matrix whose gradient is known, with Adam. Scales stay as fitted. A row for which nearest rounding
/// does better is rounded.
class AdaRound final : public LayerMethod {
public:
    std::string id() const override { return "adaround"; }
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
