#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// A Stable Diffusion folder as one GGUF file with the names of the original checkpoints: what
/// stable-diffusion.cpp opens, and ComfyUI-GGUF, which takes the UNet out of it (architecture "sd1"; rows of
/// packed convolutions carry their shape in "comfy.gguf.orig_shape.NAME").
[[nodiscard]] std::vector<std::string>
checkDiffusionGguf(const ModelFile& model, std::span<const std::string> formats);
/// Errors: as ExportTarget::write.
[[nodiscard]] Result<WrittenFile> exportDiffusionGguf(const ExportRequest& request);

} // namespace tritloom
