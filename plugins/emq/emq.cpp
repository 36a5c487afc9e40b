#include "plugins/emq/emq.h"

#include "core/method/bit_scores.h"
#include "core/method/proxy_table.h"
#include "core/method/rank_correlation.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> Emq::parameters() const
{
    return {
        {.key = "configurations",
         .title = "Configurations to measure",
         .unit = "",
         .standard = 64,
         .lowest = 16,
         .highest = 1000,
         .whole = true},
        {.key = "iterations",
         .title = "Programs to try",
         .unit = "",
         .standard = 1000,
         .lowest = 20,
         .highest = 100000,
         .whole = true},
        {.key = "chunks",
         .title = "Parts of the text",
         .unit = "",
         .standard = 2,
         .lowest = 1,
         .highest = 1000,
         .whole = true}};
}

Result<MetricScores>
Emq::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const auto count = std::size_t(TRY(parameterValue(specs, given, "configurations")));
    const auto iterations = std::size_t(TRY(parameterValue(specs, given, "iterations")));
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "configurations can be measured only where the model can be run");
    MethodContext part = context;
    part.progress = [&](double fraction) { context.progress(0.9 * fraction); };
    const ProxySamples samples = TRY(proxySamples(probe, context.stop));
    const MeasuredConfigurations measured = TRY(measureConfigurations(probe, count, chunks, part));
    const std::size_t held = count / 4, searched = count - held;
    const ProxyTable table = rowsOf(measured.table, 0, searched),
                     others = rowsOf(measured.table, searched, held);
    part.progress = [&](double fraction) { context.progress(0.9 + 0.1 * fraction); };
    const ProxyFound found = TRY(searchProxy(samples.layers, table, {.iterations = iterations}, part));

    std::vector<double> worth;
    for (const ProxySample& layer : samples.layers)
        worth.push_back(valueOf(found.program, layer));
    MetricScores scores = scoresOfBits(probe, worth, textOf(found.program));
    if (found.program.isLogarithmic) // what a bit more is worth falls with the bits
        for (std::size_t i = 0; i < worth.size(); ++i) {
            std::vector<double> bits = bitsOfCandidates(probe, i), values;
            for (const double width : bits)
                values.push_back(worth[i] * std::log2(std::max(width, 1e-3)));
            const double best = *std::max_element(values.begin(), values.end());
            for (std::size_t c = 0; c < values.size(); ++c)
                scores.costs[i][c] = best - values[c];
        }
    scores.notices = samples.notices;
    scores.notices.push_back(fmt::format(
        "the program ranks the {} configurations it was evolved on with a rho of {:.2f}, {} others with "
        "{:.2f}; the best of as many random orders reaches {:.2f} on the first",
        searched, found.correlation, held,
        spearman(scoresOf(found.program, samples.layers, others), others.quality),
        chanceOf(searched, found.tried, context.seed)));
    return scores;
}

} // namespace tritloom
