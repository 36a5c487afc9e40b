#pragma once

#include "core/tensor/tensor.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tritloom::safetensors {

/// A tensor as the header says, checked against the file.
struct Entry {
    std::string name;
    std::string type; ///< "BF16"
    Shape shape;
    std::span<const std::byte> bytes;
    std::shared_ptr<const void> owner;
    std::string file; ///< for messages: "model-00001-of-00002.safetensors"
};

/// Whether a file that starts with `head` and is `fileBytes` long can be a safetensors file.
[[nodiscard]] bool looksLike(std::span<const std::byte> head, std::uint64_t fileBytes);

/// The element type with the same bytes as a number format, "F16" for "f16"; "" when there is none.
[[nodiscard]] std::string_view typeName(std::string_view formatId);
[[nodiscard]] std::uint64_t typeBytes(std::string_view typeName); ///< of an element; 0 for unknown names

/// All tensors in the order of their data. Errors: InvalidInput (sizes, overlaps, holes, a name twice),
/// Unsupported (an element type that safetensors does not list).
[[nodiscard]] Result<std::vector<Entry>>
parse(std::span<const std::byte> bytes, std::string_view name, std::shared_ptr<const void> owner);

[[nodiscard]] Result<std::vector<Entry>> read(const std::filesystem::path& file);

/// The files of "model.safetensors.index.json" beside it, in the order of their names. Every tensor must
/// stand where the index says. Errors: also NotFound (a file is missing).
[[nodiscard]] Result<std::vector<Entry>> readSharded(const std::filesystem::path& index);

/// The entry as a Tensor. Errors: Unsupported, by name, when no number format is its type.
[[nodiscard]] Result<Tensor> toTensor(const Entry&);

} // namespace tritloom::safetensors
