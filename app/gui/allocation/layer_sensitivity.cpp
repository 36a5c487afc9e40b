#include "app/gui/allocation/layer_sensitivity.h"

#include <algorithm>
#include <cmath>

namespace tritloom {

std::optional<LayerSensitivity>
sensitivityOf(const Model& model, const SensitivityTable& table, LayerId layer)
{
    const Layer& what = model.layer(layer);
    const SensitivityCell* best = nullptr;
    double bestDistance = 0;
    for (const SensitivityCell& cell : table.cells[std::size_t(layer)]) {
        if (!cell.failure.empty() || cell.bytes >= what.storedBytes)
            continue;
        const double distance = std::abs(8.0 * double(cell.bytes) / double(what.parameters()) - 4);
        if (best == nullptr || distance < bestDistance) {
            best = &cell;
            bestDistance = distance;
        }
    }
    // Half a row is no measure: beside others' four bits its first cell, two bits, would be the worst of all.
    if (best == nullptr || !best->known)
        return std::nullopt;
    // Noise may push a harmless change below zero.
    const double kl = std::max(0.0, best->kl.value);
    return LayerSensitivity{kl, kl / double(what.storedBytes - best->bytes), best->choice.format};
}

double heatOf(double value, double highest)
{
    if (value <= 0 || highest <= 0)
        return 0;
    return std::clamp(1 + std::log10(value / highest) / 3, 0.0, 1.0);
}

} // namespace tritloom
