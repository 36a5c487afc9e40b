#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BitNet (arXiv 2310.11453): the sign of what is left when the mean of the tensor is taken off, times the
/// mean magnitude of the tensor. Meant for models trained so; of others little remains. With `fitted` each
/// group gets the scale of least squared error for its signs.
class BitNetSign final : public LayerMethod {
public:
    std::string id() const override { return "bitnet"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
