#pragma once

#include "app/session/plugin_choice.h"
#include "core/sensitivity/sensitivity_table.h"

#include <optional>
#include <string>
#include <vector>

namespace tritloom {

/// What keeps a table from predicting an allocation. A value.
struct PredictionGap {
    enum class Kind {
        None, ///< it predicts
        NotMeasured, ///< cells that the table has a place for
        OtherMethod, ///< layers are made in a way that the table has no cell for, measured or not
        Failed, ///< cells that could not be measured
    };
    Kind kind = Kind::None;
    std::vector<LayerId> layers = {}; ///< those of this kind
    LayerChoice example = {}; ///< what the first of them is
    std::string failure = {}; ///< of the first that failed
};
[[nodiscard]] PredictionGap predictionGap(const SensitivityTable& table, const Allocation& allocation);

/// What the table said before measurements that contradicted it corrected it: the sum of what each layer
/// costs alone. nullopt where it predicts nothing, and where no correction changes this allocation's figure.
[[nodiscard]] std::optional<double>
uncorrectedKl(const SensitivityTable& table, const Allocation& allocation);

/// The method whose candidates are what these layers are, with the parameters that make them; absent where no
/// method offers all of them.
[[nodiscard]] std::optional<PluginChoice> methodOf(
    const Model& model, const Allocation& allocation, const std::vector<LayerId>& layers,
    const MethodLookup& methods);

/// For each of these layers the cell of the table nearest in size to what it is.
[[nodiscard]] std::vector<std::pair<LayerId, LayerChoice>> nearestCells(
    const Model& model, const SensitivityTable& table, const Allocation& allocation,
    const std::vector<LayerId>& layers, const MethodLookup& methods);

} // namespace tritloom
