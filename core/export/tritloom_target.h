#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// Tritloom's own file (core/file/tritloom_file.h): holds whatever methods make, replacements too, and opens
/// again.
[[nodiscard]] std::vector<std::string>
checkTritloom(const ModelFile& model, std::span<const std::string> formats);
/// Errors: as ExportTarget::write.
[[nodiscard]] Result<WrittenFile> exportTritloom(const ExportRequest& request);
/// The same without what layers share with request.base: the file refers to that by its name and to each tensor
/// by name and key, so that many such files lie beside one base.
/// Errors: also InvalidInput (no base, one of the file's own name, nothing shares anything with it).
[[nodiscard]] Result<WrittenFile> exportTritloomDelta(const ExportRequest& request);
/// Why a file of that name cannot refer to the base; nothing: it can.
[[nodiscard]] std::optional<std::string>
whyNotBeside(const ModelFile& base, const std::filesystem::path& path);

} // namespace tritloom
