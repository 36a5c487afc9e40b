#pragma once

#include "core/export/export_target.h"
#include "core/file/json.h"

#include <cstdio>
#include <map>

namespace tritloom::huggingface {

/// A tensor of model.safetensors, known before its bytes are.
struct Part {
    std::string name, type; ///< "model.norm.weight", "F16"
    Shape shape;
};

/// A tensor of the model that is written as several, by a target.
struct PackedLayer {
    std::vector<Part> parts;
    /// The bytes of each part, from the tensor in the format that was asked for. Errors: InvalidInput (it
    /// does not fit).
    std::function<Result<std::vector<std::vector<std::byte>>>(const Tensor& tensor)> pack;
};

/// What a target adds to the folder that the model came from.
struct Folder {
    std::map<std::size_t, PackedLayer>
        layers; ///< by index in the model; all others are written as plain numbers
    Json quantization; ///< for config.json, "quantization_config"
    std::map<std::string, Json> files = {}; ///< more JSON files by name
};

/// The module a weight belongs to, "model.layers.0.mlp.up_proj"; "" for what is no weight.
[[nodiscard]] std::string moduleOf(const NamedTensor& tensor);

/// Whether Transformers has this weight in a Linear (Conv1D: GPT-2's) and not in an embedding or a norm.
[[nodiscard]] bool isLinear(const ModelFile& model, const NamedTensor& tensor);

/// Broken rules that all folders share: the model must come from a folder, for its config, tokenizer and
/// names; what is not packed must be plain floats; layers that run as one product need one format. packs:
/// whether the target packs this tensor in that format. package: "compressed-tensors", for the sentences.
[[nodiscard]] std::vector<std::string> checkFolder(
    const ModelFile& model, std::span<const std::string> formats, std::string_view package,
    const std::function<bool(std::size_t index)>& packs);

/// Writes the folder beside its place, reads it back, compares every number and moves it to where it belongs:
/// a path that does not exist yet, or an empty folder. Everything of the model's own folder that holds no
/// weights comes along. Errors: InvalidInput, Io, Cancelled, those of request.tensor and pack.
[[nodiscard]] Result<WrittenFile> writeFolder(const ExportRequest& request, const Folder& folder);

/// Bytes of words, halves or shapes, as they lie in a file.
template <typename T>
[[nodiscard]] std::vector<std::byte> bytesOf(std::span<const T> values)
{
    const auto bytes = std::as_bytes(values);
    return {bytes.begin(), bytes.end()};
}

} // namespace tritloom::huggingface
