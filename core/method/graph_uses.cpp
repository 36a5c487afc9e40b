#include "core/method/graph_uses.h"

#include <algorithm>

namespace tritloom {

std::map<TensorId, std::size_t> productsOf(const Graph& graph)
{
    std::map<TensorId, std::size_t> products;
    for (const Node& node : graph.nodes)
        if (node.op.kind == OpKind::Linear && !node.weights.empty())
            ++products[node.weights[0]];
    return products;
}

GraphUses::GraphUses(const Graph& graph)
    : m_graph(graph)
{
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const Node& node = graph.nodes[n];
        m_makers[node.output] = n;
        for (const ValueId value : node.inputs)
            ++m_readers[value];
        for (const TensorId tensor : node.weights)
            ++m_uses[tensor];
    }
    ++m_readers[graph.output];
}

const Node* GraphUses::makerOf(ValueId value) const
{
    const auto found = m_makers.find(value);
    return found == m_makers.end() ? nullptr : &m_graph.nodes[found->second];
}

std::size_t GraphUses::readerCount(ValueId value) const
{
    const auto found = m_readers.find(value);
    return found == m_readers.end() ? 0 : found->second;
}

bool GraphUses::areUsedOnce(std::span<const TensorId> tensors) const
{
    return std::ranges::all_of(tensors, [this](TensorId id) {
        const auto found = m_uses.find(id);
        return found != m_uses.end() && found->second == 1;
    });
}

} // namespace tritloom
