#pragma once

#include "app/session/recipe.h"
#include "core/sensitivity/sensitivity_table.h"

#include <optional>

namespace tritloom {

/// A layer that two recipes treat differently.
struct RecipeChange {
    std::string layer;
    LayerChoice before, after; ///< an empty format: as stored
    std::uint64_t bytesBefore = 0, bytesAfter = 0; ///< 0 without a model
    double bitsBefore = 0, bitsAfter = 0; ///< per weight, scales counted; 0 without a model
    std::optional<double> klBefore,
        klAfter; ///< nats a token, predicted from what was measured of the layer alone
};

/// What becomes of a model when one recipe takes the place of another.
struct RecipeDifference {
    std::vector<RecipeChange> changes; ///< in the order of the model, or of the recipes
    std::size_t equalLayers = 0;
    std::size_t otherMethods = 0, storedFloats = 0; ///< layers that leaveUnsaidOut() left out
    std::string transformsBefore = "none", transformsAfter = "none"; ///< transformNames(), of what they were made
    bool knowsSizes = false; ///< there was a model to ask
    std::uint64_t bytesBefore = 0, bytesAfter = 0; ///< of the whole model
    double bitsBefore = 0, bitsAfter = 0; ///< mean over all layers
    std::optional<double> klBefore, klAfter; ///< of the whole, absent while a layer is not measured
};

/// By names alone; a layer that one recipe does not name is as stored there.
[[nodiscard]] RecipeDifference
differenceOf(const std::vector<RecipeEntry>& before, const std::vector<RecipeEntry>& after);

/// table: what is known of single layers, for the predictions; may be empty.
[[nodiscard]] RecipeDifference differenceOf(
    const Model& model, const Allocation& before, const Allocation& after, const SensitivityTable& table,
    const MethodLookup& methods);

/// Leaves out of the changes what a compressed model, one of the two, does not say: by what method layers of
/// the same format were made, and, where no model says, whether floats are those that were stored.
void leaveUnsaidOut(RecipeDifference& difference);

/// The choices of both as candidates of a table that says what they cost.
[[nodiscard]] std::vector<Candidate> candidatesOf(const Allocation& before, const Allocation& after);

} // namespace tritloom
