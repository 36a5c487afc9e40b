#pragma once

#include "core/graph/graph.h"

#include <set>

namespace tritloom {

/// Consecutive nodes of a network that are reconstructed together.
struct NetworkBlock {
    std::size_t first = 0, last = 0; ///< nodes [first, last) of the graph
    std::vector<ValueId> entries; ///< made before and read inside, in order
    std::vector<ValueId> exits; ///< made inside and read behind, or the output, in order
    std::vector<std::size_t> layers; ///< nodes that read a layer, in order
    /// What layers make that the loss inside the block counts: of all but the one behind most others, which of
    /// equals is the last, so that no shortcut takes its place; no exits.
    std::vector<ValueId> inner;
};

/// A network cut wherever one value alone goes on: residual blocks, and between them single layers with what
/// is element by element behind them. All nodes, in order; a block without layers stands where there are none.
///
/// What does not depend on the picture (time embeddings, prompts) does not count as going on, nor do shortcuts
/// over more than `longest` layers, those of UNets: both are entries of blocks. A part without a cut and with
/// more than four times as many layers is cut after every `longest`.
[[nodiscard]] std::vector<NetworkBlock>
networkBlocks(const Graph& graph, const std::set<TensorId>& layers, std::size_t longest);

} // namespace tritloom
