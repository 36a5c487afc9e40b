#include "plugins/relevance/relevance.h"

#include "core/method/code_bits.h"
#include "core/method/layer_uses.h"
#include "core/method/network_probe.h"
#include "core/method/rank_correlation.h"
#include "core/method/usual_parameters.h"
#include "plugins/relevance/relevance_rules.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

enum class Start { Share = 0, Logit = 1 };

/// Where relevance begins: the predicted class alone.
std::vector<double> startOf(const Tensor& output, Start start)
{
    const auto values = output.floats();
    std::vector<double> relevance(values.size());
    const auto best = std::size_t(std::max_element(values.begin(), values.end()) - values.begin());
    relevance[best] = start == Start::Logit ? double(values[best]) : 1.0;
    return relevance;
}

bool findsClasses(NetworkProbe& network)
{
    if (network.sampleCount() == 0)
        return false;
    const auto picture = network.madeAs({}, 0);
    return !picture && picture.error().code == ErrorCode::Unsupported;
}

} // namespace

std::vector<ParameterSpec> Relevance::parameters() const
{
    return {
        switchParameter("linear", "Relevance x bits instead of relevance x 4^-bits", false),
        switchParameter("logit", "Start from the value of the class instead of 1", false),
        {.key = "pictures",
         .title = "Pictures",
         .unit = "0: all",
         .standard = 32,
         .lowest = 0,
         .highest = 100000,
         .whole = true},
        switchParameter("check", "Compare with what each layer alone does to the output", true)};
}

Result<MetricScores>
Relevance::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const bool isLinear = TRY(parameterValue(specs, given, "linear")) != 0,
               checks = TRY(parameterValue(specs, given, "check")) != 0;
    const Start start = TRY(parameterValue(specs, given, "logit")) != 0 ? Start::Logit : Start::Share;
    const auto most = std::size_t(TRY(parameterValue(specs, given, "pictures")));
    auto* const network = dynamic_cast<NetworkProbe*>(&probe);
    if (network == nullptr || probe.graph() == nullptr || !findsClasses(*network))
        return fail(
            ErrorCode::Unsupported,
            "relevance starts at the class that a network finds in a picture, and this one finds none");
    const std::size_t pictures = most == 0 ? probe.chunkCount() : std::min(most, probe.chunkCount());
    const NetworkProducts products = TRY(networkProducts(probe));
    const auto layers = probe.layers();
    std::vector<double> relevance(layers.size());
    double kept = 0; // of what started, at the picture
    for (std::size_t i = 0; i < pictures; ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at picture {} of {}", i, pictures);
        const NetworkProbe::Values values = TRY(network->values(i));
        const RelevanceFlow flow = TRY(relevanceOf(
            values.graph, values.values, [&](const Node& node) { return storedOperands(probe, node); },
            startOf(values.values.at(values.graph.output), start)));
        for (const LayerUse& use : products.uses)
            relevance[use.layer] += flow.carried[use.node] / double(pictures);
        if (const auto input = flow.ofValue.find(values.graph.input); input != flow.ofValue.end())
            kept += std::accumulate(input->second.begin(), input->second.end(), 0.0)
                / std::accumulate(
                        flow.ofValue.at(values.graph.output).begin(),
                        flow.ofValue.at(values.graph.output).end(), 0.0)
                / double(pictures);
        context.progress(double(i + 1) / double(pictures) * (checks ? 0.5 : 1.0));
    }
    const double sum = std::accumulate(relevance.begin(), relevance.end(), 0.0);
    if (!(sum > 0))
        return fail(ErrorCode::Unsupported, "no relevance arrived at any of {} layers", layers.size());
    for (double& value : relevance)
        value /= sum;
    MetricScores scores{
        .title = isLinear ? "relevance x bits, below 16" : "relevance x 4^-bits",
        .unit = "",
        .costs = {},
        .isAdditive = true,
        .perLayer = relevance,
        .notices = {fmt::format(
            "{} pictures; of the relevance that starts at the class {:.3g} arrives at the picture", pictures,
            kept)}};
    for (std::size_t i = 0; i < layers.size(); ++i) {
        std::vector<double> costs;
        for (const CandidateInfo& candidate : probe.candidates()) {
            const double bits = codeBits(candidate.format);
            costs.push_back(relevance[i] * (isLinear ? std::max(0.0, 16 - bits) : std::pow(4.0, -bits)));
        }
        scores.costs.push_back(std::move(costs));
    }
    if (!checks || probe.candidates().empty() || layers.size() < 3)
        return scores;
    // Relevance is not sensitivity: a layer can matter and yet be robust.
    std::size_t narrowest = 0;
    for (std::size_t c = 1; c < probe.candidates().size(); ++c)
        if (probe.candidates()[c].bits < probe.candidates()[narrowest].bits)
            narrowest = c;
    std::vector<double> measured;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        if (context.stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
        const ModelProbe::Replaced replaced[] = {TRY(probe.replacedBy(i, narrowest))};
        measured.push_back(TRY(probe.losses(replaced, pictures)).divergence);
        context.progress(0.5 + 0.5 * double(i + 1) / double(layers.size()));
    }
    constexpr double little = 0.3;
    const double correlation = spearman(relevance, measured);
    scores.notices.push_back(fmt::format(
        "rank correlation with what each layer alone costs as {}: {:.3f}{}",
        probe.candidates()[narrowest].format, correlation,
        correlation < little ? ": too little to choose widths by; take measured costs instead" : ""));
    return scores;
}

} // namespace tritloom
