#pragma once

#include "core/method/unit_method.h"

namespace tritloom {

/// Proxy quantization (k-bit inference scaling laws, arXiv 2212.09720): the input columns that the units with
/// the largest standard deviation of weights in the layer before make stay in 16 bits, all others are rounded
/// in the format. Needs no data.
///
/// Stored: both lists of columns, the others packed side by side, the kept ones as f16. Whole units are kept,
/// as many as the share of columns holds; a layer with no layer before it is rounded whole.
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
    /// An upper bound: of convolutions the share may end within a unit, and a first layer keeps nothing.
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantizeBehind(
        const LayerProblem&, const InputUnits&, const NumberFormatPtr&, const Parameters&,
        const MethodContext&) const override;
};

} // namespace tritloom
