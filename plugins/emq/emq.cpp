#include "plugins/emq/emq.h"

#include "core/method/bit_scores.h"
#include "core/method/proxy_study.h"
#include "core/method/rank_correlation.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> Emq::parameters() const
{
    return proxyStudyParameters();
}

Result<MetricScores>
Emq::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const ProxyStudy study = TRY(studyProxies(probe, given, context));
    const ProxyTable others = rowsOf(study.measured.table, study.searched, study.held);
    std::vector<double> worth;
    for (const ProxySample& layer : study.samples.layers)
        worth.push_back(valueOf(study.found.program, layer));
    MetricScores scores = scoresOfBits(probe, worth, textOf(study.found.program));
    if (study.found.program.isLogarithmic) // what a bit more is worth falls with the bits
        for (std::size_t i = 0; i < worth.size(); ++i) {
            std::vector<double> bits = bitsOfCandidates(probe, i), values;
            for (const double width : bits)
                values.push_back(worth[i] * std::log2(std::max(width, 1e-3)));
            const double best = *std::max_element(values.begin(), values.end());
            for (std::size_t c = 0; c < values.size(); ++c)
                scores.costs[i][c] = best - values[c];
        }
    scores.notices = study.samples.notices;
    scores.notices.push_back(fmt::format(
        "the program ranks the {} configurations it was evolved on with a rho of {:.2f}, {} others with "
        "{:.2f}; the best of as many random orders reaches {:.2f} on the first",
        study.searched, study.found.correlation, study.held,
        spearman(scoresOf(study.found.program, study.samples.layers, others), others.quality),
        chanceOf(study.searched, study.found.tried, context.seed)));
    return scores;
}

} // namespace tritloom
