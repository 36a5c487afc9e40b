#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// Tritloom's own file (core/file/tritloom_file.h): holds whatever methods make, replacements too, and opens
/// again.
[[nodiscard]] std::vector<std::string>
checkTritloom(const ModelFile& model, std::span<const std::string> formats);
/// Errors: as ExportTarget::write.
[[nodiscard]] Result<WrittenFile> exportTritloom(const ExportRequest& request);

} // namespace tritloom
