#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// A folder in GPTQ's first format, for GPTQModel, Transformers and vLLM: int<bits>g<group> of 2, 3, 4 and 8
/// bits in linear layers. Symmetric ones only: this version stores zero points minus one, where 0 has no
/// place. See ExportTarget.
[[nodiscard]] std::vector<std::string>
checkGptq(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportGptq(const ExportRequest& request);

} // namespace tritloom
