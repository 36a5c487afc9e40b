#include "plugins/baq_columns/baq_columns.h"

#include "core/base/half.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"
#include "plugins/baq_columns/column_bits.h"
#include "plugins/baq_columns/column_store.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

constexpr double ruleExponent = 1.95; ///< of the released code; 2 in theory
constexpr std::uint8_t widths[] = {0, 2, 3, 4, 5, 6, 7, 8};

struct Settings {
    double bits = 0, damping = 0;
    std::size_t run = 0;
    bool byLevels = false, loudestFirst = true, shrink = true;
};

Result<Settings> settingsOf(const BaqColumns& method, const NumberFormat& format, const Parameters& given)
{
    const auto specs = method.parameters();
    const double bits = TRY(parameterValue(specs, given, "bits"));
    return Settings{
        .bits = bits > 0 ? bits : std::log2(std::max(2.0, double(format.levelCount()))),
        .damping = TRY(parameterValue(specs, given, "dampening")) / 100,
        .run = std::size_t(TRY(parameterValue(specs, given, "run"))) * 8,
        .byLevels = TRY(parameterValue(specs, given, "levels")) != 0,
        .loudestFirst = TRY(parameterValue(specs, given, "act_order")) != 0,
        .shrink = TRY(parameterValue(specs, given, "shrink")) != 0};
}

const char* indexFormat(std::size_t inputs)
{
    return inputs <= 32768 ? "i16" : "i32";
}

/// 1 / (levels - 1) of each column as stored, 0 for those that are stored as 0.
std::vector<float> stepsOf(const std::vector<std::uint16_t>& levels, bool asHalves)
{
    std::vector<float> steps;
    for (const std::uint16_t count : levels) {
        const float step = count > 1 ? 1 / float(count - 1) : 0.0f;
        steps.push_back(asHalves ? halfToFloat(floatToHalf(step)) : step);
    }
    return steps;
}

/// Levels of each column by whole bits of runs of columns in the order of their loss.
std::vector<std::uint16_t> levelsByRuns(
    const std::vector<double>& losses, const std::vector<double>& pruned, double reference,
    const Settings& settings)
{
    const std::size_t columns = losses.size();
    std::vector<std::size_t> order(columns);
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(
        order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return losses[a] > losses[b]; });
    std::vector<RunLoss> runs;
    for (std::size_t begin = 0; begin < columns; begin += settings.run) {
        RunLoss run;
        for (std::size_t i = begin; i < std::min(begin + settings.run, columns); ++i) {
            ++run.columns;
            run.pruned += pruned[order[i]];
            run.c += losses[order[i]] * std::exp2(2 * reference);
        }
        runs.push_back(run);
    }
    std::vector<std::uint8_t> bits = bitsOfRuns(runs, widths, settings.bits * double(columns));
    if (std::ranges::count(bits, 0) == std::ssize(bits))
        bits[0] = widths[1]; // something must be stored
    std::vector<std::uint16_t> levels(columns);
    for (std::size_t i = 0; i < columns; ++i) {
        const std::uint8_t width = bits[i / settings.run];
        levels[order[i]] = std::uint16_t(width == 0 ? 1 : 1u << width);
    }
    return levels;
}

/// The columns, their codes and steps as parts and nodes.
CompressedLayer assembled(
    const StoredColumns& stored, const RowRanges& ranges, const std::vector<std::uint16_t>& levels,
    const std::vector<float>& steps, bool byLevels)
{
    const std::size_t inputs = levels.size(), outputs = ranges.low.size();
    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = outputs, .inputs = inputs};
    const auto part = [&](std::string name, Tensor tensor) {
        replacement.parts.push_back({std::move(name), std::move(tensor), false});
        return TensorId(replacement.parts.size() - 1);
    };
    GraphBuilder graph;
    std::optional<ValueId> product, total;
    for (unsigned width = 1; width <= 8; ++width) {
        std::vector<float> columns, codes, scales;
        for (std::size_t c = 0; c < inputs; ++c)
            if (levels[c] > 1 && unsigned(std::bit_width(unsigned(levels[c] - 1))) == width) {
                columns.push_back(float(c));
                scales.push_back(steps[c]);
            }
        if (columns.empty())
            continue;
        for (std::size_t r = 0; r < outputs; ++r)
            for (const float c : columns)
                codes.push_back(float(stored.codes[r * inputs + std::size_t(c)]));
        const std::size_t count = columns.size();
        const std::vector<float> ones(count, 1.0f);
        const ValueId some = graph.add(
            {OpKind::Gather, {{"axis", 1}}}, {graph.input()},
            {part(fmt::format("columns.{}", width), encodedAs(indexFormat(inputs), {count}, columns))});
        const ValueId scaled = graph.add(
            {OpKind::Multiply, {}}, {some},
            {part(
                fmt::format("steps.{}", width),
                byLevels ? encodedAs("f16", {count}, scales) : Tensor::adoptFloats({1}, {scales[0]}))});
        const ValueId y = graph.add(
            {OpKind::Linear, {}}, {scaled},
            {part(
                fmt::format("codes.{}", width),
                encodedAs(fmt::format("code{}", width), {outputs, count}, codes))});
        const ValueId x = graph.add(
            {OpKind::Linear, {}}, {some},
            {part(fmt::format("ones.{}", width), encodedAs("sign", {1, count}, ones))});
        product = product ? graph.add({OpKind::Add, {}}, {*product, y}) : y;
        total = total ? graph.add({OpKind::Add, {}}, {*total, x}) : x;
    }
    const ValueId ranged = graph.add(
        {OpKind::Multiply, {}}, {*product}, {part("range", encodedAs("f16", {outputs}, ranges.range))});
    const ValueId low =
        graph.add({OpKind::Linear, {}}, {*total}, {part("low", encodedAs("f16", {outputs, 1}, ranges.low))});
    replacement.graph = std::move(graph).finish(graph.add({OpKind::Add, {}}, {ranged, low}));
    return CompressedLayer(std::move(replacement));
}

} // namespace

std::vector<ParameterSpec> BaqColumns::parameters() const
{
    return {
        {.key = "bits",
         .title = "Mean bits of a code, 0 as the format has it",
         .unit = "",
         .standard = 0,
         .lowest = 0,
         .highest = 8},
        switchParameter(
            "levels", "A whole number of levels for each column instead of whole bits for runs", false),
        {.key = "run",
         .title = "Columns of one width together",
         .unit = "x 8",
         .standard = 1,
         .lowest = 1,
         .highest = 1024,
         .whole = true},
        dampeningParameter(),
        switchParameter("act_order", "Loudest inputs first", true),
        switchParameter("shrink", "Search how far to clip each row", true)};
}

std::size_t BaqColumns::storedBytes(
    std::size_t outputs, std::size_t inputs, const NumberFormatPtr& format, const Parameters& given) const
{
    const Settings settings = settingsOf(*this, *format, given).value_or(Settings{.bits = 8, .run = 8});
    const std::size_t indexBytes = inputs <= 32768 ? 2 : 4;
    // Codes of a width fill whole bytes in each row: eight columns more of every width at most.
    const double codes = settings.byLevels
        ? (settings.bits + 1) * double(inputs) / 8 + 36
        : std::max(settings.bits * double(inputs), 2.0 * double(settings.run)) / 8 + 8;
    return outputs * std::size_t(codes) + 4 * outputs + indexBytes * inputs + (inputs + 7) / 8 + 8
        + (settings.byLevels ? 2 * inputs : 7 * sizeof(float));
}

Result<CompressedLayer> BaqColumns::quantize(
    const LayerProblem& layer, const NumberFormatPtr& format, const Parameters& given,
    const MethodContext& context) const
{
    const Settings settings = TRY(settingsOf(*this, *format, given));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "columns are stored as integers, not as {}", format->id());
    const std::size_t columns = layer.weights.type().columns();
    const std::vector<float> gram =
        TRY(requiredStatistic(layer.gram, columns * columns, "Gram matrix of the inputs"));
    const ColumnOrder order = TRY(orderColumns(
        gram, columns, settings.loudestFirst ? VisitOrder::LoudestFirst : VisitOrder::Natural,
        settings.damping, context.stop));
    std::vector<float> weights = layer.weights.toFloats();
    for (float& weight : weights)
        weight = std::isfinite(weight) ? weight : 0.0f;
    // Below 3 bits losses are those of overload, not of rounding.
    const double reference = std::max(3.0, settings.bits);
    const auto referenceLevels = std::uint16_t(std::lround(std::exp2(reference)));
    const std::vector<float> even = stepsOf(std::vector(columns, referenceLevels), false);
    // Those of the reference width for both passes: fitted to the widths chosen they clip more, which the
    // model stands less well (2 bits, books6m: KL .144 against .107).
    const RowRanges ranges = rangesOfRows(
        weights, order.importance, settings.shrink ? std::span(even) : std::span<const float>{},
        context.stop);

    MethodContext part{.stop = context.stop};
    part.progress = [&](double fraction) { context.progress(0.5 * fraction); };
    const StoredColumns first = TRY(storeColumns(weights, order, ranges, even, part));
    std::vector<double> pruned(columns);
    for (std::size_t v = 0; v < columns; ++v) {
        const std::size_t c = order.columns[v];
        for (std::size_t w = c; w < weights.size(); w += columns)
            pruned[c] += double(weights[w]) * double(weights[w]);
        pruned[c] /= double(order.row(v)[v]) * double(order.row(v)[v]);
    }
    std::vector<std::uint16_t> levels = settings.byLevels
        ? levelsWithin(first.losses, settings.bits, ruleExponent)
        : levelsByRuns(first.losses, pruned, reference, settings);
    if (std::ranges::count(levels, 1) == std::ssize(levels))
        levels[0] = 2;
    const std::vector<float> steps = stepsOf(levels, settings.byLevels);
    part.progress = [&](double fraction) { context.progress(0.5 + 0.5 * fraction); };
    const StoredColumns stored = TRY(storeColumns(weights, order, ranges, steps, part));
    return assembled(stored, ranges, levels, steps, settings.byLevels);
}

} // namespace tritloom
