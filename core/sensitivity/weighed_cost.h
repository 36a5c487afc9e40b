#pragma once

#include "core/sensitivity/sensitivity_table.h"

#include <cmath>

namespace tritloom {

/// What an allocator weighs: what the cell adds to the divergence and, where two add the same, by how much
/// the outputs of the layer move. A classifier that is sure of its pictures diverges by exactly nothing until
/// one of them flips; formats would then be taken for equally good, and a budget stay unused.
[[nodiscard]] inline double
weighedCost(const SensitivityTable& table, LayerId layer, const SensitivityCell& cell)
{
    constexpr double share = 1e-9; // far below what any divergence is measured to
    const double moved = std::isfinite(cell.activationError) ? cell.activationError : cell.weightError;
    return table.costOf(layer, cell) + (std::isfinite(moved) ? share * moved : 0);
}

} // namespace tritloom
