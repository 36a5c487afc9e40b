#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// Round to nearest: each block by itself, all weights of equal importance. Needs no data; the baseline of
/// every other method. With `search` the scales are those of least squared error, without it the plain
/// encoder's.
class RoundToNearest final : public LayerMethod {
public:
    std::string id() const override { return "rtn"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.isWritable(); }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
