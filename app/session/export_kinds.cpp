#include "app/session/export_kinds.h"

#include "app/session/contract_controller.h"
#include "app/session/held_formats.h"
#include "app/session/near_word.h"

#include <algorithm>
#include <set>

namespace tritloom {

std::vector<const ExportTarget*> exportKindsFor(const Model& model)
{
    std::vector<std::string_view> ids{"gguf", "tritloom", "tritloom-delta", "compressed-tensors", "gptq", "bitnet"};
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

namespace {

/// By the ending of the path; of Stable Diffusion a GGUF file is of another kind.
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

bool anyFitsInt4(const Model& model, const Allocation& allocation)
{
    const std::vector<std::string> all = tensorFormats(model, allocation);
    return std::ranges::any_of(std::set(all.begin(), all.end()), [](const std::string& id) {
        const auto format = parseNumberFormat(id);
        return format && onnxBits(*format) == 4;
    });
}

/// Errors: Unsupported, with the endings of what can be written.
Result<const ExportTarget*> checkedFor(const Model& model, const ExportTarget& target)
{
    const auto kinds = exportKindsFor(model);
    if (std::ranges::find(kinds, &target) != kinds.end())
        return &target;
    // Differences and more than a matrix are their targets' own business; what holds operators may be
    // neither.
    const bool needsPictures = target.id.starts_with("onnx") || target.id == "diffusion-gguf";
    if (model.picture ? target.holds != ExportTarget::Holds::Matrices
                      : !needsPictures || model.file->operators)
        return &target;
    std::vector<std::string> endings;
    for (const ExportTarget* const kind : kinds)
        if (const std::string ending = suffixOf(*kind); std::ranges::find(endings, ending) == endings.end())
            endings.push_back(ending);
    if (!model.picture)
        return fail(
            ErrorCode::Unsupported, "{} is a kind of file for networks on pictures alone: take the ending {}",
            target.title, fmt::join(endings, ", "));
    return fail(
        ErrorCode::Unsupported, "{} is no kind of file for networks on pictures: take the ending {}",
        target.title, fmt::join(endings, ", "));
}

} // namespace

Result<const ExportTarget*> exportTargetOf(
    std::string_view id, const std::filesystem::path& path, const Model& model, const Allocation& allocation)
{
    const auto targets = exportTargets();
    if (id.empty()) {
        const std::string ending = path.extension().string();
        const bool isKnown = std::ranges::any_of(
            targets, [&](const ExportTarget& target) { return suffixOf(target) == ending; });
        if (!isKnown)
            return fail(
                ErrorCode::InvalidInput,
                "{}: {}: take the ending of a target (.gguf, .onnx, ...) or name one, see tritloom-cli "
                "targets",
                path.string(),
                ending.empty() ? "the name has no ending that says what to write"
                               : fmt::format("nothing is written as '{}'", ending));
        const ExportTarget& named = exportKindByName(path, model);
        if (named.id != "onnx" || !anyFitsInt4(model, allocation))
            return checkedFor(model, named);
        id = "onnx-int4";
    }
    const auto found = std::ranges::find(targets, id, &ExportTarget::id);
    if (found == targets.end()) {
        std::vector<std::string> known;
        for (const ExportTarget& target : targets)
            known.emplace_back(target.id);
        return fail(
            ErrorCode::NotFound, "no target is called '{}'{}", id,
            didYouMean(id, known, ": see tritloom-cli targets"));
    }
    return checkedFor(model, *found);
}

std::string suffixOf(const ExportTarget& target)
{
    return std::string(target.patterns.substr(1)); // "*.gguf"
}

} // namespace tritloom
