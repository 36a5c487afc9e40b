#include "plugins/bitmod/bitmod.h"

#include "core/method/block_writer.h"

namespace tritloom {

std::vector<ParameterSpec> BitMod::parameters() const
{
    return {
        {.key = "clip",
         .title = "Try smaller ranges, by the loudness of inputs",
         .unit = "",
         .standard = 1,
         .lowest = 0,
         .highest = 1,
         .whole = true}};
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
