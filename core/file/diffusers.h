#pragma once

#include "core/file/model_file.h"

namespace tritloom::diffusers {

/// A folder with model_index.json, that file, or the folder of one network whose config.json names a class of
/// the diffusers library.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Reads the networks of a pipeline: their tensors as "unet.NAME", "vae.NAME", "text_encoder.NAME",
/// memory-mapped, and their configs as text in the metadata. A part may lie in a folder of its name or, in
/// pipelines of one network, in the folder itself. Errors: NotFound (a part or its weights), Unsupported (a
/// class, by name), InvalidInput, Io.
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The keys of ModelFile::metadata that hold a part's config as text and the name of its file.
[[nodiscard]] std::string configKey(const std::string& part);
[[nodiscard]] std::string configFileKey(const std::string& part);

} // namespace tritloom::diffusers
