#include "app/session/samples.h"

#include "app/session/engine.h"

#include <QCoreApplication>

namespace tritloom {

std::span<const SampleModel> sampleModels()
{
    static constexpr SampleModel list[] = {
        {"language", QT_TRANSLATE_NOOP("SampleModels", "&Language model"), "language/sample.gguf"},
        {"classification", QT_TRANSLATE_NOOP("SampleModels", "&Classifier of shapes and letters"),
         "picture/classification/shapes.onnx"},
        {"super-resolution", QT_TRANSLATE_NOOP("SampleModels", "&Super-resolution, twice as large"),
         "picture/super-resolution/enlarge.onnx"},
        {"generation", QT_TRANSLATE_NOOP("SampleModels", "&Diffusion model of shapes"),
         "picture/generation/denoise.onnx"},
    };
    return list;
}

QString SampleModel::translatedTitle() const
{
    return QCoreApplication::translate("SampleModels", title);
}

std::filesystem::path SampleModel::path() const
{
    return resourceFolder() / "samples" / file;
}

} // namespace tritloom
