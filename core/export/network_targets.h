#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// ONNX files that onnxruntime runs; rows of exportTargets(). The file the model came from (or its graph, for
/// networks that came as tensors only) with its layers as chosen, raised to the operator set that their types
/// need; what lay in other files is embedded. Formats without codes at even distances are written as the
/// floats they stand for, with a notice that names the layer.
[[nodiscard]] std::vector<std::string>
checkOnnx(const ModelFile& model, std::span<const std::string> formats);
/// INT8 and UINT8 behind DequantizeLinear: along the axis of the outputs, or in blocks.
[[nodiscard]] Result<WrittenFile> exportOnnxQdq(const ExportRequest& request);
/// The same, with INT4 and UINT4 (operator set 21) for what takes four bits or fewer.
[[nodiscard]] Result<WrittenFile> exportOnnxInt4(const ExportRequest& request);
/// com.microsoft.MatMulNBits with 2, 4 or 8 bits for products with matrices, the rest as exportOnnxInt4().
[[nodiscard]] Result<WrittenFile> exportOnnxMatMulNBits(const ExportRequest& request);

/// Every tensor under its name and in its shape of the file; packed formats become the numbers they stand
/// for.
[[nodiscard]] std::vector<std::string>
checkSafetensors(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportSafetensors(const ExportRequest& request);

} // namespace tritloom
