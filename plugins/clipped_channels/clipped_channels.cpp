#include "plugins/clipped_channels/clipped_channels.h"

#include "core/method/row_packer.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

double medianOf(std::vector<double> values)
{
    std::ranges::sort(values);
    const std::size_t n = values.size();
    return n == 0 ? 0 : (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/// Where an extreme must lie.
std::pair<double, double> usualRange(const std::vector<double>& extremes, double deviations)
{
    constexpr double normal = 1.4826; // the deviation of normal numbers over their median absolute deviation
    const double median = medianOf(extremes);
    std::vector<double> off;
    for (const double extreme : extremes)
        off.push_back(std::abs(extreme - median));
    const double reach = deviations * normal * medianOf(off);
    return {median - reach, median + reach};
}

/// Of all time steps together: values of a channel.
std::vector<ChannelRange> rangesOf(const InputHistograms& inputs)
{
    std::vector<ChannelRange> ranges(inputs.buckets.front().channels.size());
    for (const InputHistograms::Bucket& bucket : inputs.buckets)
        for (std::size_t c = 0; c < ranges.size(); ++c) {
            ranges[c].low = std::min(ranges[c].low, bucket.channels[c].least());
            ranges[c].high = std::max(ranges[c].high, bucket.channels[c].most());
        }
    return ranges;
}

} // namespace

std::vector<ChannelRange> clippedRanges(std::vector<ChannelRange> ranges, double deviations)
{
    if (deviations <= 0)
        return ranges;
    std::vector<double> lows, highs;
    for (const ChannelRange& range : ranges) {
        lows.push_back(range.low);
        highs.push_back(range.high);
    }
    const auto low = usualRange(lows, deviations), high = usualRange(highs, deviations);
    // So many outliers are how channels scatter, as behind a ReLU. As many are usual as of normal numbers, at
    // either end, and a twentieth more.
    const double usual = 0.05 + 2 * std::erfc(deviations / std::sqrt(2.0));
    const auto beyond = std::ranges::count_if(ranges, [&](const ChannelRange& range) {
        return (range.low < 0 && range.low < low.first) || (range.high > 0 && range.high > high.second);
    });
    if (double(beyond) > usual * double(ranges.size()))
        return ranges;
    for (ChannelRange& range : ranges) {
        // A channel of nothing but zeros stays one; 0 stays inside, since padding is 0.
        if (range.low < 0)
            range.low = std::min(0.0, std::clamp(range.low, low.first, low.second));
        if (range.high > 0)
            range.high = std::max(0.0, std::clamp(range.high, high.first, high.second));
    }
    return ranges;
}

std::vector<ChannelGrid> channelGrids(std::span<const ChannelRange> ranges, int bits)
{
    const double top = (1 << bits) - 1;
    std::vector<double> scales;
    for (const ChannelRange& range : ranges)
        if (range.high > range.low)
            scales.push_back((range.high - range.low) / top);
    const double usual = scales.empty() ? 1 : medianOf(scales);
    std::vector<ChannelGrid> grids;
    for (const ChannelRange& range : ranges) {
        ChannelGrid& grid = grids.emplace_back();
        grid.scale = range.high > range.low ? (range.high - range.low) / top : usual;
        grid.zero = int(std::clamp(std::nearbyint(-range.low / grid.scale), 0.0, top));
    }
    return grids;
}

SharedGrid reparametrised(std::span<const ChannelGrid> grids)
{
    SharedGrid shared{.scale = 0, .zero = 0, .factors = {}, .shifts = {}};
    double zeros = 0;
    for (const ChannelGrid& grid : grids) {
        shared.scale += grid.scale / double(grids.size());
        zeros += double(grid.zero) / double(grids.size());
    }
    shared.zero = int(std::nearbyint(zeros));
    for (const ChannelGrid& grid : grids) {
        shared.factors.push_back(grid.scale / shared.scale);
        shared.shifts.push_back(grid.scale * (grid.zero - shared.zero));
    }
    return shared;
}

std::vector<ParameterSpec> ClippedChannels::parameters() const
{
    return {
        inputBitsParameter(8, 8),
        {.key = "deviations",
         .title = "Extremes of channels are clipped beyond",
         .unit = "deviations; 0: never",
         .standard = 3,
         .lowest = 0,
         .highest = 1000}};
}

std::size_t ClippedChannels::storedBytesByChannels(
    std::size_t outputs, std::size_t inputs, std::size_t channels, const NumberFormatPtr& format,
    const Parameters& given) const
{
    // A scale and a zero a channel and the factor of a column, as f32, and the last time step.
    return LayerMethod::storedBytes(outputs, inputs, format, given)
        + (channels == 0 ? 0 : (2 * channels + inputs + 1) * sizeof(float));
}

Result<CompressedLayer> ClippedChannels::quantizeWithRanges(
    const LayerProblem& layer, const InputHistograms& inputs, const NumberFormatPtr& format,
    const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const int bits = int(TRY(parameterValue(specs, given, "bits")));
    const double deviations = TRY(parameterValue(specs, given, "deviations"));
    if (!supports(*format))
        return fail(ErrorCode::Unsupported, "{} has no levels to round to", format->id());
    const std::size_t columns = layer.weights.type().columns();
    std::vector<float> factors(columns, 1.0f), scales, zeros;
    double lastTime = 0;
    if (!inputs.buckets.empty()) {
        const auto grids = channelGrids(clippedRanges(rangesOf(inputs), deviations), bits);
        const SharedGrid shared = reparametrised(grids);
        for (const ChannelGrid& grid : grids) {
            scales.push_back(float(grid.scale));
            zeros.push_back(float(grid.zero));
        }
        // A convolution has the taps of a channel side by side; one in groups has fewer columns than that
        // and keeps its weights as they are.
        if (columns % grids.size() == 0)
            for (std::size_t c = 0; c < columns; ++c)
                factors[c] = float(shared.factors[c / (columns / grids.size())]);
        lastTime = inputs.buckets.back().lastTime;
    }
    const Tensor weights = TRY(packRows(
        layer.weights, format, context,
        [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            std::vector<float> scaled(values.begin(), values.end());
            for (std::size_t c = 0; c < columns; ++c)
                scaled[c] *= factors[c];
            fitRow(*format, scaled, {}, packed, context.stop); // ranges of the weights as they are now
        }));
    if (inputs.buckets.empty())
        return CompressedLayer(weights); // a table: nothing is multiplied
    for (float& factor : factors)
        factor = 1 / factor;
    const std::size_t channels = scales.size();
    LayerReplacement replacement{
        .graph = {},
        .parts =
            {{"weights", weights, false},
             {"input.scales", Tensor::adoptFloats({1, channels}, std::move(scales)), false},
             {"input.zeros", Tensor::adoptFloats({1, channels}, std::move(zeros)), false},
             {"input.times", Tensor::adoptFloats({1}, {float(lastTime)}), false},
             {"input.factors", Tensor::adoptFloats({columns}, std::move(factors)), false}},
        .outputs = layer.weights.type().rows(),
        .inputs = columns};
    // x = factor x' - shift on one grid, and W x = (W factor) x' - W shift: with the sums over shifts taken
    // of the rounded weights both drop out but for the factor.
    GraphBuilder graph;
    const ValueId rounded = graph.add(
        {OpKind::QuantizeRows, {{"bits", double(bits)}}}, {graph.input()},
        {TensorId{1}, TensorId{2}, TensorId{3}});
    const ValueId divided = graph.add({OpKind::Multiply, {}}, {rounded}, {TensorId{4}});
    const ValueId product = graph.add({OpKind::Linear, {}}, {divided}, {TensorId{0}});
    replacement.graph = std::move(graph).finish(product);
    return CompressedLayer(std::move(replacement));
}

} // namespace tritloom
