#pragma once

#include "core/architecture/model.h"
#include "core/file/base_files.h"

#include <filesystem>
#include <string>
#include <vector>

namespace tritloom {

struct AppliedTransform;

/// What a recipe says of one layer.
struct RecipeEntry {
    std::string layer;
    LayerChoice choice; ///< an empty format: as stored
    Shape shape = {}; ///< [rows, columns] in a compressed model; empty: the recipe does not say
};

/// The entries of a recipe, whatever model it is for: JSON, or a compressed model (see published_recipe.h),
/// which may hold differences to one of the bases. Errors: InvalidInput (no recipe, a layer twice, an unknown
/// format), Io, those of openModel().
[[nodiscard]] Result<std::vector<RecipeEntry>>
recipeEntries(const std::filesystem::path& path, BaseFiles& bases);

/// An allocation as JSON: {"layers": [{"name", "format", "method", "parameters"}], "transforms"}. Layers that
/// are not named stay as they are stored. readRecipe() takes a compressed model as well, as recipeEntries()
/// does. Errors: InvalidInput (a layer the model does not have, an unknown format), Io.
[[nodiscard]] Result<Allocation>
readRecipe(const Model& model, const std::filesystem::path& path, BaseFiles& bases);
[[nodiscard]] Result<Allocation> parseRecipe(const Model& model, std::string_view json, const std::string& name);
/// transforms: what the model went through before, as "transforms" (see transformsText()).
[[nodiscard]] std::string recipeText(
    const Model& model, const Allocation& allocation, const std::vector<AppliedTransform>& transforms);
[[nodiscard]] Result<void> writeRecipe(
    const Model& model, const Allocation& allocation, const std::vector<AppliedTransform>& transforms,
    const std::filesystem::path& path);
/// What a model has to go through before the layers become what the recipe says, in order; without a format they
/// prepare for the recipe itself. None for compressed models. Errors: InvalidInput, Io.
[[nodiscard]] Result<std::vector<AppliedTransform>> recipeTransforms(const std::filesystem::path& path);

/// "4.5bpw" (mean bits per weight of the layers, scales counted) or "300MB" (whole file; kB, MB, GB, KiB,
/// MiB, GiB, B) as bytes of the whole file. Errors: InvalidInput.
[[nodiscard]] Result<std::uint64_t> parseBudget(const Model& model, std::string_view text);

} // namespace tritloom
