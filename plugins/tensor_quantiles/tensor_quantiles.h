#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// The quantile codebook of "k-bit inference scaling laws" (arXiv 2212.09720) estimated on the tensor itself,
/// not on the normal law: 2^k - 1 quantiles of its own weights, and 0.
class TensorQuantiles final : public LayerMethod {
public:
    std::string id() const override { return "tensor-quantiles"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
