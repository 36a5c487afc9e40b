#pragma once

#include "core/architecture/model.h"
#include "core/calibrate/compressor.h"
#include "core/export/tritloom_target.h"
#include "plugins/bitdelta/bitdelta.h"

#include <random>

namespace tritloom {

inline const BitDelta bitDelta;

/// The model with every matrix moved a little, another way for every seed.
inline std::shared_ptr<const Model> tunedFrom(const Model& base, unsigned seed)
{
    ModelFile file = *base.file;
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 0.02f);
    for (NamedTensor& tensor : file.tensors) {
        std::vector<float> values = tensor.stored.toFloats();
        for (float& value : values)
            value += normal(random);
        tensor.stored = Tensor::adoptFloats(tensor.shape, std::move(values));
    }
    return makeModel(std::move(file));
}

inline std::vector<std::string> formatsOf(const ModelFile& file)
{
    std::vector<std::string> formats;
    for (const NamedTensor& tensor : file.tensors)
        formats.push_back(storedFormat(tensor)->id());
    return formats;
}

/// The model as Tritloom's own file; its blocks as signs beside the base, where there is one. refers: to that
/// base; else it is in the file.
inline Result<WrittenFile>
writeTuned(const Model& model, const Model* base, const std::filesystem::path& path, bool refers = true)
{
    Compressor compressor(
        std::shared_ptr<const Model>(&model, [](auto*) {}),
        [](std::string_view id) { return id == "bitdelta" ? &bitDelta : nullptr; }, nullptr, 0);
    if (base != nullptr)
        compressor.setBase(std::shared_ptr<const Model>(base, [](auto*) {}));
    ExportRequest request{.model = *model.file, .formats = formatsOf(*model.file)};
    request.layer = [&](std::size_t index) -> Result<CompressedLayer> {
        const auto layer = model.layerOf(TensorId(index));
        if (layer && base != nullptr && model.layer(*layer).block)
            return compressor.compress(*layer, {"sign", "bitdelta", {}}, {});
        return storedLayer(model.file->tensors[index]);
    };
    request.base = base != nullptr ? base->file.get() : nullptr;
    request.path = path;
    return refers ? exportTritloomDelta(request) : exportTritloom(request);
}

} // namespace tritloom
