#include "core/export/any_size.h"

#include "core/graph/shape_inference.h"

#include <algorithm>
#include <utility>

namespace tritloom::onnx {
namespace {

/// Shapes of a graph's values, in the order in which they are made.
class ValueShapes {
public:
    ValueShapes(const ModelFile& file, const Graph& graph)
        : m_file(file)
    {
        for (const GraphInput& input : graph.inputs)
            m_shapes.emplace_back(input.value, input.shape);
    }
    Result<void> add(const Node& node)
    {
        std::vector<Shape> operands;
        for (const ValueId id : node.inputs)
            operands.push_back(std::ranges::find(m_shapes, id, &Entry::first)->second);
        for (const TensorId id : node.weights)
            operands.push_back(m_file.tensors[std::size_t(id)].shape);
        for (const Tensor& literal : node.literals)
            operands.push_back(literal.type().shape);
        m_shapes.emplace_back(node.output, TRY(inferShape(node.op, operands)));
        return {};
    }
    /// The node's op; of a slice, dimensions that it takes whole have no size.
    [[nodiscard]] Op opOf(const Node& node) const
    {
        Op op = node.op;
        if (op.kind == OpKind::StridedSlice) {
            const Shape& from = std::ranges::find(m_shapes, node.inputs[0], &Entry::first)->second;
            for (std::size_t i = 0; i < from.size(); ++i)
                if (isWhole(op, from, i))
                    op.lists["sizes"][i] = -1;
        }
        return op;
    }
    [[nodiscard]] std::size_t count() const { return m_shapes.size(); }
    [[nodiscard]] ValueId id(std::size_t i) const { return m_shapes[i].first; }
    [[nodiscard]] const Shape& operator[](std::size_t i) const { return m_shapes[i].second; }

private:
    using Entry = std::pair<ValueId, Shape>;
    const ModelFile& m_file;
    std::vector<Entry> m_shapes;
};

bool isAsLarge(const Shape& value, const std::vector<std::int64_t>& sizes)
{
    return value.size() == 4 && sizes.size() == 4 && std::int64_t(value[2]) == sizes[2]
        && std::int64_t(value[3]) == sizes[3];
}

/// The sizes that an op makes, where such may be those of another value.
const std::vector<std::int64_t>* sizesOf(const Op& op)
{
    return op.kind == OpKind::Resize ? &op.list("sizes")
        : op.kind == OpKind::Reshape ? &op.list("shape")
                                     : nullptr;
}

/// The one dimension in which two shapes are not the same; nullopt: there are more, or another number of
/// them.
std::optional<std::size_t>
openDimension(const std::vector<std::int64_t>& a, const std::vector<std::int64_t>& b)
{
    std::optional<std::size_t> open;
    for (std::size_t i = 0; i < a.size() && a.size() == b.size(); ++i)
        if (a[i] != b[i] && std::exchange(open, i))
            return std::nullopt;
    return open;
}

/// Apart from sizes that a resize is for: those are written as a factor, or taken from another value, as
/// those of a reshape are.
bool doTheSame(Op left, Op right, const Node& a, const Node& b, bool hasLike)
{
    if (left.kind == OpKind::Reshape && hasLike)
        for (Op* const op : {&left, &right})
            op->lists.erase("shape");
    if (left.kind == OpKind::Resize)
        for (Op* const op : {&left, &right}) {
            op->lists.erase("sizes");
            if (hasLike)
                std::erase_if(
                    op->attributes, [](const auto& entry) { return entry.first.starts_with("scale"); });
        }
    return left == right && std::ranges::equal(a.literals, b.literals, [](const Tensor& x, const Tensor& y) {
               return x.type().shape == y.type().shape && std::ranges::equal(x.bytes(), y.bytes());
           });
}

} // namespace

bool isWhole(const Op& slice, const Shape& from, std::size_t dimension)
{
    return slice.list("starts")[dimension] == 0 && slice.list("steps")[dimension] == 1
        && slice.list("sizes")[dimension] == std::int64_t(from[dimension]);
}

std::string shownNode(const Graph& graph, const Node& node)
{
    if (!node.name.empty())
        return fmt::format("node '{}' ({})", node.name, nameOf(node.op.kind));
    const Node* at = &node;
    std::string name;
    while (at != nullptr && name.empty() && !at->inputs.empty()) {
        const ValueId id = at->inputs[0];
        const auto input = std::ranges::find(graph.inputs, id, &GraphInput::value);
        const auto maker = std::ranges::find(graph.nodes, id, &Node::output);
        at = maker == graph.nodes.end() ? nullptr : &*maker;
        name = input != graph.inputs.end() ? input->name : at != nullptr ? at->name : "";
    }
    return fmt::format("a node without a name ({}) behind '{}'", nameOf(node.op.kind), name);
}

Result<AnySize> anySize(const ModelFile& file, const Graph& graph, const Graph& larger)
{
    AnySize result;
    if (graph.nodes.size() != larger.nodes.size())
        return AnySize{"the number of its nodes", {}, {}};
    ValueShapes shapes(file, graph), others(file, larger);
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node &node = graph.nodes[i], &other = larger.nodes[i];
        const Op op = shapes.opOf(node), otherOp = others.opOf(other);
        const auto *const sizes = sizesOf(node.op), *const otherSizes = sizesOf(other.op);
        if (sizes != nullptr && otherSizes != nullptr && !doTheSame(op, otherOp, node, other, false)) {
            if (const auto open = openDimension(*sizes, *otherSizes); open && node.op.kind == OpKind::Reshape)
                result.open[node.output] = *open;
            for (std::size_t v = shapes.count(); v-- > 0 && !result.like.contains(node.output);)
                if (isAsLarge(shapes[v], *sizes) && isAsLarge(others[v], *otherSizes)
                    && std::equal(sizes->begin(), sizes->begin() + 2, otherSizes->begin()))
                    result.like[node.output] = shapes.id(v);
        }
        if (!doTheSame(
                op, otherOp, node, other,
                result.like.contains(node.output) || result.open.contains(node.output)))
            return AnySize{shownNode(graph, node), {}, {}};
        TRY_VOID(shapes.add(node));
        TRY_VOID(others.add(other));
    }
    return result;
}

} // namespace tritloom::onnx
