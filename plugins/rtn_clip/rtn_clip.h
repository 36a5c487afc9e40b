#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Round to nearest with a clipped range: of the ranges p * [lowest, highest], p = 1, .99, ..., the one with
/// the least sum of |error|^exponent, as GPTQ's own quantizer does with exponent 2.4. Asymmetric grids get a
/// whole zero point and hold 0. A block for which the search of `rtn` leaves less by the same measure is
/// taken from there.
class ClippedRounding final : public LayerMethod {
public:
    std::string id() const override { return "rtn-clip"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// The share p of the range that clips best, and what it leaves.
struct Clip {
    double share = 1, error = 0;
    float step = 0, first = 0; ///< the grid: first + step * k
};
/// Asymmetric grid of levels 0 .. top with a whole zero point. steps: p = 1 - i / 100 for i below it.
[[nodiscard]] Clip bestClip(std::span<const float> values, int top, double exponent, int steps);

} // namespace tritloom
