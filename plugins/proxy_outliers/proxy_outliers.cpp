#include "plugins/proxy_outliers/proxy_outliers.h"

#include "core/method/row_packer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// How many of the columns the share is.
std::size_t keptColumns(std::size_t inputs, double share)
{
    return std::min(inputs, std::size_t(std::llround(double(inputs) * share)));
}

const char* indexFormat(std::size_t inputs)
{
    return inputs <= 32768 ? "i16" : "i32";
}

/// Of each column, whether a unit makes it that is kept: those of the largest deviation, as many as fit.
/// Equal ones: the earlier.
std::vector<bool> keptOf(const InputUnits& units, std::size_t inputs, double share)
{
    std::vector<std::size_t> order(units.deviations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto sizeOf = [&units](std::size_t u) {
        return std::isfinite(units.deviations[u]) ? units.deviations[u] : 0.0f;
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return sizeOf(a) > sizeOf(b); });
    std::vector<bool> kept(inputs);
    const std::size_t count = std::min(order.size(), keptColumns(inputs, share) / units.columns);
    for (std::size_t i = 0; i < count; ++i)
        for (std::size_t c = 0; c < units.columns; ++c)
            kept[order[i] * units.columns + c] = true;
    return kept;
}

Tensor columnsOf(
    const std::vector<float>& weights, std::size_t outputs, std::size_t inputs,
    const std::vector<float>& columns)
{
    std::vector<float> some;
    some.reserve(outputs * columns.size());
    for (std::size_t r = 0; r < outputs; ++r)
        for (const float c : columns)
            some.push_back(weights[r * inputs + std::size_t(c)]);
    return Tensor::adoptFloats({outputs, columns.size()}, std::move(some));
}

} // namespace

std::vector<ParameterSpec> ProxyOutliers::parameters() const
{
    return {
        {.key = "share",
         .title = "Columns kept in 16 bits",
         .unit = "%",
         .standard = 2,
         .lowest = 0,
         .highest = 50},
        {.key = "search",
         .title = "Search for the best scales",
         .unit = "",
         .standard = 1,
         .lowest = 0,
         .highest = 1,
         .whole = true}};
}

std::size_t ProxyOutliers::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const std::size_t kept =
        keptColumns(inputs, parameterValue(parameters(), given, "share").value_or(2) / 100);
    const std::size_t whole = TensorType{format, {outputs, inputs}}.bytes();
    if (kept == 0)
        return whole;
    const std::size_t split = TensorType{format, {outputs, inputs - kept}}.bytes() + 2 * outputs * kept
        + inputs * (inputs <= 32768 ? 2 : 4);
    return std::max(whole, split); // nothing may be kept after all
}

Result<CompressedLayer> ProxyOutliers::quantizeBehind(
    const LayerProblem& layer, const InputUnits& units, const NumberFormatPtr& format,
    const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double share = TRY(parameterValue(specs, given, "share")) / 100;
    const bool search = TRY(parameterValue(specs, given, "search")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to round to", format->id());
    const std::size_t outputs = layer.weights.type().rows(), inputs = layer.weights.type().columns();
    if (!units.deviations.empty() && units.deviations.size() * units.columns != inputs)
        return fail(
            ErrorCode::InvalidInput, "the layer before has {} units for {} inputs", units.deviations.size(),
            inputs);
    const std::vector<bool> isKept = keptOf(units, inputs, share);
    std::vector<float> kept, rest;
    for (std::size_t c = 0; c < inputs; ++c)
        (isKept[c] ? kept : rest).push_back(float(c));
    if (kept.empty())
        return CompressedLayer(TRY(packByFormat(layer.weights, format, {}, search, context)));
    std::vector<float> weights = layer.weights.toFloats();
    for (float& weight : weights)
        weight = std::isfinite(weight) ? weight : 0.0f;
    const Tensor outliers = columnsOf(weights, outputs, inputs, kept);
    const Tensor others = columnsOf(weights, outputs, inputs, rest);
    weights = {};
    LayerReplacement replacement{
        .graph = {},
        .parts =
            {{"others", encodedAs(indexFormat(inputs), {rest.size()}, rest), false},
             {"matrix", TRY(packByFormat(others, format, {}, search, context)), false},
             {"kept", encodedAs(indexFormat(inputs), {kept.size()}, kept), false},
             {"kept.matrix", encodedAs("f16", {outputs, kept.size()}, outliers.floats()), false}},
        .outputs = outputs,
        .inputs = inputs};
    GraphBuilder graph;
    const auto product = [&graph](TensorId columns, TensorId matrix) {
        const ValueId some = graph.add({OpKind::Gather, {{"axis", 1}}}, {graph.input()}, {columns});
        return graph.add({OpKind::Linear, {}}, {some}, {matrix});
    };
    const ValueId rounded = product(TensorId{0}, TensorId{1}), exact = product(TensorId{2}, TensorId{3});
    replacement.graph = std::move(graph).finish(graph.add({OpKind::Add, {}}, {rounded, exact}));
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
