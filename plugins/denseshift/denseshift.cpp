#include "plugins/denseshift/denseshift.h"

#include "core/method/block_writer.h"
#include "core/method/row_state.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> DenseShift::parameters() const
{
    return {
        {.key = "scales",
         .title = "Scales tried",
         .unit = "in an octave and a half",
         .standard = 40,
         .lowest = 1,
         .highest = 200,
         .whole = true}};
}

bool DenseShift::supports(const NumberFormat& format) const
{
    return format.id().starts_with("shift");
}

Result<CompressedLayer> DenseShift::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const int scales = static_cast<int>(TRY(parameterValue(parameters(), given, "scales")));
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} is no format of powers of two: take one like shift3g64",
            format->id());
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            format->fit(values, importance, packed);
            double least = packedError(*format, values, importance, packed);
            float largest = 0;
            for (const float value : values)
                largest = std::max(largest, std::fabs(value));
            std::vector<float> range(values.size());
            std::vector<std::byte> trial(packed.size());
            RowState row(*format, values.size());
            for (int k = 0; k < scales && largest > 0; ++k) {
                // The largest weight at the highest level, and down to where it is clipped to a third.
                range.front() =
                    largest * std::exp2(-1.5f * static_cast<float>(k) / static_cast<float>(scales));
                format->encode(range, trial);
                row.load(trial);
                for (std::size_t i = 0; i < values.size(); ++i)
                    row.choose(i, values[i]);
                const double error = packedError(*format, values, importance, row.packed());
                if (error < least) {
                    least = error;
                    std::ranges::copy(row.packed(), packed.begin());
                }
            }
        });
}

} // namespace tritloom
