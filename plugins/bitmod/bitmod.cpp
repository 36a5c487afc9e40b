#include "plugins/bitmod/bitmod.h"

#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> BitMod::parameters() const
{
    return {switchParameter("clip", "Try smaller ranges, by the loudness of inputs", true)};
}

bool BitMod::supports(const NumberFormat& format) const
{
    return format.id().starts_with("bitmod");
}

Result<CompressedLayer> BitMod::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool clip = TRY(parameterValue(parameters(), given, "clip")) != 0;
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} is no BitMoD format: take bitmod3g128 or bitmod4g128", format->id());
    const std::vector<float> importance = clip ? TRY(importanceOf(layer)) : std::vector<float>();
    return packByFormat(layer.weights, format, importance, clip, context);
}

} // namespace tritloom
