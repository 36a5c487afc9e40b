#include "plugins/diffusion_calibration/diffusion_calibration.h"

#include "core/method/step_shares.h"

#include <algorithm>

namespace tritloom {

std::vector<ParameterSpec> DiffusionCalibration::parameters() const
{
    return {
        {.key = "samples",
         .title = "Samples to distribute",
         .unit = "",
         .standard = 1024,
         .lowest = 1,
         .highest = 100000,
         .whole = true},
        {.key = "radius",
         .title = "Features within this distance are alike",
         .unit = "mean square; 0: the median",
         .standard = 0,
         .lowest = 0,
         .highest = 1e6},
        {.key = "lambda",
         .title = "Weight of diversity",
         .unit = "",
         .standard = 1.2,
         .lowest = 0,
         .highest = 1000},
        {.key = "mean",
         .title = "Centre of the normal draw",
         .unit = "of all time",
         .standard = 0.4,
         .lowest = 0,
         .highest = 1},
        {.key = "deviation",
         .title = "Width of the normal draw",
         .unit = "of all time",
         .standard = 0.4,
         .lowest = 0.01,
         .highest = 10}};
}

Result<Report>
DiffusionCalibration::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto total = std::size_t(TRY(parameterValue(specs, given, "samples")));
    const double radius = TRY(parameterValue(specs, given, "radius")),
                 lambda = TRY(parameterValue(specs, given, "lambda")),
                 mean = TRY(parameterValue(specs, given, "mean")),
                 deviation = TRY(parameterValue(specs, given, "deviation"));
    const StepFeatures found = TRY(stepFeatures(*probe, context.stop));
    const std::vector<double>& times = found.times;
    const StepShares shares = stepShares(found.features, radius, lambda);
    std::vector<double> unitTimes(times);
    for (double& time : unitTimes)
        time /= std::max(times.front(), 1.0);
    const std::vector<double> even(times.size(), 1.0 / double(times.size()));
    const struct {
        const char* name;
        std::vector<std::size_t> counts;
    } ways[] = {
        {"even", wholeCounts(even, total)},
        {"normal", wholeCounts(normalShares(unitTimes, mean, deviation), total)},
        {"by density and diversity", wholeCounts(shares.shares, total)}};
    Report report{.title = "Calibration samples a step", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format("{} samples over {} steps of the sampler, the noisiest first.", total, times.size()),
        fmt::format(
            "The feature is what flows into stage {}, where the network is narrowest, of one picture.",
            found.stage),
        "A model that was calibrated for one number of steps drifts when it is run with another."};
    Report::Table table{
        "Steps", {"time", "alike", "apart", "even", "normal", "by density and diversity"}, {}};
    for (std::size_t t = 0; t < times.size(); ++t)
        table.rows.push_back(
            {fmt::format("{:g}", times[t]), fmt::format("{:g}", shares.density[t]),
             fmt::format("{:.5g}", shares.diversity[t]), std::to_string(ways[0].counts[t]),
             std::to_string(ways[1].counts[t]), std::to_string(ways[2].counts[t])});
    Report::Chart chart{"Samples a step", "time step", "samples", false, false, {}};
    for (const auto& way : ways) {
        Report::Series series{.name = way.name, .points = {}, .isLine = true};
        for (std::size_t t = times.size(); t-- > 0;)
            series.points.push_back({times[t], double(way.counts[t]), 0});
        chart.series.push_back(std::move(series));
    }
    report.tables.push_back(std::move(table));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
