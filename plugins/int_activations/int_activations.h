#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Weights by scale search, activations rounded at run time: per token, or per group of its inputs, symmetric
/// from the largest magnitude or asymmetric between least and most (SmoothQuant's W8A8 and its narrower kin).
class IntActivations final : public LayerMethod {
public:
    std::string id() const override { return "int-activations"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && format.levelCount() > 0;
    }
    bool makesReplacements() const override { return true; }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
