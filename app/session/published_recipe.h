#pragma once

#include "app/session/recipe.h"

namespace tritloom {

/// Whether a file or folder is a recipe's JSON; anything else is taken for a model.
[[nodiscard]] bool looksLikeRecipe(const std::filesystem::path& path);

/// What each layer of a compressed model became, as a recipe for the model it was made of: GGUF, a checkpoint
/// of compressed-tensors, GPTQ or BitNet. Its codes are not taken over: layers are compressed anew into the
/// same formats, by the method that comes nearest (see the source). Errors: Unsupported (a format that can be
/// read only, a layer of several matrices).
[[nodiscard]] Result<std::vector<RecipeEntry>>
publishedEntries(const Model& published, const std::string& name);

/// The same for `model`. Errors: also InvalidInput (a layer that only one of them has, another shape).
[[nodiscard]] Result<Allocation>
publishedRecipe(const Model& model, const Model& published, const std::string& name);

} // namespace tritloom
