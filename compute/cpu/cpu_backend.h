#pragma once

#include "core/backend/backend.h"

#include <memory>
#include <string>
#include <vector>

namespace tritloom {

/// Instruction sets this program was built for and this processor has, best first: "AVX3", "AVX2", ...
[[nodiscard]] std::vector<std::string> cpuInstructionSets();

/// `instructionSet`: one of cpuInstructionSets(), or empty for the best. Process-wide: the newest
/// backend made decides for all of them. Errors: Unsupported (this processor has no such set).
[[nodiscard]] Result<std::unique_ptr<Backend>> makeCpuBackend(std::string instructionSet = {});

} // namespace tritloom
