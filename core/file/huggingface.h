#pragma once

#include "core/file/model_file.h"

namespace tritloom::huggingface {

/// A folder with config.json or *.safetensors, one of these files, or model.safetensors.index.json.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Keys of ModelFile::metadata with config.json and preprocessor_config.json as text, of networks on
/// pictures.
constexpr std::string_view configKey = "huggingface.config", preprocessorKey = "huggingface.preprocessor";

/// Reads config.json, the weights (one file or shards) and the tokenizer, and translates names and keys into
/// GGUF's. Architectures that it does not know keep the file's names and `general.architecture` is
/// model_type; those of networks on pictures get none: their tensors say what they are. Errors: NotFound, Io,
/// InvalidInput, Unsupported (no safetensors, an element type without number format).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

} // namespace tritloom::huggingface
