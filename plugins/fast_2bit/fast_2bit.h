#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Groups of 2 bits of which a fixed share has 4 ("Enabling Fast 2-bit LLM on GPUs", arXiv 2311.16442): those
/// with the widest range, as in the paper, or those that gain most, judged by how loud their inputs are.
class FastTwoBit final : public LayerMethod {
public:
    std::string id() const override { return "fast-2bit"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
