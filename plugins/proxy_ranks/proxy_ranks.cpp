#include "plugins/proxy_ranks/proxy_ranks.h"

#include "core/method/proxy_study.h"
#include "core/method/rank_correlation.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

struct Contender {
    std::string name;
    std::vector<double> scores; ///< by configuration, more is better
};

/// sum over layers of the squared error that each configuration leaves, by minus it; weighted by what the
/// columns hear on request.
Result<std::vector<double>> errorScores(
    ModelProbe& probe, const std::vector<std::vector<std::size_t>>& chosen, bool isWeighted,
    const MethodContext& context)
{
    std::vector<std::vector<double>> errors(probe.layers().size());
    for (std::size_t i = 0; i < errors.size(); ++i) {
        const std::vector<float> before = TRY(probe.weights(i)).toFloats(),
                                 heard = TRY(probe.meanSquare(i)).toFloats();
        for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {}", i);
            const std::vector<float> after = TRY(probe.compressed(i, c)).toFloats();
            double error = 0;
            for (std::size_t w = 0; w < before.size(); ++w)
                error += std::pow(double(before[w]) - double(after[w]), 2)
                    * (isWeighted ? double(heard[w % probe.layers()[i].columns]) : 1);
            errors[i].push_back(error);
        }
    }
    std::vector<double> scores;
    for (const std::vector<std::size_t>& row : chosen) {
        double sum = 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            sum -= errors[i][row[i]];
        scores.push_back(sum);
    }
    return scores;
}

double rho(const std::vector<double>& scores, const ProxyTable& table, std::size_t first, std::size_t count)
{
    return spearman(std::span(scores).subspan(first, count), std::span(table.quality).subspan(first, count));
}

Report::Chart scatterOf(const Contender& best, const ProxyTable& table, std::size_t searched)
{
    Report::Chart chart{
        fmt::format("What {} says against measured divergence", best.name), "score", "nats", false, true, {}};
    for (const bool isHeldOut : {false, true}) {
        Report::Series dots{isHeldOut ? "held out" : "evolved on", {}, false};
        for (std::size_t i = isHeldOut ? searched : 0; i < (isHeldOut ? best.scores.size() : searched); ++i)
            dots.points.push_back({best.scores[i], -table.quality[i], 0});
        std::ranges::sort(dots.points, {}, &Report::Point::x);
        chart.series.push_back(std::move(dots));
    }
    return chart;
}

} // namespace

std::vector<ParameterSpec> ProxyRanks::parameters() const
{
    return proxyStudyParameters();
}

Result<Report> ProxyRanks::run(ModelProbe* probe, const Parameters& given, const MethodContext& context) const
{
    const ProxyStudy study = TRY(studyProxies(*probe, given, context));
    const ProxySamples& samples = study.samples;
    const MeasuredConfigurations& measured = study.measured;
    const ProxyTable& table = measured.table;
    const ProxyFound& found = study.found;
    const std::size_t searched = study.searched, held = study.held;

    const ProxyProgram flow{
        {ProxyTerminal::Flow, {}},
        ProxyBranch{ProxyTerminal::Weights, {ProxyUnary::Absolute}},
        ProxyBinary::Multiply,
        ProxyScalar::Sum,
        false};
    std::vector<double> sizes;
    for (const std::vector<std::size_t>& row : measured.chosen) {
        double bytes = 0;
        for (std::size_t i = 0; i < row.size(); ++i)
            bytes += double(probe->bytes(i, row[i]));
        sizes.push_back(bytes);
    }
    const std::vector<Contender> contenders{
        {"size", sizes},
        {"minus squared weight error", TRY(errorScores(*probe, measured.chosen, false, context))},
        {"minus weighted error", TRY(errorScores(*probe, measured.chosen, true, context))},
        {"bsynflow", scoresOf(flow, samples.layers, table)},
        {"evolved program", scoresOf(found.program, samples.layers, table)}};
    Report report{
        .title = "How well proxies rank configurations", .paragraphs = {}, .tables = {}, .charts = {}};
    report.paragraphs = {
        fmt::format(
            "{} random mixtures of {} formats at {:.2f} bits a weight, sizes equal to {:.1f} %; quality is "
            "the "
            "KL divergence measured on {} parts of the data.",
            searched + held, probe->candidates().size(), measured.bits, 100 * measured.widest, study.chunks),
        fmt::format(
            "The evolved program is {}; {} programs were tried, {} computed what another did, {} did not "
            "work.",
            textOf(found.program), found.tried, found.equivalent, found.rejected),
        fmt::format(
            "The best of {} random orders of {} configurations reaches a rho of {:.2f}: only the held-out "
            "column says something of an evolved program. Of {} held-out ones, one random order in twenty "
            "reaches {:.2f}.",
            found.tried, searched, chanceOf(searched, found.tried, context.seed), held,
            1.645 / std::sqrt(std::max(1.0, double(held) - 1)))};
    for (const std::string& notice : samples.notices)
        report.paragraphs.push_back(notice);
    Report::Table ranks{
        "Spearman’s rho with measured quality",
        {"proxy", fmt::format("{} evolved on", searched), fmt::format("{} held out", held), "Kendall, all"},
        {}};
    for (const Contender& contender : contenders)
        ranks.rows.push_back(
            {contender.name, fmt::format("{:.3f}", rho(contender.scores, table, 0, searched)),
             fmt::format("{:.3f}", rho(contender.scores, table, searched, held)),
             fmt::format("{:.3f}", kendall(contender.scores, table.quality))});
    report.tables.push_back(std::move(ranks));
    report.charts.push_back(scatterOf(contenders.back(), table, searched));
    return report;
}

} // namespace tritloom
