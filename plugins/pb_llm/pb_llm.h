#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// PB-LLM after training (arXiv 2310.00034): a share of salient weights in 8 bits, the others al sign(w - m)
/// + m by row, column by column with GPTQ's error feedback.
///
/// Stored: a sign plane, al and m by row, a mask, and for each salient weight an 8-bit code of what the
/// binary part leaves over. Salient are the largest |w|, or the largest w^2 / U_jj^2 (U^T U the inverse of
/// the Gram matrix). Averages run over the binarized entries alone; "as_released" repeats the released code,
/// which divides by all columns. Without salient weights it is pure binary; with all of them plain 8 bits.
class PbLlm final : public LayerMethod {
public:
    std::string id() const override { return "pb-llm"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id() == "sign"; }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
