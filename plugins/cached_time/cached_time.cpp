#include "plugins/cached_time/cached_time.h"

#include "core/graph/cached_layer.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> CachedTime::parameters() const
{
    return {
        {.key = "steps",
         .title = "Steps of the sampler, each with a row",
         .unit = "",
         .standard = 10,
         .lowest = 1,
         .highest = 1000,
         .whole = true},
        switchParameter("keep", "Keep the layer too, for other steps", false)};
}

std::size_t CachedTime::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const auto specs = parameters();
    const auto steps = std::size_t(parameterValue(specs, given, "steps").value_or(1));
    const bool isKept = parameterValue(specs, given, "keep").value_or(0) != 0;
    // A row a step, and the steps themselves as f32.
    return TensorType{format, {steps, outputs}}.bytes() + steps * sizeof(float)
        + (isKept ? LayerMethod::storedBytes(outputs, inputs, format, given) : 0);
}

Result<CompressedLayer> CachedTime::quantizeWithTimes(
    const LayerProblem& layer, const TimeTable& table, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto specs = parameters();
    const auto steps = std::size_t(TRY(parameterValue(specs, given, "steps")));
    const bool isKept = TRY(parameterValue(specs, given, "keep")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} holds no rows of outputs", format->id());
    // Sizes are shown before anything is made, so the steps are not just taken as they come.
    if (steps != table.times.size())
        return fail(
            ErrorCode::InvalidInput,
            "calibration saw {} steps of the sampler, but '{}' was asked to store {}: choose {}:steps={}, or "
            "as "
            "many steps of the sampler, evenly calibrated",
            table.times.size(), id(), steps, id(), table.times.size());
    const Tensor rows = TRY(packByFormat(table.outputs, format, {}, !format->isFloat(), context));
    std::optional<Tensor> kept;
    if (isKept)
        kept = TRY(packByFormat(layer.weights, format, {}, !format->isFloat(), context));
    return CompressedLayer(
        timeTableLayer(rows, table.times, std::move(kept), layer.weights.type().columns()));
}

} // namespace tritloom
