#include "plugins/bitnet/bitnet.h"

#include "core/method/block_writer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

struct Means {
    double value = 0, magnitude = 0;
};

/// Over the tensor, in row order so that it does not depend on threads; not finite counts as 0.
Result<Means> meansOf(const Tensor& weights, const std::stop_token& stop)
{
    const std::size_t rows = weights.type().rows(), columns = weights.type().columns();
    std::vector<float> values(columns);
    Means sums;
    for (std::size_t r = 0; r < rows && columns > 0; ++r) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, rows);
        weights.decodeRows(r, values);
        for (const float value : values) {
            sums.value += std::isfinite(value) ? value : 0.0f;
            sums.magnitude += std::isfinite(value) ? std::fabs(value) : 0.0f;
        }
    }
    const double count = std::max(1.0, static_cast<double>(rows * columns));
    return Means{sums.value / count, sums.magnitude / count};
}

} // namespace

std::vector<ParameterSpec> BitNetSign::parameters() const
{
    return {
        switchParameter("centre", "Take the mean off first", true),
        switchParameter("fitted", "Fit the scale of each group", false)};
}

bool BitNetSign::supports(const NumberFormat& format) const
{
    return format.id() == "q1_0" || format.id().starts_with("sign1g");
}

Result<CompressedLayer> BitNetSign::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const bool centre = TRY(parameterValue(parameters(), given, "centre")) != 0;
    const bool fitted = TRY(parameterValue(parameters(), given, "fitted")) != 0;
    if (!supports(*format))
        return fail(
            ErrorCode::Unsupported, "{} is no format of signs with a scale: take sign1g64 or q1_0",
            format->id());
    const Means means = TRY(meansOf(layer.weights, context.stop));
    const auto mean = static_cast<float>(centre ? means.value : 0.0);
    return packBlocks(
        layer.weights, format, {}, context,
        [&](std::span<const float> values, std::span<const float> importance, std::span<std::byte> packed) {
            double along = 0, count = 0;
            for (std::size_t i = 0; i < values.size(); ++i) {
                along += importance[i] * (values[i] > mean ? values[i] : -values[i]);
                count += importance[i];
            }
            const auto scale = static_cast<float>(fitted ? std::max(0.0, along / count) : means.magnitude);
            // The format's own encoder takes the mean magnitude, which is this one.
            std::vector<float> signs(values.size());
            for (std::size_t i = 0; i < values.size(); ++i)
                signs[i] = values[i] > mean ? scale : -scale;
            format->encode(signs, packed);
        });
}

} // namespace tritloom
