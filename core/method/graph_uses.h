#pragma once

#include "core/graph/graph.h"

#include <map>
#include <span>

namespace tritloom {

/// How many products each matrix is part of: a recurrent one is multiplied at every step.
[[nodiscard]] std::map<TensorId, std::size_t> productsOf(const Graph& graph);

/// Who makes and who reads what in a graph, which it outlives. Immutable, shared between threads.
class GraphUses {
public:
    explicit GraphUses(const Graph& graph);

    [[nodiscard]] const Node* makerOf(ValueId value) const; ///< null: it is an input
    [[nodiscard]] std::size_t readerCount(ValueId value) const; ///< the graph's output counts as one
    /// The node that makes a value which one other node alone reads; null where it is not so.
    [[nodiscard]] const Node* soleMaker(ValueId value) const
    {
        return readerCount(value) == 1 ? makerOf(value) : nullptr;
    }
    [[nodiscard]] bool areUsedOnce(std::span<const TensorId> tensors) const;

private:
    const Graph& m_graph;
    std::map<ValueId, std::size_t> m_makers, m_readers;
    std::map<TensorId, std::size_t> m_uses;
};

} // namespace tritloom
