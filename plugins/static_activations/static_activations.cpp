#include "plugins/static_activations/static_activations.h"

#include "core/graph/cached_layer.h"
#include "core/method/activation_range.h"
#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"
#include "plugins/static_activations/channel_runs.h"

#include <algorithm>
#include <numeric>

namespace tritloom {
namespace {

constexpr std::size_t mostTokens = 77; ///< of CLIP's text encoders

/// Buckets of time steps made into `groups`, as evenly as they go.
std::vector<InputHistograms::Bucket>
grouped(const std::vector<InputHistograms::Bucket>& buckets, std::size_t groups)
{
    const std::size_t count = std::min(groups, buckets.size());
    std::vector<InputHistograms::Bucket> result;
    for (std::size_t g = 0; g < count; ++g) {
        const std::size_t begin = g * buckets.size() / count, end = (g + 1) * buckets.size() / count;
        InputHistograms::Bucket& bucket = result.emplace_back(buckets[begin]);
        for (std::size_t i = begin + 1; i < end; ++i) {
            bucket.lastTime = buckets[i].lastTime;
            bucket.whole.add(buckets[i].whole);
            for (std::size_t c = 0; c < bucket.channels.size(); ++c)
                bucket.channels[c].add(buckets[i].channels[c]);
        }
    }
    return result;
}

/// The first channels of what shares a range: one run of all, runs that are told by their ranges in all
/// buckets together, or a run a channel.
std::vector<std::size_t> runsOf(
    const std::vector<InputHistograms::Bucket>& buckets, std::size_t runs, bool perChannel, bool isSymmetric,
    std::stop_token stop)
{
    std::vector<ChannelSpan> spans(buckets.front().channels.size());
    for (std::size_t c = 0; c < spans.size(); ++c)
        for (const InputHistograms::Bucket& bucket : buckets) {
            spans[c].low = std::min(spans[c].low, bucket.channels[c].least());
            spans[c].high = std::max(spans[c].high, bucket.channels[c].most());
        }
    if (isSymmetric) // the grid reaches as far on both sides
        for (ChannelSpan& span : spans) {
            span.high = std::max(-span.low, span.high);
            span.low = -span.high;
        }
    if (!perChannel)
        return channelRuns(spans, runs, stop);
    std::vector<std::size_t> firsts(spans.size());
    std::iota(firsts.begin(), firsts.end(), std::size_t{0});
    return firsts;
}

/// What flowed through a run of channels.
Histogram valuesOf(const InputHistograms::Bucket& bucket, std::size_t begin, std::size_t end)
{
    Histogram sum = bucket.channels[begin];
    for (std::size_t c = begin + 1; c < end; ++c)
        sum.add(bucket.channels[c]);
    return sum;
}

/// AQT's grid: multipliers of 2^bits / bound where no input is negative, of (2^(bits-1) - 1) / bound around
/// zero.
ActivationGrid aqtGrid(const ActivationRange& range, bool isUnsigned, int bits)
{
    const double half = std::exp2(bits - 1);
    const double scale = isUnsigned ? range.high / (2 * half) : std::max(-range.low, range.high) / (half - 1);
    return {scale > 0 ? float(scale) : 1.0f, isUnsigned ? 0.0f : float(half)};
}

} // namespace

std::vector<ParameterSpec> StaticActivations::parameters() const
{
    return {
        inputBitsParameter(8, 8),
        rangeParameter(RangeEstimate::SquaredError),
        {.key = "percentile",
         .title = "Share of values inside a percentile range",
         .unit = "%",
         .standard = 99.99,
         .lowest = 50,
         .highest = 100},
        switchParameter("channels", "A range for each channel", false),
        {.key = "runs",
         .title = "Runs of neighbouring channels with a range each, where inputs were joined",
         .unit = "",
         .standard = 1,
         .lowest = 1,
         .highest = 4,
         .whole = true},
        switchParameter("symmetric", "Around zero instead of from least to most", false),
        {.key = "groups",
         .title = "Groups of time steps with ranges of their own (diffusion)",
         .unit = "",
         .standard = 1,
         .lowest = 1,
         .highest = 8,
         .whole = true},
        switchParameter(
            "start", "Keep what the first token of a text gives, and leave it out of the range", false),
        {.key = "bound",
         .title = "Largest magnitude that is kept, whatever was seen",
         .unit = "0: by the range",
         .standard = 0,
         .lowest = 0,
         .highest = 65504},
        switchParameter(
            "aqt", "Round as AQT does: down where no input is negative, halves up elsewhere", false)};
}

std::size_t StaticActivations::storedBytesByChannels(
    std::size_t outputs, std::size_t inputs, std::size_t channels, const NumberFormatPtr& format,
    const Parameters& given) const
{
    if (channels == 0)
        return LayerMethod::storedBytes(outputs, inputs, format, given);
    const auto specs = parameters();
    const bool isSplit = parameterValue(specs, given, "channels").value_or(0) != 0
        || parameterValue(specs, given, "runs").value_or(1) > 1;
    const std::size_t width = isSplit ? channels : 1;
    const auto groups = std::size_t(parameterValue(specs, given, "groups").value_or(1));
    const bool isStartKept = parameterValue(specs, given, "start").value_or(0) != 0;
    // A scale and a zero each, and the last time step of a group, as f32; the outputs of the first token, and
    // where each row of a text of at most so many comes from.
    return LayerMethod::storedBytes(outputs, inputs, format, given) + groups * (2 * width + 1) * sizeof(float)
        + (isStartKept ? (outputs + mostTokens) * sizeof(float) : 0);
}

Result<CompressedLayer> StaticActivations::quantizeWithRanges(
    const LayerProblem& layer, const InputHistograms& inputs, const NumberFormatPtr& format,
    const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    RangeOptions options;
    options.bits = int(TRY(parameterValue(specs, given, "bits")));
    options.estimate = RangeEstimate(int(TRY(parameterValue(specs, given, "range"))));
    options.percentile = TRY(parameterValue(specs, given, "percentile"));
    options.isSymmetric = TRY(parameterValue(specs, given, "symmetric")) != 0;
    const bool perChannel = TRY(parameterValue(specs, given, "channels")) != 0;
    const auto runs = std::size_t(TRY(parameterValue(specs, given, "runs")));
    const auto groups = std::size_t(TRY(parameterValue(specs, given, "groups")));
    const double bound = TRY(parameterValue(specs, given, "bound"));
    const bool isAqt = TRY(parameterValue(specs, given, "aqt")) != 0;
    const bool isStartKept = TRY(parameterValue(specs, given, "start")) != 0;
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to round to", format->id());
    if (isStartKept && !inputs.startToken)
        return fail(
            ErrorCode::Unsupported, "the first token of a text cannot be kept apart here: {}",
            inputs.whyNoStartToken.empty() ? "no product reads the layer" : inputs.whyNoStartToken);
    const Tensor weights = TRY(packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            fitRow(*format, values, {}, packed, context.stop);
        }));
    if (inputs.buckets.empty())
        return CompressedLayer(weights); // a table: nothing is multiplied
    const std::vector<InputHistograms::Bucket> buckets =
        grouped(isStartKept ? inputs.startToken->others : inputs.buckets, groups);
    std::vector<float> scales, zeros, borders;
    const std::size_t channels = buckets.front().channels.size();
    const bool isSplit = perChannel || runs > 1;
    const std::vector<std::size_t> firsts = isSplit
        ? runsOf(buckets, runs, perChannel, options.isSymmetric, context.stop)
        : std::vector<std::size_t>{0};
    const std::size_t width = isSplit ? channels : 1;
    const bool isUnsigned = std::ranges::all_of(buckets, [](const auto& b) { return b.whole.least() >= 0; });
    const auto rangeOf = [&](const Histogram& values) {
        if (bound > 0)
            return ActivationRange{values.least() < 0 ? -bound : 0, bound};
        return estimateRange(values, options);
    };
    for (const InputHistograms::Bucket& bucket : buckets) {
        for (std::size_t r = 0; r < firsts.size(); ++r) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at channel {} of {}", firsts[r], channels);
            const std::size_t end = r + 1 < firsts.size() ? firsts[r + 1] : width;
            const ActivationRange range = rangeOf(isSplit ? valuesOf(bucket, firsts[r], end) : bucket.whole);
            const ActivationGrid grid =
                isAqt ? aqtGrid(range, isUnsigned, options.bits) : gridOf(range, options);
            scales.insert(scales.end(), end - firsts[r], grid.scale);
            zeros.insert(zeros.end(), end - firsts[r], grid.zero);
        }
        borders.push_back(float(bucket.lastTime));
    }
    LayerReplacement replacement{
        .graph = {},
        .parts =
            {{"weights", weights, false},
             {"input.scales", Tensor::adoptFloats({buckets.size(), width}, std::move(scales)), false},
             {"input.zeros", Tensor::adoptFloats({buckets.size(), width}, std::move(zeros)), false},
             {"input.times", Tensor::adoptFloats({buckets.size()}, std::move(borders)), false}},
        .outputs = layer.weights.type().rows(),
        .inputs = layer.weights.type().columns()};
    Op rounding{OpKind::QuantizeRows, {{"bits", double(options.bits)}}};
    if (isAqt) {
        rounding.attributes["offset"] = isUnsigned ? 0 : .5;
        rounding.attributes["lowest"] = isUnsigned ? 0 : 1; // -2^(bits-1) is not used
    }
    GraphBuilder graph;
    const ValueId rounded =
        graph.add(std::move(rounding), {graph.input()}, {TensorId{1}, TensorId{2}, TensorId{3}});
    const ValueId product = graph.add({OpKind::Linear, {}}, {rounded}, {TensorId{0}});
    replacement.graph = std::move(graph).finish(product);
    if (isStartKept)
        replacement =
            withStoredFirstRow(std::move(replacement), inputs.startToken->output, inputs.startToken->tokens);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
