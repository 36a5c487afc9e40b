#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// A folder as Transformers packs BitNet: two bits a ternary weight, one scale a matrix. Formats with levels
/// -1, 0, 1 (ternaryg<group>, tq1_0, tq2_0), as long as all blocks of a matrix have the same scale, which the
/// method 'ternary' with absmean=1 gives; write() refuses others. See ExportTarget.
[[nodiscard]] std::vector<std::string>
checkBitnet(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportBitnet(const ExportRequest& request);

/// Weights [rows, columns] of -s, 0 and s as bytes [rows / 4, columns], two bits a weight, and s as a half: weight
/// r + k * rows / 4 of a column lies in bits 2k and 2k + 1 of byte row r, as 0, 1 or 2.
/// Errors: InvalidInput (more than one magnitude, or one that is no half).
[[nodiscard]] Result<std::vector<std::vector<std::byte>>> packTernary(const Tensor& weights);

} // namespace tritloom
