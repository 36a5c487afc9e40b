#pragma once

#include "app/session/picture_engine.h"
#include "plugins/rtn/rtn.h"

namespace tritloom::fixture {

inline const LayerMethod* onlyRounding(std::string_view id)
{
    static const RoundToNearest rounding;
    return id == "rtn" ? &rounding : nullptr;
}

/// A network on pictures with the pictures that methods learn from.
inline std::unique_ptr<PictureProbe> pictureProbeOf(
    const std::filesystem::path& model, std::vector<Candidate> candidates, PictureOptions options = {},
    MethodLookup methods = onlyRounding)
{
    auto loaded = loadModel(model);
    if (!loaded)
        qFatal("%s", loaded.error().message.c_str());
    auto engine = PictureEngine::create(std::move(*loaded), std::move(methods), std::move(options));
    if (!engine)
        qFatal("%s", engine.error().message.c_str());
    return (*engine)->makeProbe(std::move(candidates), {}).value();
}

/// One of those that come with the program: "classification/shapes.onnx".
inline std::unique_ptr<PictureProbe> samplePictureProbe(
    const std::string& name, std::vector<Candidate> candidates, PictureOptions options = {},
    MethodLookup methods = onlyRounding)
{
    return pictureProbeOf(
        TRITLOOM_SOURCE_DIR "/resources/samples/picture/" + name, std::move(candidates), std::move(options),
        std::move(methods));
}

} // namespace tritloom::fixture
