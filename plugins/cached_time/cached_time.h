#pragma once

#include "core/method/time_method.h"

namespace tritloom {

/// What the layers of a diffusion network that only the time step goes into give, stored for the steps of the
/// sampler in place of the layers (BitsFusion, arXiv 2406.04333, caching of the time embedding): a row a
/// step. Other steps are an error, or are computed where the layer is kept beside.
class CachedTime final : public TimeMethod {
public:
    std::string id() const override { return "cached-time"; }
    Calibration calibration() const override { return Calibration::None; }
    std::vector<ParameterSpec> parameters() const override;
    /// Of the rows: floats as the paper has them, or fewer bits.
    bool supports(const NumberFormat& format) const override
    {
        return format.isWritable() && (format.isFloat() || format.levelCount() > 0);
    }
    bool makesReplacements() const override { return true; }
    std::size_t storedBytes(
        std::size_t outputs, std::size_t inputs, const NumberFormatPtr&, const Parameters&) const override;
    Result<CompressedLayer> quantizeWithTimes(
        const LayerProblem&, const TimeTable&, const NumberFormatPtr&, const Parameters&,
        const MethodContext&) const override;
};

} // namespace tritloom
