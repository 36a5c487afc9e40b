#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Weights -s, 0 and s. `absmean` is BitNet b1.58's quantizer (threshold half of the mean magnitude, which is
/// also the scale), for models that were trained with it; `fitted` finds threshold and scale of least squared
/// error, weighted by the mean square of the inputs where that is known.
class TernaryMethod final : public LayerMethod {
public:
    std::string id() const override { return "ternary"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
