#include "plugins/proxy_outliers/proxy_outliers.h"

#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// How many of the columns the share is.
std::size_t keptColumns(std::size_t inputs, double share)
{
    return std::min(inputs - 1, std::size_t(std::llround(double(inputs) * share)));
}

const char* indexFormat(std::size_t inputs)
{
    return inputs <= 32768 ? "i16" : "i32";
}

/// How the columns that are rounded lie: side by side, or among zeros where the others would be.
struct Layout {
    bool isGathered = false;
    std::size_t bytes = 0;
};

/// Whether a zero beside other numbers stays one: signs and powers of two have none.
bool holdsZero(const NumberFormat& format)
{
    std::vector<float> block(format.blockElements());
    block[0] = 1;
    std::vector<std::byte> packed(format.blockBytes());
    format.encode(block, packed);
    format.decode(packed, block);
    return std::all_of(block.begin() + 1, block.end(), [](float value) { return value == 0; });
}

/// The smaller one that the format allows. Lists of columns cost little where there are many outputs, zeros
/// where there are few.
Layout layoutOf(std::size_t outputs, std::size_t inputs, std::size_t kept, const NumberFormatPtr& format)
{
    const std::size_t index = inputs <= 32768 ? 2 : 4, halves = (2 * outputs + index) * kept,
                      whole = TensorType{format, {outputs, inputs}}.bytes();
    if (kept == 0)
        return {false, whole};
    const std::size_t gathered =
        TensorType{format, {outputs, inputs - kept}}.bytes() + index * (inputs - kept) + halves;
    if (gathered < whole + halves || !holdsZero(*format))
        return {true, gathered};
    return {false, whole + halves};
}

/// Of each column, whether it is kept: those that the units of the largest deviation make, until there are
/// `count`. Equal ones: the earlier.
std::vector<bool> keptOf(const InputUnits& units, std::size_t inputs, std::size_t count)
{
    std::vector<std::size_t> order(units.deviations.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    const auto sizeOf = [&units](std::size_t u) {
        return std::isfinite(units.deviations[u]) ? units.deviations[u] : 0.0f;
    };
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return sizeOf(a) > sizeOf(b); });
    std::vector<bool> kept(inputs);
    for (std::size_t i = 0; i < std::min(count, order.size() * units.columns); ++i)
        kept[order[i / units.columns] * units.columns + i % units.columns] = true;
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
        switchParameter("search", "Search for the best scales", true)};
}

std::size_t ProxyOutliers::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const std::size_t kept =
        keptColumns(inputs, parameterValue(parameters(), given, "share").value_or(2) / 100);
    // Nothing is kept where no layer comes before.
    return std::max(
        layoutOf(outputs, inputs, 0, format).bytes, layoutOf(outputs, inputs, kept, format).bytes);
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
    const std::vector<bool> isKept = keptOf(units, inputs, keptColumns(inputs, share));
    std::vector<float> kept, rest;
    for (std::size_t c = 0; c < inputs; ++c)
        (isKept[c] ? kept : rest).push_back(float(c));
    if (kept.empty())
        return CompressedLayer(TRY(packByFormat(layer.weights, format, {}, search, context)));
    std::vector<float> weights = layer.weights.toFloats();
    for (float& weight : weights)
        weight = std::isfinite(weight) ? weight : 0.0f;
    const Tensor outliers = columnsOf(weights, outputs, inputs, kept);
    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    const auto part = [&replacement](std::string name, Tensor tensor) {
        replacement.parts.push_back({std::move(name), std::move(tensor), false});
        return TensorId(replacement.parts.size() - 1);
    };
    GraphBuilder graph;
    ValueId x = graph.input();
    Tensor others;
    if (layoutOf(outputs, inputs, kept.size(), format).isGathered) {
        others = columnsOf(weights, outputs, inputs, rest);
        weights = {};
        x = graph.add(
            {OpKind::Gather, {{"axis", 1}}}, {x},
            {part("others", encodedAs(indexFormat(inputs), {rest.size()}, rest))});
    } else {
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = isKept[i % inputs] ? 0.0f : weights[i];
        others = Tensor::adoptFloats({outputs, inputs}, std::move(weights));
    }
    const ValueId rounded = graph.add(
        {OpKind::Linear, {}}, {x}, {part("matrix", TRY(packByFormat(others, format, {}, search, context)))});
    const ValueId some = graph.add(
        {OpKind::Gather, {{"axis", 1}}}, {graph.input()},
        {part("kept", encodedAs(indexFormat(inputs), {kept.size()}, kept))});
    const ValueId exact = graph.add(
        {OpKind::Linear, {}}, {some},
        {part("kept.matrix", encodedAs("f16", {outputs, kept.size()}, outliers.floats()))});
    replacement.graph = std::move(graph).finish(graph.add({OpKind::Add, {}}, {rounded, exact}));
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
