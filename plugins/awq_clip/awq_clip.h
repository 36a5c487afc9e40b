#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// AWQ's clipping search (arXiv 2306.00978): for every block of a format the weights are clamped to the
/// largest magnitude times 1, 0.95, ... 0.55 and stored by the plain encoder, and what leaves the least error
/// of the block's own output is kept, e H e^T with H the block's part of the Gram matrix of the inputs. The
/// scale search of `rtn` is one more candidate, so that a block is never worse than rounded.
///
/// The scaling that comes first in AWQ is the transform of that name. AWQ leaves queries and keys out, whose
/// errors meet in a product: give those layers another method.
class AwqClip final : public LayerMethod {
public:
    std::string id() const override { return "awq-clip"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && !format.isFloat();
    }
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
