#pragma once

#include "core/export/export_target.h"

namespace tritloom {

/// The ONNX file the model came from, with its layers as chosen: whole numbers of up to 8 bits with one scale a row
/// become an INT8 initializer and a DequantizeLinear along its axis (operator set 13 and later); other formats the
/// numbers they stand for, as float. What lay in other files is embedded. Rows of exportTargets().
[[nodiscard]] std::vector<std::string> checkOnnx(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportOnnx(const ExportRequest& request);

/// Every tensor under its name and in its shape of the file; packed formats become the numbers they stand for.
[[nodiscard]] std::vector<std::string> checkSafetensors(const ModelFile& model, std::span<const std::string> formats);
[[nodiscard]] Result<WrittenFile> exportSafetensors(const ExportRequest& request);

/// Numbers of a layer in the order of the file: [outputs, inputs] turned back where the file has it the other way.
[[nodiscard]] std::vector<float> inFileOrder(const NamedTensor& tensor, const Tensor& layer);

/// Writes beside `path` and renames, so that a file that was there stays unless everything went well. Errors: Io.
[[nodiscard]] Result<std::uint64_t> writeWhole(
    const std::filesystem::path& path, const std::function<bool(std::ostream&)>& write);

} // namespace tritloom
