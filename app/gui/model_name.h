#pragma once

#include <QString>

namespace tritloom {

/// What people call the model in this file or folder: the file's name, or its folder's where every model's
/// file is called so ("model.safetensors", "config.json", "model-00001-of-00003.safetensors"); "owner/name"
/// in a cache of Hugging Face.
[[nodiscard]] QString modelName(const QString& path);

/// The name without the ending of a model file: of "llama-1.1b" nothing is taken.
[[nodiscard]] QString withoutModelSuffix(const QString& name);

/// What a dialog that opens models shows: the names of all files that a reader asks for, and projects.
[[nodiscard]] QString modelPatterns();

} // namespace tritloom
