#include "core/method/fold_points.h"

#include <algorithm>
#include <map>
#include <optional>

namespace tritloom {
namespace {

class Finder {
public:
    explicit Finder(const Graph& graph)
        : m_graph(graph)
    {
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            m_makers[node.output] = n;
            for (const ValueId value : node.inputs)
                m_readers[value].push_back(n);
            for (const TensorId tensor : node.weights)
                ++m_uses[tensor];
        }
    }

    std::vector<FoldPoint> run() const
    {
        std::vector<FoldPoint> points;
        for (const Node& node : m_graph.nodes) {
            std::optional<FoldPoint> point;
            if (node.op.kind == OpKind::RmsNorm || node.op.kind == OpKind::LayerNorm)
                point = FoldPoint{node.weights, {}, {}};
            else if (node.op.kind == OpKind::Multiply && node.inputs.size() == 2 && node.weights.empty())
                point = plainHalf(node);
            if (point && addReaders(node.output, *point) && usedOnce(*point))
                points.push_back(std::move(*point));
        }
        return points;
    }

private:
    const Node* makerOf(ValueId value) const
    {
        const auto found = m_makers.find(value);
        return found == m_makers.end() ? nullptr : &m_graph.nodes[found->second];
    }
    std::size_t readerCount(ValueId value) const
    {
        const auto found = m_readers.find(value);
        return found == m_readers.end() ? 0 : found->second.size();
    }

    /// The input of a gate that is a product as it is, perhaps with a bias, and that nobody else reads.
    std::optional<FoldPoint> plainHalf(const Node& gate) const
    {
        for (const ValueId input : gate.inputs) {
            FoldPoint point;
            const Node* maker = makerOf(input);
            if (maker == nullptr || readerCount(input) != 1)
                continue;
            if (maker->op.kind == OpKind::Add && maker->inputs.size() == 1 && maker->weights.size() == 1) {
                point.dividedVectors.push_back(maker->weights[0]);
                if (readerCount(maker->inputs[0]) != 1)
                    continue;
                maker = makerOf(maker->inputs[0]);
            }
            if (maker == nullptr || maker->op.kind != OpKind::Linear)
                continue;
            point.dividedRows.push_back(maker->weights[0]);
            return point;
        }
        return std::nullopt;
    }

    bool addReaders(ValueId value, FoldPoint& point) const
    {
        const auto found = m_readers.find(value);
        if (found == m_readers.end() || value == m_graph.output)
            return false;
        for (const std::size_t n : found->second) {
            if (m_graph.nodes[n].op.kind != OpKind::Linear)
                return false;
            point.readers.push_back(m_graph.nodes[n].weights[0]);
        }
        return true;
    }

    bool usedOnce(const FoldPoint& point) const
    {
        const auto once = [this](TensorId id) { return m_uses.at(id) == 1; };
        return std::ranges::all_of(point.dividedVectors, once) && std::ranges::all_of(point.dividedRows, once)
            && std::ranges::all_of(point.readers, once);
    }

    const Graph& m_graph;
    std::map<ValueId, std::size_t> m_makers;
    std::map<ValueId, std::vector<std::size_t>> m_readers;
    std::map<TensorId, std::size_t> m_uses;
};

} // namespace

std::vector<FoldPoint> foldPoints(const Graph& graph)
{
    return Finder(graph).run();
}

} // namespace tritloom
