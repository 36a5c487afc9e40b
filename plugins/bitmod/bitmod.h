#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BitMoD (arXiv 2411.11745): each group takes, of four small float grids, the one that leaves the least.
/// With `clip` smaller ranges are tried as well, judged by how loud the inputs are.
class BitMod final : public LayerMethod {
public:
    std::string id() const override { return "bitmod"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
