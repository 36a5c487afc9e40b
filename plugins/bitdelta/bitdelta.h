#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BitDelta (arXiv 2402.10193): W = base + sum over masks of alpha * sign(what is left of W - base).
///
/// alpha is the mean magnitude of what is left, over the matrix or by row: the least-squares scale of fixed
/// signs. The base counts nothing, as many deltas share it. Refuses a base that is too far away to be one.
class BitDelta final : public LayerMethod {
public:
    std::string id() const override { return "bitdelta"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id() == "sign"; }
    bool makesReplacements() const override { return true; }
    bool needsBase() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
