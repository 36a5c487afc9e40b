#include "core/file/onnx.h"
#include "core/file/onnx_uses.h"

#include <algorithm>

namespace tritloom::onnx {

Uses::Uses(const OperatorGraph& graph)
    : m_graph(graph)
{
    for (const OperatorNode& node : graph.nodes)
        for (std::size_t i = 0; i < node.inputs.size(); ++i)
            if (!node.inputs[i].empty())
                m_readers[node.inputs[i]].push_back({&node, i});
}

Reading Uses::of(const std::string& value, Shape& shape, int depth) const
{
    const auto readers = m_readers.find(value);
    if (readers == m_readers.end() || depth > 8)
        return Reading::Other;
    Reading result = Reading::Other;
    for (std::size_t i = 0; i < readers->second.size(); ++i) {
        Shape seen = shape;
        const Reading one = read(*readers->second[i].first, readers->second[i].second, seen, depth);
        if (one == Reading::Other || (i > 0 && (one != result)))
            return Reading::Other;
        result = one;
        if (i + 1 == readers->second.size())
            shape = seen;
    }
    return result;
}

std::size_t Uses::count(const std::string& value) const
{
    const auto found = m_readers.find(value);
    return found == m_readers.end() ? 0 : found->second.size();
}

Reading Uses::read(const OperatorNode& node, std::size_t input, Shape& shape, int depth) const
{
    if (node.type == "Identity" || (node.type == "Reshape" && input == 0)) {
        if (node.outputs.size() != 1)
            return Reading::Other;
        if (node.type == "Reshape" && !reshape(node, shape))
            return Reading::Other;
        return of(node.outputs[0], shape, depth + 1);
    }
    if (node.type == "Transpose" && node.outputs.size() == 1 && shape.size() == 2) {
        std::swap(shape[0], shape[1]);
        const Reading after = of(node.outputs[0], shape, depth + 1);
        std::swap(shape[0], shape[1]); // of the stored matrix
        return after == Reading::Columns ? Reading::Rows : after == Reading::Rows ? Reading::Columns : Reading::Other;
    }
    if (node.type == "Conv" && input == 1 && shape.size() >= 3)
        return Reading::Rows;
    if (node.type == "ConvTranspose" && input == 1 && shape.size() >= 3)
        return Reading::Columns;
    if (node.type == "Gemm" && input == 1 && shape.size() == 2)
        return node.integer("transB", 0) != 0 ? Reading::Rows : Reading::Columns;
    if (node.type == "MatMul" && input == 1 && shape.size() == 2)
        return Reading::Columns;
    if (node.type == "Gather" && input == 0 && shape.size() == 2 && node.integer("axis", 0) == 0)
        return Reading::Table;
    return Reading::Other;
}

bool Uses::reshape(const OperatorNode& node, Shape& shape) const
{
    if (node.inputs.size() != 2)
        return false;
    const auto target = m_graph.constants.find(node.inputs[1]);
    if (target == m_graph.constants.end())
        return false;
    std::size_t known = 1, total = TensorType{nullptr, shape}.elements();
    std::ptrdiff_t open = -1;
    Shape result;
    for (const float value : target->second.values.toFloats()) {
        if (value == -1 && open < 0)
            open = std::ptrdiff_t(result.size());
        else if (!(value > 0 && value < 1e9f))
            return false;
        result.push_back(value > 0 ? std::size_t(value) : 1);
        known *= result.back();
    }
    if (known == 0 || total % known != 0 || (open < 0 && known != total))
        return false;
    if (open >= 0)
        result[std::size_t(open)] = total / known;
    shape = result;
    return true;
}

void assignLayers(const OperatorGraph& graph, std::vector<NamedTensor>& tensors)
{
    const Uses uses(graph);
    for (NamedTensor& tensor : tensors) {
        tensor.role = NamedTensor::Role::Other;
        Shape shape = tensor.shape;
        const Reading reading = uses.of(tensor.name, shape);
        if (reading == Reading::Other || tensor.stored.isEmpty())
            continue;
        const std::size_t first = shape[0], rest = TensorType{nullptr, shape}.elements() / std::max<std::size_t>(first, 1);
        tensor.fileShape = tensor.shape;
        tensor.role = NamedTensor::Role::Layer;
        if (!tensor.packed)
            tensor.stored = Tensor(
                {tensor.stored.type().format, {first, rest}}, tensor.stored.bytes(), tensor.stored.owner());
        tensor.layout = reading == Reading::Columns ? Layout::Transposed
            : tensor.packed                         ? Layout::Packed
                                                    : Layout::RowMajor;
        tensor.shape = reading == Reading::Columns ? Shape{rest, first} : Shape{first, rest};
    }
}

} // namespace tritloom::onnx
