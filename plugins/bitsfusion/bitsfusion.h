#pragma once

#include "core/method/layer_method.h"

#include <span>

namespace tritloom {

/// The scale fit of BitsFusion (arXiv 2406.04333): codes for the scale, then the scale that suits the codes
/// best, in turn. Made for the balanced levels of "balanced3row", "balanced5row" ...; works on any format
/// whose levels are steps of one scale a block. Needs no data.
///
/// A block that the search of `rtn` stores better is taken from there.
class BitsFusion final : public LayerMethod {
public:
    std::string id() const override { return "bitsfusion"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

struct AlternatingFit {
    double scale = 0;
    std::vector<int> codes;
    std::vector<double> errors; ///< mean squared error after every half-step, the start first
};
/// Codes lowest..highest. Stops early once the codes repeat; keeps the scale when all codes are 0.
[[nodiscard]] AlternatingFit
alternatingFit(std::span<const float> values, int lowest, int highest, int iterations);

} // namespace tritloom
