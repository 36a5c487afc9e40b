#pragma once

#include "core/file/json.h"
#include "core/file/model_file.h"

/// Tritloom's own model file: safetensors whose header begins with "__metadata__": {"format": "tritloom",
/// ...}, so that any safetensors reader lists it and any method's result can be kept.
///
/// Every data entry is U8. "__metadata__" holds, besides "format" and "version" ("1"), two texts of JSON:
/// "model": [{"key", "type", "value"}], the metadata as GGUF knows them, and "rotate_half";
/// "tensors": [{"name", "shape", "format", "data"}] for one packed matrix, or with "parts": [{"name",
/// "shape", "format", "data", "shared"}] and "nodes": [{"op", "attributes", "inputs", "weights", "output"}],
/// "output" for what replaces one. "data" names the entry; packed rows lie as the number format of that id
/// defines them.
namespace tritloom::tritloomFile {

inline constexpr std::string_view beginning = R"({"__metadata__":{"format":"tritloom")";

[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);
/// Errors: InvalidInput (a broken header, sizes that do not fit, an unknown format or op), Io.
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

// The texts in "__metadata__" and what they stand for.
[[nodiscard]] Json metadataJson(const Metadata& metadata);
[[nodiscard]] Result<Metadata> metadataOf(const Json& list, std::string_view file);
[[nodiscard]] Json graphJson(const Graph& graph);
/// parts: how many tensors the nodes may name. Errors: InvalidInput.
[[nodiscard]] Result<Graph> graphOf(const Json& object, std::size_t parts, std::string_view file);

} // namespace tritloom::tritloomFile
