#include "core/graph/replacement_check.h"

#include "core/graph/cached_layer.h"
#include "core/graph/hadamard.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <map>

namespace tritloom {
namespace {

/// The numbers that ops of a replacement have, and what they may be: backends take them as they come.
struct Known {
    OpKind kind;
    std::string_view name;
    double least, most;
    bool isWhole = true;
};
constexpr double mostCount = double(std::int64_t{1} << 31);
constexpr Known attributes[] = {
    {OpKind::Hadamard, "size", 1, mostCount},
    {OpKind::QuantizeRows, "bits", 2, 16},
    {OpKind::QuantizeRows, "group", 1, mostCount},
    {OpKind::QuantizeRows, "asymmetric", 0, 1},
    {OpKind::QuantizeRows, "lowest", 0, 65535},
    {OpKind::QuantizeRows, "offset", 0, 1, false},
    {OpKind::Gather, "axis", 0, 1},
    {OpKind::Concat, "axis", 0, 1}};

class Widths {
public:
    explicit Widths(const LayerReplacement& replacement)
        : m_replacement(replacement)
    {
    }

    Result<void> check()
    {
        const Graph& graph = m_replacement.graph;
        m_widths[graph.input] = m_replacement.inputs;
        for (const Node& node : graph.nodes) {
            m_node = &node;
            TRY_VOID(numbers());
            const std::size_t width = TRY(widthBehind());
            if (width == 0)
                return no("nothing comes out");
            m_widths[node.output] = width;
        }
        const auto output = m_widths.find(graph.output);
        if (output == m_widths.end() || output->second != m_replacement.outputs)
            return fail(
                ErrorCode::InvalidInput, "what replaces a layer gives {} numbers, the layer {}",
                output == m_widths.end() ? 0 : output->second, m_replacement.outputs);
        return {};
    }

private:
    template <typename... Args>
    tl::unexpected<Error> no(fmt::format_string<Args...> text, Args&&... args) const
    {
        return fail(
            ErrorCode::InvalidInput, "{}: {}", nameOf(m_node->op.kind),
            fmt::format(text, std::forward<Args>(args)...));
    }

    const Shape& tensor(std::size_t i) const
    {
        return m_replacement.parts[std::size_t(m_node->weights[i])].tensor.type().shape;
    }
    std::size_t numbersOf(std::size_t i) const { return TensorType{nullptr, tensor(i)}.elements(); }

    Result<void> takes(std::size_t values, std::size_t tensors) const
    {
        if (m_node->inputs.size() != values || m_node->weights.size() != tensors)
            return no(
                "{} values and {} tensors go in, {} and {} are needed", m_node->inputs.size(),
                m_node->weights.size(), values, tensors);
        return {};
    }
    /// Tensor i is a matrix of that many columns. Gives its rows.
    Result<std::size_t> matrix(std::size_t i, std::size_t columns) const
    {
        if (tensor(i).size() != 2 || tensor(i)[1] != columns)
            return no("a matrix of {} columns is needed, not [{}]", columns, fmt::join(tensor(i), ", "));
        return tensor(i)[0];
    }
    Result<void> vector(std::size_t i, std::size_t numbers) const
    {
        if (numbersOf(i) != numbers)
            return no("{} numbers are needed, not [{}]", numbers, fmt::join(tensor(i), ", "));
        return {};
    }

    Result<void> numbers() const
    {
        for (const auto& attribute : m_node->op.attributes) {
            const auto& name = attribute.first;
            const double value = attribute.second;
            const auto* const known = std::ranges::find_if(attributes, [&](const Known& each) {
                return each.kind == m_node->op.kind && each.name == name;
            });
            if (known == std::end(attributes))
                return no("'{}' is none of its attributes", name);
            if (!(value >= known->least && value <= known->most)
                || (known->isWhole && value != std::floor(value)))
                return no("'{}' cannot be {}", name, value);
        }
        return {};
    }

    Result<std::size_t> widthBehind() const
    {
        for (const ValueId value : m_node->inputs)
            if (!m_widths.contains(value))
                return no("it reads a value that no node before it makes");
        for (const TensorId id : m_node->weights)
            if (std::size_t(id) >= m_replacement.parts.size())
                return no("it reads tensor {} of {}", std::size_t(id), m_replacement.parts.size());
        if (m_node->inputs.empty())
            return no("nothing goes in");
        const std::size_t width = m_widths.at(m_node->inputs[0]);
        switch (m_node->op.kind) {
        case OpKind::Linear:
            TRY_VOID(takes(1, 1));
            return matrix(0, width);
        case OpKind::SignFactorLinear: {
            TRY_VOID(takes(1, 3));
            const std::size_t outputs = TRY(matrix(0, width)), rank = TRY(matrix(2, width));
            if (TRY(matrix(1, rank)) != outputs)
                return no("factors of {} and {} rows", tensor(1)[0], outputs);
            return outputs;
        }
        case OpKind::SparseLinear: {
            TRY_VOID(takes(1, 4));
            const std::size_t outputs = TRY(matrix(0, width));
            TRY_VOID(vector(2, outputs));
            TRY_VOID(vector(3, outputs));
            return outputs;
        }
        case OpKind::Add:
            TRY_VOID(takes(2, 0));
            if (m_widths.at(m_node->inputs[1]) != width)
                return no("{} numbers and {}", width, m_widths.at(m_node->inputs[1]));
            return width;
        case OpKind::Multiply:
            TRY_VOID(takes(1, 1));
            if (numbersOf(0) != 1)
                TRY_VOID(vector(0, width));
            return width;
        case OpKind::Hadamard:
            TRY_VOID(takes(1, 0));
            if (const std::size_t size = m_node->op.count("size", width);
                !isHadamardSize(size) || width % size != 0)
                return no("a transform of size {} over {} numbers", size, width);
            return width;
        case OpKind::QuantizeRows:
            TRY_VOID(quantizes(width));
            return width;
        case OpKind::Gather:
            return gathered(width);
        case OpKind::Concat:
            TRY_VOID(takes(1, 1));
            if (m_node->op.number("axis") != 0)
                return no("only rows are joined");
            TRY(matrix(0, width));
            return width;
        default:
            return no("it is not allowed in what replaces a layer");
        }
    }

    Result<void> quantizes(std::size_t width) const
    {
        const double bits = m_node->op.number("bits", 8);
        const std::size_t group = m_node->op.count("group", width);
        if (group == 0 || width % group != 0)
            return no("{} bits by groups of {}", bits, group);
        if (const double lowest = m_node->op.number("lowest"); lowest > std::exp2(bits) - 1)
            return no("codes from {} on in {} bits", lowest, bits);
        if (m_node->weights.empty())
            return takes(1, 0);
        TRY_VOID(takes(1, 3));
        const std::size_t scales = numbersOf(0), times = numbersOf(2);
        if (times == 0 || scales == 0 || scales % times != 0 || numbersOf(1) != scales)
            return no("{} scales and {} zeros in {} groups of time steps", scales, numbersOf(1), times);
        return {};
    }

    Result<std::size_t> gathered(std::size_t width) const
    {
        const double axis = m_node->op.number("axis");
        if (isTimeTable(*m_node)) {
            // The row in place of what goes in; that goes on where the table has none.
            const std::size_t times = numbersOf(1);
            if (times == 0 || tensor(0).size() != 2 || tensor(0)[0] != times)
                return no("a table [{}] for {} time steps", fmt::join(tensor(0), ", "), times);
            const std::size_t outputs = tensor(0)[1];
            const bool isAlone = m_replacement.graph.nodes.size() == 1;
            if (m_node->output != m_replacement.graph.output || m_node != &m_replacement.graph.nodes.back()
                || (!isAlone && width != outputs))
                return no("a table by time step must be the last, and as wide as what it is in place of");
            return outputs;
        }
        TRY_VOID(takes(1, 1));
        if (axis == 0)
            return width;
        if (axis != 1 || tensor(0).size() != 1)
            return no("columns or rows are taken by a list");
        return numbersOf(0);
    }

    const LayerReplacement& m_replacement;
    std::map<ValueId, std::size_t> m_widths;
    const Node* m_node = nullptr;
};

} // namespace

Result<void> checkReplacement(const LayerReplacement& replacement)
{
    return Widths(replacement).check();
}

} // namespace tritloom
