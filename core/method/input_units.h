#pragma once

#include "core/graph/graph.h"

#include <functional>
#include <stop_token>
#include <vector>

namespace tritloom {

/// What the layer before says about the inputs of a layer: each unit of it makes `columns` neighbouring input
/// columns, one of a product, a kernel's worth of a convolution.
struct InputUnits {
    std::vector<float> deviations; ///< of each unit: standard deviation of its weights; none: no such layer
    std::size_t columns = 1;
};

/// The units that make the inputs of the first product with `layer`. A residual sum speaks for the branch
/// that was made last; a product of two layers' outputs (a gated feed-forward) multiplies their deviations; a
/// head of values that several queries share stands at each of them. No units where the input is made by no
/// layer (the first one), by parts of one that are not whole units, or where groups of a convolution read
/// several units by one column.
///
/// columns: of `layer`. tensorOf: a stored tensor as [outputs, inputs]. Errors: Cancelled, those of tensorOf.
[[nodiscard]] Result<InputUnits> inputUnits(
    const Graph& graph, TensorId layer, std::size_t columns,
    const std::function<Result<Tensor>(TensorId)>& tensorOf, std::stop_token stop);

} // namespace tritloom
