#pragma once

#include "core/method/layer_method.h"

namespace tritloom {

/// What a layer gives at each time step of a diffusion network, where nothing but the time step goes into it.
struct TimeTable {
    std::vector<float> times; ///< as the network is given them, ascending
    Tensor outputs; ///< f32 [times, outputs]: of the layer as stored, without its bias
};

/// A layer method that stores what a layer gives in place of what it is. What it makes is a replacement; see
/// core/graph/cached_layer.h.
class TimeMethod : public LayerMethod {
public:
    /// As LayerMethod::quantize().
    [[nodiscard]] virtual Result<CompressedLayer> quantizeWithTimes(
        const LayerProblem&, const TimeTable& table, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const = 0;
    /// Errors: InvalidInput, always: nothing is known about the time steps.
    [[nodiscard]] Result<CompressedLayer>
    quantize(const LayerProblem&, const NumberFormatPtr&, const Parameters&, const MethodContext&) const final
    {
        return fail(
            ErrorCode::InvalidInput, "the method '{}' needs the time steps of a diffusion network", id());
    }
};

} // namespace tritloom
