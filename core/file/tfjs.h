#pragma once

#include "core/file/model_file.h"
#include "core/file/named_parts.h"

namespace tritloom::tfjs {

/// model.json (or weights_manifest.json), or the folder that holds it.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Opens a model of TensorFlow.js: a JSON file with the topology and a manifest of the weights, which lie one
/// after the other in binary shards beside it. Weights stay in the mapped shards; those that a quantizing
/// converter wrote as uint8 or uint16 with scale and minimum are decoded to f32 in memory, with a notice. The
/// topology is kept as "tfjs.topology". Names and shapes are the file's own ([h, w, inputs, outputs]): the
/// network turns them. Source: "weights manifest" of the TensorFlow.js converter. Errors: NotFound (a shard),
/// Io, InvalidInput, Unsupported (strings, complex numbers).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The same of JSON in memory. name stands in messages.
[[nodiscard]] Result<ModelFile>
parse(std::string_view json, const std::string& name, const NamedParts& parts);

} // namespace tritloom::tfjs
