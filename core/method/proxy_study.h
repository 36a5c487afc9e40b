#pragma once

#include "core/method/proxy_table.h"

namespace tritloom {

/// Mixtures that were measured, and the program that ranks most of them best; the others tell how far it can
/// be trusted.
struct ProxyStudy {
    ProxySamples samples;
    MeasuredConfigurations measured;
    ProxyFound found;
    std::size_t searched = 0, held = 0; ///< configurations: the first are searched on, the others held out
    std::size_t chunks = 0; ///< parts of the data
};

/// "configurations", "iterations" and "chunks".
[[nodiscard]] std::vector<ParameterSpec> proxyStudyParameters();

/// Measures and searches; progress goes to its end. Errors: Unsupported (the model cannot be run), those of
/// the parameters and of the probe, Cancelled.
[[nodiscard]] Result<ProxyStudy>
studyProxies(ModelProbe& probe, const Parameters& given, const MethodContext& context);

} // namespace tritloom
