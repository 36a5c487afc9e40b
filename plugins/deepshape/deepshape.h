#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// DeepShape (arXiv 2506.00486): the weights are moved so that their histogram is that of a generalised
/// Gaussian with smaller shape and scale than the one fitted to them, in their own order; entropy falls, and
/// so do the bits of a code for the levels. What comes out is then rounded to nearest in the format.
class DeepShape final : public LayerMethod {
public:
    std::string id() const override { return "deepshape"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.isWritable(); }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
