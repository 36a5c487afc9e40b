#pragma once

#include "core/file/base_files.h"

/// What the program of BitDelta's authors saves of a fine-tune (FasterDecoding/BitDelta, save_diff()): a
/// state dict that holds, for a linear layer NAME of the base,
///   NAME.mask: i32 [inputs / 32, outputs], bit i of word k being 1 where input 32 k + i was raised or left,
///   NAME.coeff: the one scale of these signs,
/// and other tensors as the fine-tune has them. The base is not named.
namespace tritloom::bitdeltaFile {

[[nodiscard]] bool isDifference(const ModelFile& stateDict);

/// The fine-tune over this base. Whole tensors lie as in the base's file. Errors: InvalidInput (sizes that do
/// not fit it, layers that it has not).
[[nodiscard]] Result<ModelFile> tunedFrom(const ModelFile& base, const ModelFile& stateDict);

/// The same over a base, which is among the given ones or the Hugging Face folder that the file lies
/// in; base: becomes that one. Errors: NotFound (no base), those of tunedFrom().
[[nodiscard]] Result<ModelFile>
overBase(const ModelFile& stateDict, BaseFiles& bases, std::shared_ptr<const ModelFile>* base = nullptr);

} // namespace tritloom::bitdeltaFile
