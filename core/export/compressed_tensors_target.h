#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// A folder for vLLM and Transformers with compressed-tensors: int<bits>g<group> and uint<bits>g<group> (with
/// zero points) in linear layers as pack-quantized integers, one scale a group or a row. See ExportTarget.
[[nodiscard]] std::vector<std::string>
checkCompressedTensors(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportCompressedTensors(const ExportRequest& request);

} // namespace tritloom
