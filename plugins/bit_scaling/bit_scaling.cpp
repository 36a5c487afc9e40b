#include "plugins/bit_scaling/bit_scaling.h"

#include "core/method/pareto_front.h"
#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom {

std::vector<ParameterSpec> BitScaling::parameters() const
{
    return {chunksParameter(4)};
}

Result<Report> BitScaling::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const auto chunks = std::size_t(TRY(parameterValue(parameters(), given, "chunks")));
    if (probe->graph() == nullptr || probe->candidates().empty())
        return fail(ErrorCode::Unsupported, "the comparison needs a model that can be run and some formats");
    const auto layers = probe->layers();
    const double original = TRY(probe->losses({}, chunks)).negativeLogLikelihood;
    std::vector<Report::Point> points;
    std::vector<double> perplexities;
    for (std::size_t c = 0; c < probe->candidates().size(); ++c) {
        std::vector<ModelProbe::Replaced> replaced;
        double bits = 0;
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at format {}", c);
            std::vector<float> values = TRY(probe->compressed(i, c)).toFloats();
            replaced.push_back(
                {i, Tensor::adoptFloats({layers[i].rows, layers[i].columns}, std::move(values))});
            bits += 8 * double(probe->bytes(i, c));
        }
        const auto losses = TRY(probe->losses(replaced, chunks));
        perplexities.push_back(std::exp(losses.negativeLogLikelihood));
        points.push_back({bits, std::min(perplexities.back(), 1000.0), 0});
        context.progress(double(c + 1) / double(probe->candidates().size()));
    }
    std::vector<Tradeoff> tradeoffs;
    for (const Report::Point& point : points)
        tradeoffs.push_back({point.x, point.y});
    const std::vector<bool> front = paretoFront(tradeoffs);
    Report report{.title = "Bits against quality", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format("Perplexity of the model as it is: {:.4f}, on its calibration text.", std::exp(original)),
        "Rounding without training: methods that train move the best width below four bits.",
        "Bits count scales; norms and biases are left out on both sides."};
    Report::Table table{
        "Formats", {"format", "method", "bits per weight", "megabytes", "perplexity", "on the front"}, {}};
    std::map<std::string, Report::Series> byMethod;
    for (std::size_t c = 0; c < points.size(); ++c) {
        const CandidateInfo& candidate = probe->candidates()[c];
        table.rows.push_back(
            {candidate.format, candidate.method, fmt::format("{:.3f}", candidate.bits),
             fmt::format("{:.2f}", points[c].x / 8e6),
             perplexities[c] > 1000 ? "over 1000" : fmt::format("{:.4f}", perplexities[c]),
             front[c] && perplexities[c] <= 1000 ? "yes" : ""});
        Report::Series& series = byMethod[candidate.method];
        series.name = candidate.method;
        series.isLine = false;
        series.points.push_back(points[c]);
    }
    Report::Chart chart{"Total bits against perplexity", "bits of all layers", "perplexity", true, true, {}};
    for (auto& [name, series] : byMethod) {
        std::ranges::sort(series.points, {}, &Report::Point::x);
        chart.series.push_back(std::move(series));
    }
    report.tables.push_back(std::move(table));
    report.charts.push_back(std::move(chart));
    return report;
}

} // namespace tritloom
