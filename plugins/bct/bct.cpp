#include "plugins/bct/bct.h"

#include "core/method/block_writer.h"
#include "core/method/row_state.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> BlockwiseShift::parameters() const
{
    return {switchParameter("lower", "Try the next lower exponent too", true)};
}

bool BlockwiseShift::supports(const NumberFormat& format) const
{
    return format.id().starts_with("bct");
}

Result<CompressedLayer> BlockwiseShift::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool lower = TRY(parameterValue(parameters(), given, "lower")) != 0;
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} has no powers of two for scales: take one like bct4g64",
            format->id());
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            format->encode(values, packed);
            if (!lower)
                return;
            // The same block at half the size has the exponent below.
            std::vector<float> half(values.size());
            std::ranges::transform(values, half.begin(), [](float value) { return value / 2; });
            std::vector<std::byte> trial(packed.size());
            format->encode(half, trial);
            RowState row(*format, values.size());
            row.load(trial);
            for (std::size_t i = 0; i < values.size(); ++i)
                row.choose(i, values[i]);
            if (packedError(*format, values, importance, row.packed())
                < packedError(*format, values, importance, packed))
                std::ranges::copy(row.packed(), packed.begin());
        });
}

} // namespace tritloom
