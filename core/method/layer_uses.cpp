#include "core/method/layer_uses.h"

#include "core/graph/shape_inference.h"

namespace tritloom {
namespace {

std::map<TensorId, std::size_t> layersByTensor(const ModelProbe& probe)
{
    std::map<TensorId, std::size_t> layers;
    for (std::size_t i = 0; i < probe.layers().size(); ++i)
        layers[probe.layers()[i].tensor] = i;
    return layers;
}

double elements(const Shape& shape)
{
    return double(TensorType{nullptr, shape}.elements());
}

} // namespace

std::vector<double> NetworkProducts::perLayer(std::size_t layers) const
{
    std::vector<double> sums(layers);
    for (const LayerUse& use : uses)
        sums[use.layer] += use.multiplyAdds;
    return sums;
}

Result<std::map<ValueId, Shape>> valueShapes(ModelProbe& probe, const Graph& graph)
{
    if (graph.inputs.empty())
        return fail(ErrorCode::InvalidInput, "the graph does not say how large its inputs are");
    const auto layers = layersByTensor(probe);
    std::map<ValueId, Shape> shapes;
    for (const GraphInput& input : graph.inputs)
        shapes[input.value] = input.shape;
    for (const Node& node : graph.nodes) {
        std::vector<Shape> operands;
        for (const ValueId value : node.inputs)
            operands.push_back(shapes.at(value));
        for (const TensorId id : node.weights) {
            if (const auto found = layers.find(id); found != layers.end()) {
                const ModelProbe::LayerFacts& layer = probe.layers()[found->second];
                operands.push_back({layer.rows, layer.columns});
            } else {
                operands.push_back(TRY(probe.tensor(id)).type().shape);
            }
        }
        for (const Tensor& literal : node.literals)
            operands.push_back(literal.type().shape);
        shapes[node.output] = TRY(inferShape(node.op, operands));
    }
    return shapes;
}

Result<NetworkProducts> networkProducts(ModelProbe& probe)
{
    if (probe.graph() == nullptr)
        return fail(ErrorCode::Unsupported, "products are counted along the graph, which this model has not");
    const Graph& graph = *probe.graph();
    const bool isSized = !graph.inputs.empty();
    std::map<ValueId, Shape> shapes;
    if (isSized)
        shapes = TRY(valueShapes(probe, graph));
    const auto layers = layersByTensor(probe);
    NetworkProducts products;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const Node& node = graph.nodes[n];
        const OpKind kind = node.op.kind;
        if (kind == OpKind::MatMul && isSized && node.inputs.size() == 2) {
            const Shape& a = shapes.at(node.inputs[0]);
            products.betweenValues += elements(shapes.at(node.output)) * double(a.empty() ? 1 : a.back());
        }
        const bool isProduct =
            kind == OpKind::Linear || kind == OpKind::Convolution || kind == OpKind::TransposedConvolution;
        if (!isProduct || node.weights.empty())
            continue;
        const auto found = layers.find(node.weights[0]);
        if (found == layers.end())
            continue;
        const ModelProbe::LayerFacts& layer = probe.layers()[found->second];
        LayerUse use{.layer = found->second, .node = n, .multiplyAdds = double(layer.parameters())};
        if (isSized && kind == OpKind::TransposedConvolution)
            // Every input pixel of a channel is spread over the outputs of its group and the kernel.
            use.multiplyAdds = elements(shapes.at(node.inputs[0])) * double(layer.rows);
        else if (isSized)
            use.multiplyAdds = elements(shapes.at(node.output)) * double(layer.columns);
        products.uses.push_back(use);
    }
    return products;
}

Result<std::vector<Tensor>> storedOperands(ModelProbe& probe, const Node& node)
{
    const auto layers = layersByTensor(probe);
    std::vector<Tensor> operands;
    for (const TensorId id : node.weights) {
        const Tensor tensor = TRY(probe.tensor(id));
        Shape shape = tensor.type().shape;
        if (const auto found = layers.find(id); found != layers.end())
            shape = {probe.layers()[found->second].rows, probe.layers()[found->second].columns};
        operands.push_back(Tensor::adoptFloats(std::move(shape), tensor.toFloats()));
    }
    operands.insert(operands.end(), node.literals.begin(), node.literals.end());
    return operands;
}

} // namespace tritloom
