#pragma once

#include "app/session/benchmark.h"
#include "app/session/picture_engine.h"

namespace tritloom {

/// How soon a network on pictures shows what a change of formats does.
struct PreviewBenchmark {
    std::shared_ptr<const Model> model;
    std::string device = "cpu"; ///< an id of devices()
    std::filesystem::path images; ///< as PictureSource has it; the first of them is shown
    std::vector<PluginChoice> methods{{"rtn", {}}};
    std::vector<std::string> formats{"int4row"};
    std::size_t count = 3; ///< repetitions, after one that is not counted; each fits and runs from the start
};

/// From the choice of a format to the picture, as the window's preview makes it: the original has been seen, what
/// methods learn from is gathered. Two rows a pair of method and format, for all layers at once and for the one in
/// the middle; formats that a method cannot write are left out. Errors: those of PictureEngine and of methods,
/// NotFound, Unsupported (no pair that goes together), Cancelled.
[[nodiscard]] Result<void> benchmarkPreview(
    const PreviewBenchmark& what, const MethodLookup& methods, const CpuLimits& limits, const OnBenchmarkRow& onRow,
    std::stop_token stop);

} // namespace tritloom
