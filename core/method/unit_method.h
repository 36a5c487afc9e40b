#pragma once

#include "core/method/input_units.h"
#include "core/method/layer_method.h"

namespace tritloom {

/// A layer method that looks at the weights of the layer before, which it is told by the graph.
class UnitMethod : public LayerMethod {
public:
    /// As LayerMethod::quantize(). units: none where the graph has no layer before this one.
    [[nodiscard]] virtual Result<CompressedLayer> quantizeBehind(
        const LayerProblem&, const InputUnits& units, const NumberFormatPtr& format, const Parameters&,
        const MethodContext&) const = 0;
    /// Of a layer by itself.
    [[nodiscard]] Result<CompressedLayer> quantize(
        const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
        const MethodContext& context) const final
    {
        return quantizeBehind(layer, {}, format, given, context);
    }
};

} // namespace tritloom
