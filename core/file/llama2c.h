#pragma once

#include "core/file/model_file.h"

namespace tritloom::llama2c {

/// llama2.c has no magic number in version 0: the seven sizes must be plausible and add up to the file.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Version 0 and 1 (float) and version 2 (8 bits in groups), with the tokenizer that lies beside the file.
/// Version 2 has f32 scales, which no number format stores: its weights are read as f32, with a notice, from
/// where they lie; only matrices whose groups cross rows are decoded in memory, up to 2^28 weights. Errors:
/// NotFound, Io, InvalidInput, Unsupported (more of those).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The same for bytes in memory, without tokenizer. owner keeps the bytes alive.
[[nodiscard]] Result<ModelFile>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner);

/// tokenizer.bin: sets the "tokenizer.ggml.*" keys. Errors: InvalidInput.
[[nodiscard]] Result<void> readTokenizerBin(
    std::span<const std::byte> bytes, std::string_view name, std::size_t vocabularySize, Metadata& metadata);

} // namespace tritloom::llama2c
