#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// ShiftQuant for inference (arXiv 2411.10948): inputs rounded to a few bits as the product runs, channels
/// with ranges of their own kind under scales that are powers of two apart, s_g = s_0 2^-g. Weights by scale
/// search in the given format.
///
/// With q the code of an input and g the group of its channel the product is
/// s_0 2^-(G - 1) sum (q << (G - 1 - g)) w: all integer but for one scale a token (or one for all), which the
/// replacement spells out as x 2^g -> rounding -> 2^(G - 1 - g) -> product -> 2^-(G - 1). Groups come from
/// the largest magnitudes seen in calibration, or from root mean squares where a matrix of importance holds
/// no others.
class ShiftQuant final : public LayerMethod {
public:
    std::string id() const override { return "shiftquant"; }
    Calibration calibration() const override { return Calibration::MeanSquare; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && format.levelCount() > 0;
    }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
