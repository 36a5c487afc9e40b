#pragma once

#include "core/architecture/model.h"
#include "core/file/base_files.h"

#include <optional>
#include <span>

namespace tritloom {

/// What a file that was exported says of the model it was made from: its metadata "tritloom.original.*".
struct OriginalNote {
    std::string name; ///< of the file or folder, without where it lay
    std::string key; ///< of its content, hexadecimal: Model::key
    std::uint64_t bytes = 0; ///< of its tensors, 0 where it is not said

    /// "made from sample.gguf, whose tensors take 4403200 bytes (16.00 bits a weight); here they take ..."
    [[nodiscard]] std::string sentence(const Model& compressed) const;
};

/// nullopt: the file says nothing.
[[nodiscard]] std::optional<OriginalNote> originalOf(const ModelFile& file);

/// Puts it into a file that is about to be written of the model. One that was made of another names that one:
/// the first is what quality is held against.
/// bases: for a model that was opened over one.
void stateOriginal(ModelFile& file, const Model& model, BaseFiles& bases);

/// The original where it lies in one of the folders under its name, with the same content; "": in none. Opens
/// headers only.
[[nodiscard]] std::filesystem::path
findOriginal(const OriginalNote& note, std::span<const std::filesystem::path> folders);

} // namespace tritloom
