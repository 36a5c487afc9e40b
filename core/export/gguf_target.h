#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// The format that llama.cpp takes instead of `formatId` when a row of `columns` elements is not made of its
/// blocks; `formatId` itself when it is. Errors: Unsupported (GGUF has no type for this format).
[[nodiscard]] Result<std::string> ggufFallback(std::string_view formatId, std::size_t columns);

/// The format a tensor is stored in when `formatId` is wished: f32 for 1-D tensors and norms, else the wish.
[[nodiscard]] std::string ggufStoredFormat(const NamedTensor& tensor, std::string_view formatId);

/// See ExportTarget::check.
[[nodiscard]] std::vector<std::string>
checkGguf(const ModelFile& model, std::span<const std::string> formats);

/// Writes metadata, tokenizer and tensors so that llama.cpp can load them: the rows of attn_q and attn_k of a
/// "llama" model are brought into GGUF's order, norms are f32. The file is read back and compared before it
/// takes its place. See ExportTarget::write.
[[nodiscard]] Result<WrittenFile> exportGguf(const ExportRequest& request);

} // namespace tritloom
