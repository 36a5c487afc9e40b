#include "plugins/int_activations/int_activations.h"

#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> IntActivations::parameters() const
{
    return {
        {.key = "bits",
         .title = "Bits of the activations",
         .unit = "",
         .standard = 8,
         .lowest = 2,
         .highest = 16,
         .whole = true},
        {.key = "group",
         .title = "Inputs under one scale, 0 for a whole token",
         .unit = "",
         .standard = 0,
         .lowest = 0,
         .highest = 65536,
         .whole = true},
        switchParameter("asymmetric", "From least to most instead of around zero", false)};
}

Result<CompressedLayer> IntActivations::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto specs = parameters();
    const double bits = TRY(parameterValue(specs, given, "bits"));
    const auto group = std::size_t(TRY(parameterValue(specs, given, "group")));
    const double asymmetric = TRY(parameterValue(specs, given, "asymmetric"));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to round to", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    const Tensor weights = TRY(packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            fitRow(*format, values, {}, packed, context.stop);
        }));
    // Groups that do not divide the inputs become the largest part of them that does.
    std::size_t run = group == 0 || group > inputs ? inputs : group;
    while (inputs % run != 0)
        --run;
    GraphBuilder graph;
    const ValueId rounded = graph.add(
        {OpKind::QuantizeRows, {{"bits", bits}, {"group", double(run)}, {"asymmetric", asymmetric}}},
        {graph.input()});
    const ValueId product = graph.add({OpKind::Linear, {}}, {rounded}, {TensorId{0}});
    LayerReplacement replacement{
        .graph = {}, .parts = {{"weights", weights, false}}, .outputs = outputs, .inputs = inputs};
    replacement.graph = std::move(graph).finish(product);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
