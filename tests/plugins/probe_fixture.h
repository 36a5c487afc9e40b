#pragma once

#include "compute/cpu/cpu_backend.h"
#include "core/evaluate/text_probe.h"
#include "plugins/rtn/rtn.h"

#include <QFile>

namespace tritloom::fixture {

/// The sample model on its calibration text, a few short chunks of it, with `rtn` for candidates.
struct SampleProbe {
    std::shared_ptr<const Model> model;
    std::shared_ptr<Compressor> compressor;
    std::unique_ptr<TextProbe> probe;
};

inline std::unique_ptr<Executor> cpuExecutor()
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeCpuBackend().value());
    backends.push_back(makeReferenceBackend());
    return std::make_unique<Executor>(std::move(backends));
}

inline const LayerMethod* roundingAlone(std::string_view id)
{
    static const RoundToNearest rounding;
    return id == "rtn" ? &rounding : nullptr;
}

inline SampleProbe probeOf(
    std::shared_ptr<const Model> model, std::vector<Candidate> candidates = {},
    MethodLookup methods = roundingAlone)
{
    QFile text(TRITLOOM_SOURCE_DIR "/resources/samples/language/calibration.txt");
    if (!text.open(QIODevice::ReadOnly))
        qFatal("no calibration text");
    const auto chunks =
        makeChunks(*model->tokenizer, text.readAll().toStdString(), {.contextLength = 64, .chunkCount = 4})
            .value();
    auto statistics = std::make_shared<Statistics>(model, chunks, cpuExecutor());
    auto compressor =
        std::make_shared<Compressor>(model, std::move(methods), std::move(statistics), std::size_t{64} << 20);
    auto probe = std::make_unique<TextProbe>(
        compressor, chunks, cpuExecutor(), std::move(candidates), std::size_t{256} << 20, std::stop_token());
    return {std::move(model), std::move(compressor), std::move(probe)};
}

/// What the model loses on its calibration text with every layer as its candidate makes it.
inline ModelProbe::Losses lossesAs(ModelProbe& probe, std::span<const std::size_t> candidates)
{
    std::vector<ModelProbe::Replaced> replaced;
    for (std::size_t i = 0; i < candidates.size(); ++i)
        replaced.push_back(probe.replacedBy(i, candidates[i]).value());
    return probe.losses(replaced, 0).value();
}
inline ModelProbe::Losses lossesAs(ModelProbe& probe, std::size_t candidate)
{
    return lossesAs(probe, std::vector<std::size_t>(probe.layers().size(), candidate));
}

inline std::shared_ptr<const Model> sampleModel()
{
    return loadModel(TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf").value();
}

/// The model with other tensors.
inline std::shared_ptr<const Model> withTensors(const Model& model, const std::map<TensorId, Tensor>& tensors)
{
    ModelFile file = *model.file;
    for (const auto& [id, tensor] : tensors) {
        file.tensors[std::size_t(id)].stored = tensor;
        file.tensors[std::size_t(id)].layout = Layout::RowMajor;
    }
    return makeModel(std::move(file));
}

} // namespace tritloom::fixture
