#pragma once

#include "core/graph/graph.h"

#include <vector>

namespace tritloom {

/// A place where factors can move between what makes a value and what reads it without changing the model:
/// y = W (x / s * s) for every reader W of x.
struct FoldPoint {
    /// Vectors (norm weights and biases, biases of products) and rows of matrices that are divided by s.
    std::vector<TensorId> dividedVectors, dividedRows;
    std::vector<TensorId> readers; ///< matrices whose columns are multiplied by s
};

/// Norms whose every reader is a product, and the plain half of a gated feed-forward (up to down), in graph
/// order. Points that touch a tensor that something else reads too (tied embeddings) are left out.
[[nodiscard]] std::vector<FoldPoint> foldPoints(const Graph& graph);

} // namespace tritloom
