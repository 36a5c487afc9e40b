#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Round to nearest with scales that favour the inputs that are loud: the error of a weight counts as much as
/// the mean square of its input column, which is the output error when inputs are uncorrelated.
///
/// With `magnitude` large weights count more still, as in llama.cpp: mean square * sqrt(sigma^2 + w^2).
class ImportanceMatrix final : public LayerMethod {
public:
    std::string id() const override { return "imatrix"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return !format.isFloat() && format.isWritable(); }
    Result<Tensor> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
