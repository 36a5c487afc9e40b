#pragma once

#include "core/method/model_probe.h"
#include "core/method/proxy_search.h"

namespace tritloom {

/// At most 256 weights of each layer, evenly spread, with what programs start from.
struct ProxySamples {
    std::vector<ProxySample> layers;
    std::vector<std::string> notices; ///< terminals that are all zero
};
/// Errors: those of the probe.
[[nodiscard]] Result<ProxySamples> proxySamples(ModelProbe& probe, const std::stop_token& stop);

/// Random configurations of the probe's candidates, all within a percent of one size, and what they cost:
/// quality is minus the divergence on the first `chunks` parts of the data.
struct MeasuredConfigurations {
    ProxyTable table;
    std::vector<std::vector<std::size_t>> chosen; ///< [configuration][layer]
    double bits = 0; ///< a weight, of all of them about
    double widest = 0; ///< the largest difference of a configuration's size from the mean, a fraction
};
/// Errors: InvalidInput (fewer than two candidates), those of the probe.
[[nodiscard]] Result<MeasuredConfigurations>
measureConfigurations(ModelProbe& probe, std::size_t count, std::size_t chunks, const MethodContext& context);

/// The first `count` rows, and the others.
[[nodiscard]] ProxyTable rowsOf(const ProxyTable& table, std::size_t first, std::size_t count);

} // namespace tritloom
