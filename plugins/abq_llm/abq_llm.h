#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Bit planes for any width (ABQ-LLM, arXiv 2408.08554): both ends of each group's range are clipped as far
/// as suits the weights, judged by how loud their inputs are.
class ArbitraryBits final : public LayerMethod {
public:
    std::string id() const override { return "abq-llm"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
