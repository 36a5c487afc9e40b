#pragma once

#include "core/method/layer_method.h"

#include <span>

namespace tritloom {

/// Half-quadratic quantization: the scale of a group stays that of its range, and its zero point is found so
/// that sum |error|^p is small, p < 1: large errors of few weights are let be. Alternates between shrinking
/// the error and the zero point that fits what remains. Needs no data.
///
/// For formats with a scale and an offset of their own. A block for which the search of `rtn` leaves less by
/// the same measure is taken from there.
class HalfQuadratic final : public LayerMethod {
public:
    std::string id() const override { return "hqq"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// value = first + step * code
struct HalfQuadraticGrid {
    float step = 1, first = 0;
    double before = 0, after = 0; ///< mean |error| with the range's own zero point, and at the end
};
/// top: the highest code. iterations: at most so many.
[[nodiscard]] HalfQuadraticGrid
halfQuadraticGrid(std::span<const float> values, int top, double p, double beta, int iterations);

} // namespace tritloom
