#include "plugins/shiftquant/shiftquant.h"

#include "core/method/row_packer.h"
#include "core/method/shift_groups.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// The range that this share of the channels stays within.
float percentileOf(std::vector<float> ranges, double share)
{
    if (ranges.empty())
        return 0;
    const auto last = double(ranges.size() - 1);
    const auto place = ranges.begin() + std::ptrdiff_t(std::llround(share * last));
    std::nth_element(ranges.begin(), place, ranges.end());
    return *place;
}

} // namespace

std::vector<ParameterSpec> ShiftQuant::parameters() const
{
    return {
        inputBitsParameter(4, 16),
        {.key = "groups",
         .title = "Groups of channels",
         .unit = "",
         .standard = 4,
         .lowest = 1,
         .highest = 7, // the largest shift, 2^6, is stored in 8 bits
         .whole = true},
        {.key = "percentile",
         .title = "Share of channels that the first scale is made for",
         .unit = "%",
         .standard = 100,
         .lowest = 50,
         .highest = 100},
        switchParameter("fixed", "One scale from calibration instead of one for each token", false)};
}

std::size_t ShiftQuant::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const bool fixed = parameterValue(parameters(), given, "fixed").value_or(0) != 0;
    return LayerMethod::storedBytes(outputs, inputs, format, given) + 2 * inputs + 2
        + (fixed ? 3 * sizeof(float) : 0);
}

Result<CompressedLayer> ShiftQuant::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const auto specs = parameters();
    const double bits = TRY(parameterValue(specs, given, "bits"));
    const auto count = std::size_t(TRY(parameterValue(specs, given, "groups")));
    const double share = TRY(parameterValue(specs, given, "percentile")) / 100;
    const bool fixed = TRY(parameterValue(specs, given, "fixed")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to round to", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    std::vector<float> ranges;
    if (layer.maxAbsolute || fixed) {
        ranges = TRY(requiredStatistic(layer.maxAbsolute, inputs, "largest inputs"));
    } else {
        ranges = TRY(requiredStatistic(layer.meanSquare, inputs, "mean square of the inputs"));
        for (float& range : ranges)
            range = std::sqrt(std::max(range, 0.0f));
    }
    const float largest = percentileOf(ranges, share);
    std::vector<float> up(inputs), down(inputs);
    const std::vector<std::uint8_t> groups = shiftGroups(ranges, largest, count);
    for (std::size_t c = 0; c < inputs; ++c) {
        up[c] = float(1u << groups[c]);
        down[c] = float(1u << (count - 1 - groups[c]));
    }
    const Tensor weights = TRY(packByFormat(layer.weights, format, {}, true, context));

    LayerReplacement replacement{
        .graph = {},
        .parts =
            {{"weights", weights, false},
             {"input.up", encodedAs("i8", {inputs}, up), false},
             {"input.shift", encodedAs("i8", {inputs}, down), false},
             {"output.down", encodedAs("f16", {1}, std::vector{std::ldexp(1.0f, 1 - int(count))}), false}},
        .outputs = outputs,
        .inputs = inputs};
    std::vector<TensorId> ranged;
    if (fixed) {
        const float scale = largest / float(std::exp2(bits - 1) - 1);
        const float zero = float(std::exp2(bits - 1)); // of codes that count from 0
        replacement.parts.push_back(
            {"input.scale", Tensor::adoptFloats({1, 1}, {scale > 0 ? scale : 1.0f}), false});
        replacement.parts.push_back({"input.zero", Tensor::adoptFloats({1, 1}, {zero}), false});
        replacement.parts.push_back({"input.time", Tensor::adoptFloats({1}, {0.0f}), false});
        ranged = {TensorId{4}, TensorId{5}, TensorId{6}};
    }
    GraphBuilder graph;
    const ValueId raised = graph.add({OpKind::Multiply, {}}, {graph.input()}, {TensorId{1}});
    const ValueId rounded = graph.add({OpKind::QuantizeRows, {{"bits", bits}}}, {raised}, ranged);
    const ValueId shifted = graph.add({OpKind::Multiply, {}}, {rounded}, {TensorId{2}});
    const ValueId product = graph.add({OpKind::Linear, {}}, {shifted}, {TensorId{0}});
    const ValueId output = graph.add({OpKind::Multiply, {}}, {product}, {TensorId{3}});
    replacement.graph = std::move(graph).finish(output);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
