#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Small floats whose largest value is searched (arXiv 2408.06995): every block is clipped where the squared
/// error is least, among 91 shares of its largest magnitude. With one block a row, "fp4e2row", this is the
/// clip of an output channel. Which split of exponent and mantissa suits a layer is a choice of format.
///
/// For formats whose levels all move with one scale of a block. A block that the search of `rtn` stores
/// better is taken from there.
class LowBitFloat final : public LayerMethod {
public:
    std::string id() const override { return "low-bit-fp"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override { return {}; }
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// Value of a float with `exponent` and `mantissa` bits, a sign and a real bias, all codes finite, that is
/// nearest to x; ties go to the even code of the binade.
[[nodiscard]] double roundToFloat(double x, int exponent, int mantissa, double bias);
/// The largest such value, and the bias for which it is `largest`.
[[nodiscard]] double largestFloat(int exponent, int mantissa, double bias);
[[nodiscard]] double biasFor(int exponent, int mantissa, double largest);

} // namespace tritloom
