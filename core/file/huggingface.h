#pragma once

#include "core/file/model_file.h"

namespace tritloom::huggingface {

/// A folder with config.json or *.safetensors, one of these files, or model.safetensors.index.json.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Reads config.json, the weights (one file or shards) and the tokenizer, and translates names and keys into
/// GGUF's. Architectures that it does not know keep the file's names and `general.architecture` is
/// model_type. Errors: NotFound, Io, InvalidInput, Unsupported (no safetensors, an element type without
/// number format).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

} // namespace tritloom::huggingface
