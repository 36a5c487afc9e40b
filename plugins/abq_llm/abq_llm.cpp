#include "plugins/abq_llm/abq_llm.h"

#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> ArbitraryBits::parameters() const
{
    return {switchParameter("clip", "Clip the ends of the range", true)};
}

bool ArbitraryBits::supports(const NumberFormat& format) const
{
    return format.id().starts_with("planes");
}

Result<CompressedLayer> ArbitraryBits::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool clip = TRY(parameterValue(parameters(), given, "clip")) != 0;
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported,
            "{} is not stored as bit planes: take one like planes4g128 or planes2bg128", format->id());
    const std::vector<float> importance = clip ? TRY(importanceOf(layer)) : std::vector<float>();
    return packByFormat(layer.weights, format, importance, clip, context);
}

} // namespace tritloom
