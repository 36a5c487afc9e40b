#pragma once

#include "core/method/range_method.h"

namespace tritloom {

/// Weights by scale search, inputs rounded by ranges measured in calibration: least and largest, a
/// percentile, least squared error, least divergence; one range for all or one a channel, one for each group
/// of time steps. W8A8, W4A8, W4A4 of convolutions and products, as QDQ files of ONNX have them. "aqt": the
/// quantizers of AQT (arXiv 2105.03536) instead, with 2^bits levels of floor(x 2^bits / bound) where no input
/// is negative and floor(x (2^(bits-1) - 1) / bound + 1/2) elsewhere.
class StaticActivations final : public RangeMethod {
public:
    std::string id() const override { return "static-activations"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && format.levelCount() > 0;
    }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytesByChannels(
        std::size_t outputs, std::size_t inputs, std::size_t channels, const NumberFormatPtr&,
        const Parameters&) const override;
    Result<CompressedLayer> quantizeWithRanges(
        const LayerProblem&, const InputHistograms& inputs, const NumberFormatPtr&, const Parameters&,
        const MethodContext&) const override;
};

} // namespace tritloom
