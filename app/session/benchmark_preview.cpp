#include "app/session/benchmark_preview.h"

#include "app/session/comparison.h"
#include "app/session/picture_image.h"
#include "core/base/parallel.h"

#include <QImage>

#include <algorithm>
#include <chrono>

namespace tritloom {
namespace {

/// One change of a network that nobody has compressed before, in seconds of the clock and of the processors.
struct Change {
    double wall = 0, busy = 0;
};
Result<Change>
change(const PreviewBenchmark& what, const MethodLookup& methods, const Allocation& allocation, std::stop_token stop)
{
    PictureOptions options;
    options.device = what.device;
    options.source.images = what.images;
    options.source.limit = 1;
    options.source.samples = 1;
    const auto engine = TRY(PictureEngine::create(what.model, methods, options, stop));
    const Model& model = *engine->model();
    const auto session = TRY(engine->makeSessionOf(engine->pictures().samples));
    TRY(session->referenceOutput(0, stop));
    Compressor& compressor = session->compressor();
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (const LayerMethod* const method = methods(allocation.layers[i].method);
            method != nullptr && method->calibration() != Calibration::None && compressor.statistics() != nullptr)
            (void)TRY(compressor.statistics()->of(LayerId(i), method->calibration(), stop));
    const auto begin = std::chrono::steady_clock::now();
    const double before = processorSeconds();
    const TaskOutput made = TRY(session->output(0, allocation, NetworkPass::Keep::Everything, stop));
    const QImage image = toImage(taskRow(model.picture->task).shown(*model.picture, session->samples()[0], made));
    Q_UNUSED(image) // classifiers show words
    return Change{
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
        (processorSeconds() - before) / double(threadCount())};
}

} // namespace

Result<void> benchmarkPreview(
    const PreviewBenchmark& what, const MethodLookup& methods, const CpuLimits& limits, const OnBenchmarkRow& onRow,
    std::stop_token stop)
{
    if (!what.model->graph || what.model->layers.empty())
        return fail(
            ErrorCode::Unsupported, "{} cannot be compressed and run: {}", what.model->file->path.filename().string(),
            what.model->whyNotEvaluated);
    std::vector<Candidate> candidates;
    for (const PluginChoice& method : what.methods)
        candidates.push_back({"", method.id, method.parameters});
    const auto pairs = TRY(comparisonRows(*what.model, what.formats, candidates, methods));
    if (pairs.empty())
        return fail(ErrorCode::Unsupported, "none of these methods writes one of these formats");
    for (const ComparisonRow& pair : pairs) {
        const LayerId middle = LayerId(what.model->layers.size() / 2);
        Allocation one = what.model->original();
        one[middle] = pair.allocation.layers[std::size_t(middle)];
        for (const bool isOne : {false, true}) {
            BenchmarkTimes times;
            for (std::size_t turn = 0; turn <= what.count; ++turn) {
                const Change measured = TRY(change(what, methods, isOne ? one : pair.allocation, stop));
                if (turn == 0)
                    continue;
                times.wall.push_back(measured.wall);
                times.busy.push_back(measured.busy);
            }
            std::ranges::sort(times.wall);
            std::ranges::sort(times.busy);
            BenchmarkRow row{
                .device = fmt::format("{}, {}", pair.method, isOne ? "one layer" : "all layers"),
                .format = pair.candidate.format};
            if (isOne) {
                row.rows = what.model->layer(middle).rows;
                row.inner = what.model->layer(middle).columns;
            }
            setTimes(row, times, 0, 0, limits, 0);
            onRow(row);
        }
    }
    return {};
}

} // namespace tritloom
