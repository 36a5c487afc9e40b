#include "plugins/size_aware/size_aware.h"

#include <cmath>

namespace tritloom {

std::vector<ParameterSpec> SizeAware::parameters() const
{
    return {
        {.key = "eta", .title = "Power of the size", .unit = "", .standard = 0.3, .lowest = 0, .highest = 1},
        {.key = "chunks",
         .title = "Parts of the data",
         .unit = "0: all",
         .standard = 0,
         .lowest = 0,
         .highest = 1000,
         .whole = true}};
}

Result<MetricScores>
SizeAware::score(ModelProbe& probe, const Parameters& given, const MethodContext& context) const
{
    const auto specs = parameters();
    const double eta = TRY(parameterValue(specs, given, "eta"));
    const auto chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "the sensitivity needs a model that can be run");
    MetricScores scores{
        .title = fmt::format("divergence x size^-{:g}", eta),
        .unit = "",
        .costs = {},
        .isAdditive = false,
        .perLayer = {},
        .notices = {"a fast stand-in: no layer is trained before it is measured"}};
    const auto layers = probe.layers();
    const std::size_t candidates = probe.candidates().size();
    for (std::size_t i = 0; i < layers.size(); ++i) {
        const double factor = std::pow(double(layers[i].parameters()), -eta);
        std::vector<double> costs;
        for (std::size_t c = 0; c < candidates; ++c) {
            if (context.stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled at layer {} of {}", i, layers.size());
            const ModelProbe::Replaced replaced[] = {TRY(probe.replacedBy(i, c))};
            costs.push_back(factor * TRY(probe.losses(replaced, chunks)).divergence);
            context.progress((double(i) + double(c + 1) / double(candidates)) / double(layers.size()));
        }
        scores.costs.push_back(std::move(costs));
    }
    return scores;
}

} // namespace tritloom
