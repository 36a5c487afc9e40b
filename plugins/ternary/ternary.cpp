#include "plugins/ternary/ternary.h"

#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// Mean magnitude over the tensor, in row order so that it does not depend on threads; not finite counts as
/// 0.
Result<double> meanMagnitude(const Tensor& weights, const std::stop_token& stop)
{
    const std::size_t rows = weights.type().rows(), columns = weights.type().columns();
    std::vector<float> values(columns);
    double sum = 0;
    for (std::size_t r = 0; r < rows && columns > 0; ++r) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        weights.decodeRows(r, values);
        for (const float value : values)
            sum += std::isfinite(value) ? std::fabs(value) : 0.0f;
    }
    return sum / std::max(1.0, static_cast<double>(rows * columns));
}

} // namespace

std::vector<ParameterSpec> TernaryMethod::parameters() const
{
    return {switchParameter("absmean", "Scale by the mean magnitude of the tensor, as BitNet", false)};
}

bool TernaryMethod::supports(const NumberFormat& format) const
{
    const std::string id = format.id();
    return id == "tq1_0" || id == "tq2_0" || id == "q2_0" || id.starts_with("ternaryg");
}

Result<CompressedLayer> TernaryMethod::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool absmean = TRY(parameterValue(parameters(), given, "absmean")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} is no ternary format", format->id());
    if (absmean) {
        // BitNet b1.58, arXiv 2402.17764, eqs. 1 to 3: gamma = mean |W|, round(W / gamma) clipped to -1..1.
        const auto gamma =
            static_cast<float>(std::max(1e-5, TRY(meanMagnitude(layer.weights, context.stop))));
        return packRows(
            layer.weights, format, context,
            [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
                std::vector<float> rounded(values.size());
                for (std::size_t i = 0; i < values.size(); ++i)
                    rounded[i] = std::isfinite(values[i])
                        ? gamma * std::clamp(std::nearbyint(values[i] / gamma), -1.0f, 1.0f)
                        : 0.0f;
                encodeRow(*format, rounded, packed, context.stop); // exact: the values are ternary
            });
    }
    return packByFormat(layer.weights, format, TRY(importanceOf(layer)), true, context);
}

} // namespace tritloom
