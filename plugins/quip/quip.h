#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// LDLQ of QuIP# (arXiv 2402.04396) onto the E8P codebook, at 3 and 4 bits with a second stage for what
/// the first leaves: eight columns are stored at a time, and the
/// columns still to come absorb their error, weighed by the block factor of the Gram matrix. The scale of a
/// group is fitted when its first column is reached. A row for which the codebook alone happens to do better
/// is stored so.
class LatticeRounding final : public LayerMethod {
public:
    std::string id() const override { return "quip"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id().starts_with("e8p"); }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
