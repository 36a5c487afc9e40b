#pragma once

#include "core/backend/ranged_products.h"
#include "core/graph/layer_replacement.h"

#include <optional>

namespace tritloom {

/// A replacement that is a fixed range for all inputs and one packed matrix behind it, which are the first
/// two of its nodes; others only put stored rows in (core/graph/cached_layer.h).
struct RangedLayer {
    InputGrid grid;
    std::size_t matrix = 0; ///< the part that is the matrix
};

/// Nothing where the replacement is of another kind, has ranges by channel, or more than 8 bits. time: of a
/// diffusion network, chooses among ranges.
[[nodiscard]] std::optional<RangedLayer>
rangedLayer(const LayerReplacement& replacement, std::optional<double> time);

} // namespace tritloom
