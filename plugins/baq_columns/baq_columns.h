#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// BAQ inside a layer (arXiv 2506.05664): a pass of GPTQ at the reference width says what each column loses,
/// c_j 4^-bits; columns get bits for which all lose the same, and a second pass stores them so.
///
/// Codes of columns of one width lie together, without a scale: a weight is low_i + range_i code step_j, low
/// and range of its row, step 1 / (levels - 1) of its column. Whole bits for runs of columns sorted by loss
/// (as the specification's kernels want it), or the paper's whole numbers of levels for each column, stored
/// in the bits that they need. The format gives the mean width, or `bits` does. Our own: zero need not be a
/// level, loudest columns first, row ranges shrunk by search.
class BaqColumns final : public LayerMethod {
public:
    std::string id() const override { return "baq-columns"; }
    Calibration calibration() const override { return Calibration::Gram; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override { return format.id().starts_with("int"); }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantize(
        const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const override;
};

} // namespace tritloom
