#pragma once

#include "core/architecture/model.h"
#include "core/export/export_target.h"

#include <vector>

namespace tritloom {

/// The kinds of file that a model of this kind can become, the usual one first; what a kind cannot hold its
/// check says.
[[nodiscard]] std::vector<const ExportTarget*> exportKindsFor(const Model& model);

/// The target of this id, or where it is "" by the ending of the path; ONNX has INT4 where one of the chosen
/// formats fits. Errors: NotFound, InvalidInput (no target has such an ending).
[[nodiscard]] Result<const ExportTarget*> exportTargetOf(
    std::string_view id, const std::filesystem::path& path, const Model& model, const Allocation& allocation);

/// ".gguf"
[[nodiscard]] std::string suffixOf(const ExportTarget& target);

} // namespace tritloom
