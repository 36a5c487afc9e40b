#pragma once

#include "core/method/unit_method.h"

namespace tritloom {

/// Proxy quantization (k-bit inference scaling laws, arXiv 2212.09720): the input columns that the units with
/// the largest standard deviation of weights in the layer before make stay in 16 bits, all others are rounded
/// in the format. Needs no data.
///
/// Stored: the kept columns as f16 and where they are; the others side by side with a list of theirs, or
/// among zeros where the format has one, whichever is smaller. Of the last unit of a convolution only as many
/// columns as the share holds are kept; a layer with no layer before it is rounded whole.
class ProxyOutliers final : public UnitMethod {
public:
    std::string id() const override { return "proxy-outliers"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && !format.isFloat() && format.id() != "sign";
    }
    bool makesReplacements() const override { return true; }
    /// An upper bound: a layer with no layer before it keeps nothing.
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantizeBehind(
        const LayerProblem&, const InputUnits&, const NumberFormatPtr&, const Parameters&,
        const MethodContext&) const override;
};

} // namespace tritloom
