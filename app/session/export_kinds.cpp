#include "app/session/export_kinds.h"

#include <algorithm>

namespace tritloom {

std::vector<const ExportTarget*> exportKindsFor(const Model& model)
{
    std::vector<std::string_view> ids{"gguf", "tritloom", "compressed-tensors", "gptq", "bitnet"};
    if (model.picture && model.file->operators)
        ids = {"onnx", "onnx-int4", "onnx-matmulnbits", "safetensors", "tritloom"};
    else if (model.picture && model.picture->latent)
        ids = {"safetensors", "diffusion-gguf", "tritloom"};
    else if (model.picture)
        ids = {"safetensors", "onnx", "onnx-int4", "onnx-matmulnbits", "tritloom"};
    std::vector<const ExportTarget*> kinds;
    for (const std::string_view id : ids)
        for (const ExportTarget& target : exportTargets())
            if (target.id == id)
                kinds.push_back(&target);
    return kinds;
}

const ExportTarget& exportKindByName(const std::filesystem::path& path, const Model& model)
{
    const auto targets = exportTargets();
    const bool isGguf = path.extension() == ".gguf";
    const auto found = std::ranges::find_if(targets, [&](const ExportTarget& target) {
        if (isGguf && model.picture && model.picture->latent)
            return target.id == "diffusion-gguf";
        return path.extension().string() == suffixOf(target);
    });
    return found == targets.end() ? targets.front() : *found;
}

std::string suffixOf(const ExportTarget& target)
{
    return std::string(target.patterns.substr(1)); // "*.gguf"
}

} // namespace tritloom
