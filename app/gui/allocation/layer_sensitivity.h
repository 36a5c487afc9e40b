#pragma once

#include "core/sensitivity/sensitivity_table.h"

#include <optional>

namespace tritloom {

/// One figure for what a layer can stand, so that layers compare: its cell nearest to four bits.
struct LayerSensitivity {
    double kl = 0; ///< nats per token with this layer alone compressed; measured
    double klPerByte = 0; ///< the same per byte that it saves
    std::string format; ///< of the cell it was taken from
};

/// nullopt while that cell has not been measured, or none is below the stored size.
[[nodiscard]] std::optional<LayerSensitivity>
sensitivityOf(const Model& model, const SensitivityTable& table, LayerId layer);

/// 0 to 1 over three decades below `highest`.
[[nodiscard]] double heatOf(double value, double highest);

} // namespace tritloom
