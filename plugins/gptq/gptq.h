#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// GPTQ (arXiv 2210.17323): columns are stored one after the other, and after each the columns still to come
/// absorb its error, weighed by the Gram matrix of the inputs. Works on any format with levels.
///
/// Scales are fitted with importance sqrt(H_ii) / U_ii, between the loudness of an input and the share of its
/// error that no later column can absorb (U^T U is the inverse of the Gram matrix H); by measurement that is
/// a percent better than either. With `act_order` the loudest columns come first, and all scales are fitted
/// to the original weights; without it a block's scales are fitted when its first column is reached. `sweeps`
/// of coordinate descent follow. A row for which rounding alone happens to do better is rounded.
class Gptq final : public LayerMethod {
public:
    std::string id() const override { return "gptq"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.levelCount() > 0 && format.isWritable();
    }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
