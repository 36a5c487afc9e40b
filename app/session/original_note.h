#pragma once

#include "core/architecture/model.h"

#include <optional>
#include <span>

namespace tritloom {

/// What a file that was exported says of the model it was made from: its metadata "tritloom.original.*".
struct OriginalNote {
    std::string name; ///< of the file or folder, without where it lay
    std::string key; ///< of its content, hexadecimal: Model::key
    std::uint64_t bytes = 0; ///< of its tensors, 0 where it is not said

    /// Bits a weight over all tensors, of the original (0 where its bytes are not said) and of what was made.
    [[nodiscard]] double bitsThen(const Model& compressed) const;
    [[nodiscard]] static double bitsNow(const Model& compressed);
    /// "made from sample.gguf, 16.01 bits a weight over all tensors; this file has 4.01"
    [[nodiscard]] std::string sentence(const Model& compressed) const;
};

/// nullopt: the file says nothing.
[[nodiscard]] std::optional<OriginalNote> originalOf(const ModelFile& file);

/// Puts it into a file that is about to be written of the model. One that was made of another names that one:
/// the first is what quality is held against.
void stateOriginal(ModelFile& file, const Model& original);

/// The original where it lies under its name and with the same content: beside the file that was made of it, in
/// the current folder, where one of the recent files lies; "": nowhere there. Opens headers only.
[[nodiscard]] std::filesystem::path findOriginal(
    const OriginalNote& note, const ModelFile& file, std::span<const std::filesystem::path> recent = {});

} // namespace tritloom
