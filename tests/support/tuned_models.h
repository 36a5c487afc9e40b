#pragma once

#include "core/architecture/model.h"
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

} // namespace tritloom
