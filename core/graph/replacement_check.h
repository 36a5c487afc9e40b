#pragma once

#include "core/graph/layer_replacement.h"

namespace tritloom {

/// Whether the nodes of a replacement can be run one after the other on [T, inputs] and give [T, outputs]:
/// ops that are allowed, attributes they know and can take, as many values and tensors as each reads, widths
/// that fit. What tensors hold (indices, codes, time steps) is looked at when they are run. Errors:
/// InvalidInput, with the op.
[[nodiscard]] Result<void> checkReplacement(const LayerReplacement& replacement);

} // namespace tritloom
