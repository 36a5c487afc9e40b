#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// DenseShift (arXiv 2208.09708): signed powers of two without a zero, for the preview without training: of a
/// grid of 40 scales the one with the least squared error. A block that `rtn` stores better is taken from
/// there.
class DenseShift final : public LayerMethod {
public:
    std::string id() const override { return "denseshift"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
