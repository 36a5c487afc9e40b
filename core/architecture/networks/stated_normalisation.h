#pragma once

#include "core/architecture/picture_model.h"

namespace tritloom::networks {

/// How the folder of a classifier says pictures are given: image_mean and image_std of Transformers'
/// preprocessor_config.json, mean and std of timm's config.json, in its pretrained_cfg or, as older ones have
/// them, beside it. nullopt: it does not say. Errors: InvalidInput (other than one number a channel, numbers
/// that no picture can be given by).
[[nodiscard]] Result<std::optional<Normalisation>>
statedNormalisation(const ModelFile& file, std::size_t channels);

} // namespace tritloom::networks
