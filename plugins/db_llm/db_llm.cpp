#include "plugins/db_llm/db_llm.h"

#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> DbLlm::parameters() const
{
    return {switchParameter("tied", "Keep the scales at 2 s and -s, as before fine-tuning", false)};
}

Result<CompressedLayer> DbLlm::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool tied = TRY(parameterValue(parameters(), given, "tied")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} is no dual binary format: fdbg64 is one", format->id());
    return packByFormat(layer.weights, format, TRY(importanceOf(layer)), !tied, context);
}

} // namespace tritloom
