#pragma once

#include "core/graph/graph.h"

namespace tritloom {

/// The nodes that lead from the time step, `whole.inputs[1]`, to what the product with a tensor gives, as a
/// graph of one stage. Errors: Unsupported, by the name of the layer.
[[nodiscard]] Result<Graph> timeGraph(const Graph& whole, TensorId weights, const std::string& layer);

} // namespace tritloom
