#pragma once

#include "core/method/layer_method.h"

#include <span>

namespace tritloom {

/// llama.cpp's weighting (ggml-quants.c): importance * sqrt(sigma^2 + value^2), where sigma^2 is the mean
/// square of the row for blocks of 32, of the super-block for q2_k, and twice that of the block for iq4_nl
/// and the other super-blocks; none for q6_k and q8_0.
void weighByMagnitude(const NumberFormat& format, std::span<const float> values, std::span<float> importance);

/// Round to nearest with scales that favour the inputs that are loud: the error of a weight counts as much as
/// the mean square of its input column, which is the output error when inputs are uncorrelated.
///
/// With `magnitude` large weights count more still, as in llama.cpp: mean square * sqrt(sigma^2 + w^2).
class ImportanceMatrix final : public LayerMethod {
public:
    std::string id() const override { return "imatrix"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return !format.isFloat() && format.isWritable();
    }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
