#include "plugins/bit_planes/bit_planes.h"

#include "core/method/network_probe.h"
#include "core/tensor/bit_planes.h"

#include <cmath>

namespace tritloom {
namespace {

/// Means over pictures.
struct Means {
    BitStatistics sum;
    double best = 0; ///< of a channel
    double equal = 0; ///< share of equal low bits with what the network makes as stored
    std::size_t count = 0;

    void add(const ByteImage& image, const ByteImage* stored)
    {
        const BitStatistics one = bitStatistics(image);
        for (std::size_t bit = 0; bit < one.ones.size(); ++bit)
            sum.ones[bit] += one.ones[bit];
        sum.noisy += one.noisy;
        sum.meanScore += one.meanScore;
        best += double(one.best.score) / double(image.channels);
        ++count;
        if (stored == nullptr || stored->values.size() != image.values.size())
            return;
        for (std::size_t i = 0; i < image.values.size(); ++i)
            equal += (image.values[i] & 7) == (stored->values[i] & 7) ? 1 / double(image.values.size()) : 0;
    }
    [[nodiscard]] std::vector<std::string> row(std::string name, bool hasEqual) const
    {
        const double n = double(count);
        std::vector<std::string> cells{std::move(name)};
        for (const double ones : sum.ones)
            cells.push_back(fmt::format("{:.3f}", ones / n));
        cells.push_back(fmt::format("{:.4f}", sum.noisy / n));
        cells.push_back(fmt::format("{:.0f}", sum.meanScore / n));
        cells.push_back(fmt::format("{:.0f}", best / n));
        cells.push_back(hasEqual ? fmt::format("{:.3f}", equal / n) : "");
        return cells;
    }
};

ByteImage imageOf(NetworkProbe::Bytes bytes)
{
    return {bytes.channels, bytes.height, bytes.width, std::move(bytes.values)};
}

Report::Series seriesOf(std::string name, const Means& means)
{
    Report::Series series{.name = std::move(name), .points = {}, .isLine = true};
    for (std::size_t bit = 0; bit < means.sum.ones.size(); ++bit)
        series.points.push_back({double(bit), means.sum.ones[bit] / double(means.count), 0});
    return series;
}

} // namespace

std::vector<ParameterSpec> BitPlanes::parameters() const
{
    return {
        {.key = "samples",
         .title = "Pictures",
         .unit = "0: all",
         .standard = 8,
         .lowest = 0,
         .highest = 100000,
         .whole = true}};
}

Result<Report> BitPlanes::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto most = std::size_t(TRY(parameterValue(parameters(), given, "samples")));
    auto* const network = dynamic_cast<NetworkProbe*>(probe);
    if (network == nullptr || network->sampleCount() == 0)
        return fail(
            ErrorCode::Unsupported, "bit planes are those of pictures, and there are none: give some to a network on pictures");
    const std::size_t samples = most == 0 ? network->sampleCount() : std::min(most, network->sampleCount());
    const auto candidates = probe->candidates();
    Means seen, stored;
    std::vector<Means> compressed(candidates.size());
    bool makes = true;
    for (std::size_t i = 0; i < samples; ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at picture {} of {}", i, samples);
        const ByteImage from = imageOf(TRY(network->given(i)));
        if (!from.values.empty())
            seen.add(from, nullptr);
        const auto made = network->madeAs({}, i);
        if (!made && made.error().code == ErrorCode::Unsupported) {
            makes = false; // a classifier
            continue;
        }
        if (!made)
            return tl::make_unexpected(made.error());
        const ByteImage original = imageOf(*made);
        stored.add(original, nullptr);
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const std::vector<std::size_t> all(probe->layers().size(), c);
            compressed[c].add(imageOf(TRY(network->madeAs(all, i))), &original);
        }
        context.progress(double(i + 1) / double(samples));
    }
    Report report{.title = "Bit planes", .paragraphs = {}, .tables = {}, .charts = {}};
    Report::Table table{
        "Shares of bytes with a bit set, lowest first, and differences of neighbours in a patch of 32 x 32",
        {"pictures", "bit 0", "1", "2", "3", "4", "5", "6", "7", "one of 0 to 2", "mean score", "best score",
         "equal low bits"},
        {}};
    Report::Chart chart{"Bits set", "bit", "share of bytes", false, false, {}};
    const auto add = [&](const std::string& name, const Means& means, bool hasEqual) {
        if (means.count == 0)
            return;
        table.rows.push_back(means.row(name, hasEqual));
        chart.series.push_back(seriesOf(name, means));
    };
    add("given", seen, false);
    add("made as stored", stored, false);
    for (std::size_t c = 0; c < candidates.size() && makes; ++c)
        add("made as " + candidates[c].format + " " + candidates[c].method, compressed[c], true);
    report.paragraphs = {
        fmt::format(
            "{} pictures. Random low bits are set in 0.875 of bytes and score 369117 a channel.", samples),
        "Given pictures are looked at as the network takes them: where they had to be resized, their low "
        "bits "
        "are those of the resampling. Pictures kept as JPEG have lost theirs.",
        "What is made is rounded to bytes once, the same way for all."};
    report.tables.push_back(std::move(table));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
