#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// PTQ1.61 (arXiv 2502.13179): the loudest input columns in the given integer format, the others
/// r_j (al_i sign(w_ij - m_i) + m_i).
///
/// Loudness is the largest |x| (as the released code), the mean |x| on request. al, r start at their optimum
/// for equal inputs and at 1, and are then fitted in turn by least squares under the mean squares of the
/// inputs, as long as the weighted error falls; then, where the Gram matrix is known, together for the output
/// of the layer, what the salient columns lose included. The paper trains the same numbers through a block.
class Ptq161 final : public LayerMethod {
public:
    std::string id() const override { return "ptq161"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    /// The format of the salient columns: with an offset or, as the paper has it, a whole zero point.
    bool supports(const NumberFormat& format) const override
    {
        return format.id().starts_with("int") || format.id().starts_with("uint");
    }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
