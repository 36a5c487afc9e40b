#include "core/export/bitnet_target.h"
#include "core/export/compressed_tensors_target.h"
#include "core/export/diffusion_gguf_target.h"
#include "core/export/export_target.h"
#include "core/export/gguf_target.h"
#include "core/export/gptq_target.h"
#include "core/export/network_targets.h"
#include "core/export/problems.h"
#include "core/export/tritloom_target.h"
#include "core/method/row_packer.h"

#include <algorithm>

namespace tritloom {

// The only list of export targets.
std::span<const ExportTarget> exportTargets()
{
    static constexpr ExportTarget targets[] = {
        {"gguf", "GGUF (llama.cpp)", "*.gguf", checkGguf, exportGguf},
        {"diffusion-gguf", "GGUF of Stable Diffusion (stable-diffusion.cpp, ComfyUI)", "*.gguf",
         checkDiffusionGguf, exportDiffusionGguf},
        {"tritloom", "Tritloom", "*.tritloom", checkTritloom, exportTritloom, ExportTarget::Writes::File,
         ExportTarget::Holds::Replacements},
        {"tritloom-delta", "Tritloom, differences to a base in its own file", "*.tritloom", checkTritloom,
         exportTritloomDelta, ExportTarget::Writes::File, ExportTarget::Holds::Differences},
        {"onnx", "ONNX, INT8 (onnxruntime)", "*.onnx", checkOnnx, exportOnnxQdq, ExportTarget::Writes::File,
         ExportTarget::Holds::Replacements},
        {"onnx-int4", "ONNX, INT4 (operator set 21)", "*.onnx", checkOnnx, exportOnnxInt4,
         ExportTarget::Writes::File, ExportTarget::Holds::Replacements},
        {"onnx-matmulnbits", "ONNX, MatMulNBits", "*.onnx", checkOnnx, exportOnnxMatMulNBits,
         ExportTarget::Writes::File, ExportTarget::Holds::Replacements},
        {"safetensors", "safetensors", "*.safetensors", checkSafetensors, exportSafetensors},
        {"compressed-tensors", "compressed-tensors folder (vLLM)", "*.compressed-tensors",
         checkCompressedTensors, exportCompressedTensors, ExportTarget::Writes::Folder},
        {"gptq", "GPTQ folder (GPTQModel, vLLM)", "*.gptq", checkGptq, exportGptq,
         ExportTarget::Writes::Folder},
        {"bitnet", "BitNet folder (Transformers)", "*.bitnet", checkBitnet, exportBitnet,
         ExportTarget::Writes::Folder},
    };
    return targets;
}

std::string oneSentence(std::span<const std::string> problems)
{
    constexpr std::size_t most = 3;
    std::string text = fmt::format("{}", fmt::join(problems.first(std::min(most, problems.size())), "; "));
    if (problems.size() > most)
        text += fmt::format("; and {} more like these", problems.size() - most);
    return text;
}

Result<Tensor> encodedTensor(const NamedTensor& tensor, std::string_view formatId)
{
    const Tensor plain = TRY(materialise(tensor));
    if (plain.type().format->id() == formatId)
        return plain;
    const NumberFormatPtr format = TRY(parseNumberFormat(formatId));
    return packRows(
        plain, format, {}, [&](std::size_t, std::span<const float> values, std::span<std::byte> packed) {
            encodeRow(*format, values, packed, {});
        });
}

} // namespace tritloom
