#include "plugins/db_llm/db_llm.h"

#include "core/method/row_packer.h"

#include <algorithm>

namespace tritloom {

std::vector<ParameterSpec> DbLlm::parameters() const
{
    return {
        {.key = "tied",
         .title = "Keep the scales at 2 s and -s, as before fine-tuning",
         .unit = "",
         .standard = 0,
         .lowest = 0,
         .highest = 1,
         .whole = true}};
}

Result<CompressedLayer> DbLlm::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool tied = TRY(parameterValue(parameters(), given, "tied")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} is no dual binary format: fdbg64 is one", format->id());
    std::vector<float> importance;
    if (layer.meanSquare) {
        importance = TRY(
            requiredStatistic(layer.meanSquare, layer.weights.type().columns(), "mean square of the inputs"));
        for (float& factor : importance)
            factor = std::max(factor, 0.0f);
    }
    return packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            if (tied)
                encodeRow(*format, values, packed, context.stop);
            else
                fitRow(*format, values, importance, packed, context.stop);
        });
}

} // namespace tritloom
