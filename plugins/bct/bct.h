#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BCT (arXiv 2304.01483): whole numbers times a power of two for each block: the exponent that clips
/// nothing, or the one below where that leaves less.
class BlockwiseShift final : public LayerMethod {
public:
    std::string id() const override { return "bct"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
