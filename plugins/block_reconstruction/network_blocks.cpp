#include "plugins/block_reconstruction/network_blocks.h"

#include <algorithm>
#include <map>

namespace tritloom {
namespace {

/// Where values are made and read, and how many layers lie before each node.
class Places {
public:
    Places(const Graph& graph, const std::set<TensorId>& layers)
        : m_graph(graph)
    {
        m_layersBefore.push_back(0);
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            for (const ValueId input : node.inputs)
                m_readers[input].push_back(n);
            m_maker[node.output] = n;
            const bool isLayer = std::ranges::any_of(
                node.weights, [&](TensorId id) { return layers.contains(id); });
            m_layersBefore.push_back(m_layersBefore.back() + (isLayer ? 1 : 0));
        }
        m_readers[graph.output].push_back(graph.nodes.size());
    }

    [[nodiscard]] bool isLayer(std::size_t node) const { return layersIn(node, node + 1) > 0; }
    [[nodiscard]] std::size_t layersIn(std::size_t first, std::size_t last) const
    {
        return m_layersBefore[last] - m_layersBefore[first];
    }
    /// The node behind the one that makes the value; 0 for what is given.
    [[nodiscard]] std::size_t madeBefore(ValueId value) const
    {
        const auto found = m_maker.find(value);
        return found == m_maker.end() ? 0 : found->second + 1;
    }
    [[nodiscard]] const std::map<ValueId, std::vector<std::size_t>>& readers() const { return m_readers; }

    /// The values that come from the picture.
    [[nodiscard]] std::set<ValueId> ofThePicture() const
    {
        std::set<ValueId> found{m_graph.part(0).inputs.front()};
        for (const Node& node : m_graph.nodes)
            if (std::ranges::any_of(node.inputs, [&](ValueId id) { return found.contains(id); }))
                found.insert(node.output);
        return found;
    }

    /// Of each place between nodes, how many values go on there.
    [[nodiscard]] std::vector<std::size_t> crossings(std::size_t longest) const
    {
        std::vector<std::size_t> counts(m_graph.nodes.size() + 1);
        const std::set<ValueId> counted = ofThePicture();
        for (const auto& [value, readers] : m_readers) {
            if (!counted.contains(value))
                continue;
            const std::size_t made = madeBefore(value);
            std::size_t end = 0; // of what it goes on for, shortcuts left out
            for (const std::size_t reader : readers)
                if (layersIn(made, reader) <= longest)
                    end = std::max(end, reader + 1);
            for (std::size_t place = made; place < end; ++place)
                ++counts[place];
        }
        return counts;
    }

private:
    const Graph& m_graph;
    std::map<ValueId, std::vector<std::size_t>> m_readers;
    std::map<ValueId, std::size_t> m_maker;
    std::vector<std::size_t> m_layersBefore;
};

/// Whether a node does the same to every number of its one input, or every channel.
bool isElementwise(const Node& node)
{
    switch (node.op.kind) {
    case OpKind::Unary:
    case OpKind::Binary:
    case OpKind::Add:
    case OpKind::Multiply:
    case OpKind::Silu:
    case OpKind::Gelu:
    case OpKind::Relu2:
    case OpKind::BatchNorm:
        return node.inputs.size() == 1;
    default:
        return false;
    }
}

NetworkBlock blockOf(const Graph& graph, const Places& places, std::size_t first, std::size_t last)
{
    NetworkBlock block;
    block.first = first;
    block.last = last;
    std::map<ValueId, std::size_t> depths; // layers on the longest way to a value
    std::size_t deepest = 0, end = last;
    for (std::size_t n = first; n < last; ++n) {
        const Node& node = graph.nodes[n];
        std::size_t depth = 0;
        for (const ValueId input : node.inputs) {
            if (const auto made = depths.find(input); made != depths.end())
                depth = std::max(depth, made->second);
            else if (std::ranges::find(block.entries, input) == block.entries.end())
                block.entries.push_back(input);
        }
        if (places.isLayer(n)) {
            block.layers.push_back(n);
            if (++depth >= deepest) {
                deepest = depth;
                end = n;
            }
        }
        depths[node.output] = depth;
        const auto readers = places.readers().find(node.output);
        if (readers != places.readers().end() && readers->second.back() >= last)
            block.exits.push_back(node.output);
    }
    for (const std::size_t n : block.layers)
        if (const ValueId made = graph.nodes[n].output;
            n != end && std::ranges::find(block.exits, made) == block.exits.end())
            block.inner.push_back(made);
    return block;
}

} // namespace

std::vector<NetworkBlock>
networkBlocks(const Graph& graph, const std::set<TensorId>& layers, std::size_t longest)
{
    const Places places(graph, layers);
    const std::vector<std::size_t> crossings = places.crossings(longest);
    const std::size_t count = graph.nodes.size();
    std::vector<std::size_t> cuts{0};
    for (std::size_t place = 1; place <= count; ++place) {
        if (crossings[place] > 1 && place < count)
            continue;
        const bool isLong = places.layersIn(cuts.back(), place) > 4 * longest;
        for (std::size_t inside = cuts.back() + 1; isLong && inside < place; ++inside)
            if (places.isLayer(inside) && places.layersIn(cuts.back(), inside) >= longest)
                cuts.push_back(inside);
        cuts.push_back(place);
    }
    std::vector<NetworkBlock> blocks;
    std::size_t first = 0;
    for (std::size_t i = 1; i < cuts.size(); ++i) {
        const std::size_t begin = cuts[i - 1], end = cuts[i];
        const bool hasLayers = places.layersIn(begin, end) > 0,
                   belongs = !hasLayers && std::all_of(
                       graph.nodes.begin() + std::ptrdiff_t(begin), graph.nodes.begin() + std::ptrdiff_t(end),
                       isElementwise);
        if (places.layersIn(first, begin) > 0 && !belongs) {
            blocks.push_back(blockOf(graph, places, first, begin));
            first = begin;
        }
    }
    if (first < count)
        blocks.push_back(blockOf(graph, places, first, count));
    return blocks;
}

} // namespace tritloom
