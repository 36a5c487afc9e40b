#include "core/method/proxy_study.h"

#include "core/method/usual_parameters.h"

namespace tritloom {

std::vector<ParameterSpec> proxyStudyParameters()
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
        chunksParameter(2)};
}

Result<ProxyStudy> studyProxies(ModelProbe& probe, const Parameters& given, const MethodContext& context)
{
    const auto specs = proxyStudyParameters();
    const auto count = std::size_t(TRY(parameterValue(specs, given, "configurations")));
    const auto iterations = std::size_t(TRY(parameterValue(specs, given, "iterations")));
    ProxyStudy study;
    study.chunks = std::size_t(TRY(parameterValue(specs, given, "chunks")));
    study.held = count / 4;
    study.searched = count - study.held;
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "configurations can be measured only where the model can be run");
    MethodContext part = context;
    part.progress = [&](double fraction) { context.progress(0.9 * fraction); };
    study.samples = TRY(proxySamples(probe, context.stop));
    study.measured = TRY(measureConfigurations(probe, count, study.chunks, part));
    part.progress = [&](double fraction) { context.progress(0.9 + 0.1 * fraction); };
    study.found = TRY(searchProxy(
        study.samples.layers, rowsOf(study.measured.table, 0, study.searched), {.iterations = iterations},
        part));
    return study;
}

} // namespace tritloom
