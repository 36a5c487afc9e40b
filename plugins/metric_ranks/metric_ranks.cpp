#include "plugins/metric_ranks/metric_ranks.h"

#include "core/method/rank_correlation.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
std::vector<ParameterSpec> MetricRanks::parameters() const
{
    return {chunksParameter(2)};
}

Result<Report>
MetricRanks::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto chunks = std::size_t(TRY(parameterValue(parameters(), given, "chunks")));
    if (probe->graph() == nullptr || probe->candidates().empty())
        return fail(ErrorCode::Unsupported, "ranks need a model that can be run and one format");
    std::vector<double> measured, sizes, errors, weighted;
    const auto layers = probe->layers();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
        const std::vector<float> before = TRY(probe->weights(i)).toFloats(),
                                 loud = TRY(probe->meanSquare(i)).toFloats();
        std::vector<float> after = TRY(probe->compressed(i, 0)).toFloats();
        double error = 0, heard = 0;
        for (std::size_t w = 0; w < before.size(); ++w) {
            const double difference = std::pow(double(before[w]) - double(after[w]), 2);
            error += difference;
            heard += difference * double(loud[w % layers[i].columns]);
        }
        const ModelProbe::Replaced replaced[] = {
            {i, Tensor::adoptFloats({layers[i].rows, layers[i].columns}, std::move(after))}};
        measured.push_back(TRY(probe->losses(replaced, chunks)).divergence);
        sizes.push_back(double(layers[i].parameters()));
        errors.push_back(error);
        weighted.push_back(heard);
        context.progress(double(i + 1) / double(layers.size()));
    }
    Report report{
        .title = "How well cheap metrics rank the layers", .paragraphs = {}, .tables = {}, .charts = {}};
    // 95 % of random orders stay below this: normal approximation of rho's distribution.
    const double chance = 1.645 / std::sqrt(std::max(1.0, double(layers.size()) - 1));
    report.paragraphs = {
        fmt::format(
            "Measured: KL divergence with one layer at a time as {} by {}.", probe->candidates()[0].format,
            probe->candidates()[0].method),
        fmt::format(
            "Of {} layers, one random order in twenty reaches a rho of {:.2f}.", layers.size(), chance)};
    Report::Table table{
        "Rank correlation with the measured divergence",
        {"metric", "Spearman", "Kendall", "above chance"},
        {}};
    const auto row = [&](const char* name, const std::vector<double>& values) {
        const double rho = spearman(values, measured);
        table.rows.push_back(
            {name, fmt::format("{:.3f}", rho), fmt::format("{:.3f}", kendall(values, measured)),
             rho > chance ? "yes" : "no"});
    };
    row("number of weights", sizes);
    row("squared weight error", errors);
    row("weight error x mean square of the inputs", weighted);
    report.tables.push_back(std::move(table));
    Report::Chart chart{
        "Error weighted by the inputs against measured divergence", "weighted error", "nats", true, true, {}};
    Report::Series dots{"layers", {}, false};
    for (std::size_t i = 0; i < measured.size(); ++i)
        dots.points.push_back({weighted[i], measured[i], 0});
    std::ranges::sort(dots.points, {}, &Report::Point::x);
    chart.series.push_back(std::move(dots));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
