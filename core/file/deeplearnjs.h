#pragma once

#include "core/file/model_file.h"
#include "core/file/named_parts.h"

namespace tritloom::deeplearnjs {

/// manifest.json, or the folder that holds it.
[[nodiscard]] bool sniff(const std::filesystem::path& path, std::span<const std::byte> head);

/// Opens a checkpoint as deeplearn.js dumped those of TensorFlow, which ml5 still serves: a manifest with a
/// file name and a shape a variable, and a file of f32 numbers for each. Variables stay in the mapped files,
/// under the names and in the shapes of TensorFlow; in the order of the manifest's keys. Errors: NotFound (a
/// variable's file), Io, InvalidInput (a file of another size than its shape says).
[[nodiscard]] Result<ModelFile> read(const std::filesystem::path& path);

/// The same of JSON in memory. name stands in messages.
[[nodiscard]] Result<ModelFile>
parse(std::string_view json, const std::string& name, const NamedParts& parts);

} // namespace tritloom::deeplearnjs
