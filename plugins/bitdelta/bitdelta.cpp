#include "plugins/bitdelta/bitdelta.h"

#include "core/graph/signed_difference.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// A fine-tune that moved further than this is none: relative Frobenius norm of the difference.
constexpr double furthestDelta = 1.0;

} // namespace

std::vector<ParameterSpec> BitDelta::parameters() const
{
    return {
        {.key = "masks",
         .title = "Sign planes, each for what the ones before leave",
         .unit = "",
         .standard = 1,
         .lowest = 1,
         .highest = 8,
         .whole = true,
         .sizes = true},
        switchParameter("by_row", "A scale for each row instead of one for the matrix", false)};
}

std::size_t BitDelta::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const auto masks = std::size_t(parameterValue(parameters(), given, "masks").value_or(1));
    const bool byRow = parameterValue(parameters(), given, "by_row").value_or(0) != 0;
    return masks * (TensorType{format, {outputs, inputs}}.bytes() + (byRow ? 2 * outputs : 4));
}

Result<CompressedLayer> BitDelta::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto masks = std::size_t(TRY(parameterValue(parameters(), given, "masks")));
    const bool byRow = TRY(parameterValue(parameters(), given, "by_row")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "the delta is stored as 'sign', not as {}", format->id());
    if (!layer.base)
        return fail(ErrorCode::InvalidInput, "this method needs the model that this one was tuned from");
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    std::vector<float> rest = layer.weights.toFloats();
    const std::vector<float> base = layer.base->toFloats();
    if (base.size() != rest.size())
        return fail(
            ErrorCode::InvalidInput, "the base has {} weights here, the layer {}", base.size(), rest.size());
    if (!std::ranges::all_of(base, [](float weight) { return std::isfinite(weight); }))
        return fail(ErrorCode::InvalidInput, "the base has NaN or infinite weights here");
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
        rest[i] = std::isfinite(rest[i]) ? rest[i] - base[i] : 0.0f;
        difference += double(rest[i]) * double(rest[i]);
        norm += double(base[i]) * double(base[i]);
    }
    if (difference > furthestDelta * furthestDelta * norm && norm > 0)
        return fail(
            ErrorCode::InvalidInput,
            "the base differs from this layer by {:.0f} % of its own norm: it is not what the model was "
            "tuned from",
            100 * std::sqrt(difference / norm));

    std::vector<SignPlane> planes;
    for (std::size_t m = 0; m < masks; ++m) {
        std::vector<float> scales(byRow ? outputs : 1);
        for (std::size_t r = 0; r < outputs; ++r) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at row {} of {}", r, outputs);
            double magnitude = 0;
            for (std::size_t c = 0; c < inputs; ++c)
                magnitude += std::fabs(double(rest[r * inputs + c]));
            if (byRow)
                scales[r] = float(magnitude / double(std::max<std::size_t>(inputs, 1)));
            else
                scales[0] += float(magnitude / double(std::max<std::size_t>(rest.size(), 1)));
        }
        const Tensor scaleTensor = encodedAs(byRow ? "f16" : "f32", {scales.size()}, scales);
        scales = scaleTensor.toFloats(); // what is stored is what the next plane makes up for
        const Tensor signs = encodedAs("sign", {outputs, inputs}, rest);
        context.progress(double(m + 1) / double(masks));
        for (std::size_t i = 0; i < rest.size(); ++i)
            rest[i] -= (rest[i] >= 0 ? 1.0f : -1.0f) * scales[byRow ? i / inputs : 0];
        planes.push_back({signs, scaleTensor});
    }
    return CompressedLayer(signedDifference(*layer.base, planes));
}

} // namespace tritloom
