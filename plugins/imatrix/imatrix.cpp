#include "plugins/imatrix/imatrix.h"

#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

double meanSquareOf(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values)
        sum += std::isfinite(value) ? static_cast<double>(value) * value : 0.0;
    return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

} // namespace

void weighByMagnitude(const NumberFormat& format, std::span<const float> values, std::span<float> importance)
{
    const std::string id = format.id();
    if (id == "q6_k" || id == "q8_0")
        return;
    const std::size_t block = format.blockElements();
    const bool perRow = block < 256 && !id.starts_with("iq4");
    const double factor = perRow || id == "q2_k" ? 1.0 : 2.0;
    const std::size_t run = perRow ? values.size() : block;
    for (std::size_t begin = 0; begin < values.size(); begin += run) {
        const std::size_t end = std::min(begin + run, values.size());
        const double sigma2 = factor * meanSquareOf(values.subspan(begin, end - begin));
        for (std::size_t i = begin; i < end; ++i) {
            const double value = std::isfinite(values[i]) ? values[i] : 0.0;
            importance[i] *= static_cast<float>(std::sqrt(sigma2 + value * value));
        }
    }
}

std::vector<ParameterSpec> ImportanceMatrix::parameters() const
{
    return {switchParameter("magnitude", "Favour large weights, as llama.cpp does", false)};
}

Result<CompressedLayer> ImportanceMatrix::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool magnitude = TRY(parameterValue(parameters(), given, "magnitude")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no scales to choose", format->id());
    const std::vector<float> meanSquare =
        TRY(requiredStatistic(layer.meanSquare, layer.weights.type().columns(), "mean square of the inputs"));
    std::vector<float> columns = meanSquare;
    for (float& column : columns)
        column = std::max(column, 0.0f);
    return packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            if (!magnitude)
                return fitRow(*format, values, columns, packed, context.stop);
            std::vector<float> importance = columns;
            weighByMagnitude(*format, values, importance);
            fitRow(*format, values, importance, packed, context.stop);
        });
}

} // namespace tritloom
