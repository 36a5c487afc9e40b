#pragma once

#include "core/method/layer_method.h"
#include <span>

namespace tritloom {

/// Nested integers (Double Rounding, arXiv 2502.01199) for models that were not trained so: the scale with
/// the least squared error summed over all widths that the file is to be read at. A layer that is stored so
/// already is read at another width by leaving planes out.
class DoubleRounding final : public LayerMethod {
public:
    std::string id() const override { return "double-rounding"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

/// sum over the widths 8, 6, 4 and 2, none below `narrowest`, of the squared error at this scale.
[[nodiscard]] double nestedError(std::span<const float> values, float scale, int narrowest);

} // namespace tritloom
