#include "plugins/mixdq/mixdq.h"

#include "core/method/usual_parameters.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

double signalToNoise(std::span<const float> expected, std::span<const float> actual)
{
    double signal = 0, noise = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        signal += double(expected[i]) * double(expected[i]);
        noise += (double(expected[i]) - double(actual[i])) * (double(expected[i]) - double(actual[i]));
    }
    return 10 * std::log10(signal / noise);
}

bool controlsContent(std::string_view name, ContentRule rule)
{
    std::size_t begin = 0;
    while (begin <= name.size()) {
        const std::size_t end = std::min(name.find_first_of("._/", begin), name.size());
        const std::string_view word = name.substr(begin, end - begin);
        if (word == "ff" || word == "attn2"
            || (rule == ContentRule::AllAttention
                && (word.starts_with("attn") || word.starts_with("attention"))))
            return true;
        begin = end + 1;
    }
    return false;
}

std::vector<ParameterSpec> MixDq::parameters() const
{
    return {
        switchParameter("attention", "All attention controls content", false),
        {.key = "cap",
         .title = "A ratio above this is good enough",
         .unit = "dB",
         .standard = 60,
         .lowest = 10,
         .highest = 200},
        {.key = "pictures",
         .title = "Pictures compared",
         .unit = "0: all",
         .standard = 4,
         .lowest = 0,
         .highest = 1000,
         .whole = true}};
}

Result<MetricScores>
MixDq::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const ContentRule rule = TRY(parameterValue(specs, given, "attention")) != 0 ? ContentRule::AllAttention
                                                                                 : ContentRule::Published;
    const double cap = TRY(parameterValue(specs, given, "cap"));
    const auto pictures = std::size_t(TRY(parameterValue(specs, given, "pictures")));
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "the sensitivity needs a model that can be run");
    MetricScores scores{
        .title = "dB below the cap, or similarity below 1",
        .unit = "",
        .costs = {},
        .isAdditive = true,
        .perLayer = {},
        .notices = {},
        .groups = {}};
    const auto layers = probe.layers();
    std::size_t content = 0;
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const bool isContent = controlsContent(layers[i].name, rule);
        content += isContent ? 1 : 0;
        scores.groups.push_back(isContent ? 1 : 0);
        std::vector<double> costs;
        for (std::size_t c = 0; c < probe.candidates().size(); ++c) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
            const ModelProbe::Replaced replaced[] = {TRY(probe.replacedBy(i, c))};
            if (isContent) {
                costs.push_back(1 - TRY(probe.similarity(replaced, pictures)));
                continue;
            }
            const double ratio = TRY(probe.losses(replaced, 0)).signalToNoise;
            if (std::isnan(ratio))
                return fail(
                    ErrorCode::Unsupported,
                    "MixDQ judges pictures that a network makes, and this one makes none");
            costs.push_back(std::max(0.0, cap - ratio));
        }
        scores.costs.push_back(std::move(costs));
        context.progress(double(i + 1) / double(layers.size()));
    }
    scores.notices.push_back(
        fmt::format("{} of {} layers control content and were judged by similarity", content, layers.size()));
    return scores;
}

} // namespace tritloom
