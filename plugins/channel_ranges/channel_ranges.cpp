#include "plugins/channel_ranges/channel_ranges.h"

#include "core/method/shift_groups.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t buckets = 17; ///< of the histogram: 0 to 16 halvings

/// By how many halvings each channel lies below the loudest; silent ones in the last bucket.
std::vector<double> halvings(std::span<const float> ranges, float largest)
{
    std::vector<double> counts(buckets);
    for (const std::uint8_t group : shiftGroups(ranges, largest, buckets))
        counts[group] += 1;
    return counts;
}

Report::Chart histogramOf(const std::vector<double>& counts, std::size_t groups)
{
    Report::Chart chart{
        "Channels by how far they lie below the loudest of their product",
        "halvings below the loudest",
        "channels",
        false,
        false,
        {}};
    Report::Series channels{"channels", {}, true};
    for (std::size_t i = 0; i < counts.size(); ++i)
        channels.points.push_back({double(i) + 0.5, counts[i], 0});
    const double highest = *std::max_element(counts.begin(), counts.end());
    chart.series.push_back(std::move(channels));
    for (std::size_t g = 1; g < groups; ++g)
        chart.series.push_back(
            {fmt::format("group {}", g), {{double(g), 0, 0}, {double(g), highest, 0}}, true});
    return chart;
}

} // namespace

std::vector<ParameterSpec> ChannelRanges::parameters() const
{
    return {
        {.key = "groups",
         .title = "Groups of channels",
         .unit = "",
         .standard = 4,
         .lowest = 1,
         .highest = 7,
         .whole = true}};
}

Result<Report>
ChannelRanges::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto groups = std::size_t(TRY(parameterValue(parameters(), given, "groups")));
    const auto layers = probe->layers();
    Report report{
        .title = "Ranges of the inputs of each product", .paragraphs = {}, .tables = {}, .charts = {}};
    Report::Table table{
        "Sum of squared scales, a scale for every channel being 1",
        {"layer", "one scale", fmt::format("{} groups", groups), fmt::format("best {} cuts", groups),
         "channels in the last group"},
        {}};
    std::vector<double> counts(buckets);
    std::size_t channels = 0, last = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
        const std::vector<float> ranges = TRY(probe->maxAbsolute(i)).toFloats();
        const float largest = ranges.empty() ? 0 : *std::max_element(ranges.begin(), ranges.end());
        double ideal = 0;
        for (const float range : ranges)
            ideal += double(range) * double(range);
        context.progress(double(i + 1) / double(layers.size()));
        if (!(ideal > 0))
            continue; // a table that nothing is multiplied with
        const auto inGroups = shiftGroups(ranges, largest, groups);
        const auto inLast = std::size_t(std::count(inGroups.begin(), inGroups.end(), groups - 1));
        table.rows.push_back(
            {layers[i].name, fmt::format("{:.3g}", shiftCost(ranges, largest, 1) / ideal),
             fmt::format("{:.3g}", shiftCost(ranges, largest, groups) / ideal),
             fmt::format("{:.3g}", bestContiguousCost(ranges, groups) / ideal),
             fmt::format("{} of {}", inLast, ranges.size())});
        const std::vector<double> own = halvings(ranges, largest);
        for (std::size_t b = 0; b < buckets; ++b)
            counts[b] += own[b];
        channels += ranges.size();
        last += inLast;
    }
    if (table.rows.empty())
        return fail(ErrorCode::Unsupported, "no layer of this model multiplies inputs that were seen");
    report.paragraphs = {
        "Channels of a product's inputs are summed over, so scales of their own would break whole-number "
        "sums "
        "unless they are powers of two apart.",
        fmt::format(
            "With {} groups {} of {} channels are in the last one, under a scale that may be too coarse for "
            "them; the first scale made for fewer channels moves the thresholds.",
            groups, last, channels)};
    report.tables.push_back(std::move(table));
    report.charts.push_back(histogramOf(counts, groups));
    return report;
}

} // namespace tritloom
