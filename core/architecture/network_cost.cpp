#include "core/architecture/network_cost.h"

#include "core/graph/shape_inference.h"

#include <set>

namespace tritloom {
double multiplyAdds(const Op& op, const std::vector<Shape>& inputs, const Shape& output)
{
    const auto elements = [](const Shape& shape) { return double(TensorType{nullptr, shape}.elements()); };
    switch (op.kind) {
    case OpKind::Linear:
    case OpKind::Convolution:
        return elements(output) * double(inputs[1].back());
    case OpKind::TransposedConvolution: // each input meets a column of [outputs * kernel, inputs]
        return elements(inputs[0]) * double(inputs[1].front()) / double(op.count("groups", 1));
    case OpKind::MatMul:
        return elements(output) * double(inputs[0].back());
    case OpKind::Attention: // queries with keys, weights with values
        return 2 * elements(inputs[0]) * double(TensorType{nullptr, inputs[1]}.rows());
    default:
        return 0;
    }
}

Result<std::vector<NetworkCost>> networkCosts(const Model& model, const Graph& graph)
{
    std::map<ValueId, Shape> shapes;
    for (const GraphInput& input : graph.inputs)
        shapes[input.value] = input.shape;
    std::map<ValueId, std::size_t> lastRead;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (const ValueId value : graph.nodes[n].inputs)
            lastRead[value] = n;
    std::vector<NetworkCost> costs;
    for (std::size_t p = 0; p < graph.partCount(); ++p) {
        const GraphPart part = graph.part(p);
        NetworkCost cost{.name = part.name};
        std::set<TensorId> read;
        std::map<ValueId, std::uint64_t> live;
        const auto bytesOf = [&](ValueId value) {
            return std::uint64_t{4} * TensorType{nullptr, shapes[value]}.elements();
        };
        for (const ValueId input : part.inputs)
            live[input] = bytesOf(input);
        for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
            const Node& node = graph.nodes[n];
            if (node.stage < part.firstStage || node.stage > part.lastStage)
                continue;
            std::vector<Shape> inputs;
            for (const ValueId value : node.inputs)
                inputs.push_back(shapes[value]);
            for (const TensorId id : node.weights) {
                const NamedTensor& tensor = model.tensor(id);
                inputs.push_back(tensor.shape);
                if (read.insert(id).second)
                    cost.weightBytes += 4 * TensorType{nullptr, tensor.shape}.elements();
            }
            for (const Tensor& literal : node.literals)
                inputs.push_back(literal.type().shape);
            shapes[node.output] = TRY(inferShape(node.op, inputs));
            cost.multiplyAdds += multiplyAdds(node.op, inputs, shapes[node.output]);
            live[node.output] = bytesOf(node.output);
            std::uint64_t sum = 0;
            for (const auto& [value, bytes] : live)
                sum += bytes;
            cost.liveBytes = std::max(cost.liveBytes, sum);
            for (const ValueId value : node.inputs)
                if (lastRead[value] == n)
                    live.erase(value);
        }
        costs.push_back(std::move(cost));
    }
    return costs;
}

} // namespace tritloom
