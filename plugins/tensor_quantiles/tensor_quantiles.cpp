#include "plugins/tensor_quantiles/tensor_quantiles.h"

#include "core/format/own_codebook_format.h"
#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> TensorQuantiles::parameters() const
{
    return {switchParameter("clip", "Try smaller ranges, by the loudness of inputs", false)};
}

bool TensorQuantiles::supports(const NumberFormat& format) const
{
    return ownCodebook::shapeOf(format).has_value();
}

Result<CompressedLayer> TensorQuantiles::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool clip = TRY(parameterValue(parameters(), given, "clip")) != 0;
    const ownCodebook::Shape shape = TRY(ownCodebook::shapeOf(*format));
    const std::vector<float> loudness = clip ? TRY(importanceOf(layer)) : std::vector<float>();
    const ownCodebook::Levels levels = ownCodebook::estimatedQuantiles(layer.weights.toFloats(), shape.bits);
    return packBlocks(
        layer.weights, format, loudness, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            ownCodebook::store(shape, values, importance, levels, clip, packed);
        });
}

} // namespace tritloom
