#pragma once

#include "core/file/model_file.h"

namespace tritloom::gguf {

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// GGUF version 2 and 3. One part of a split file ("x-00002-of-00003.gguf") opens all of them.
/// Errors: NotFound (a part is missing), Io, InvalidInput, Unsupported (other versions, types of forks of
/// unknown layout, types whose number format is not known).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The same for bytes in memory; `name` stands in messages. owner keeps the bytes alive. No split files.
[[nodiscard]] Result<ModelFile>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner);

} // namespace tritloom::gguf
