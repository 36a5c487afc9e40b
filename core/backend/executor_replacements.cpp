#include "core/backend/executor.h"

#include "core/backend/ranged_layer.h"
#include "core/graph/cached_layer.h"
#include "core/graph/shape_inference.h"

#include <algorithm>
#include <array>
#include <iterator>

// How layers run that are more than a matrix: the part of Executor that knows replacements.
namespace tritloom {
namespace {

/// Rows that are stored may be of a text of another length, which what comes behind the layer relies on.
Result<void> sameRows(const Node& layer, const TensorType& before, const TensorType& after)
{
    if (before.rows() != after.rows())
        return fail(
            ErrorCode::InvalidInput, "{}: {} rows come out of what replaces it, {} go in", layer.name,
            after.rows(), before.rows());
    return {};
}

} // namespace

Result<Executor::Flowing> Executor::applyPart(
    TensorId id, const Weights& weights, const Node& node, const Op& op, std::span<const Flowing> inputs,
    std::stop_token stop)
{
    std::vector<Stored> stored;
    for (const TensorId part : node.weights) {
        const Tensor& tensor = weights.layer.replacement()->parts[std::size_t(part)].tensor;
        stored.push_back({id, 1 + std::size_t(part), weights.key, tensor.type(), [&tensor] {
                              return Result<Tensor>(tensor);
                          }});
    }
    return apply(op, inputs, stored, {}, std::move(stop));
}

Result<Executor::Flowing> Executor::replace(
    const Node& layer, const Weights& weights, std::size_t first, const Flowing& input,
    std::optional<double> time, std::stop_token stop)
{
    const LayerReplacement& replacement = *weights.layer.replacement();
    const std::vector<Node>& nodes = replacement.graph.nodes;
    const auto stored = first == 0 ? cachedOutput(replacement, time) : std::optional<Tensor>();
    if (!stored)
        return fail(stored.error().code, "{}: {}", layer.name, stored.error().message);
    if (*stored) {
        const std::size_t host = m_backends.size() - 1;
        TRY_VOID(sameRows(layer, input.device.type, (*stored)->type()));
        return Flowing{host, TRY(m_backends[host]->upload(**stored))};
    }
    std::map<ValueId, Flowing> values{
        {first == 0 ? replacement.graph.input : nodes[first - 1].output, input}};
    for (std::size_t n = first; n < nodes.size(); ++n) {
        const Node& node = nodes[n];
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled in {}", nameOf(node.op.kind));
        std::vector<Flowing> inputs;
        for (const ValueId value : node.inputs)
            inputs.push_back(values.at(value));
        if (isTimeTable(node)) { // a time step that it does not hold
            values[node.output] = inputs[0];
            continue;
        }
        Op op = node.op;
        if (op.kind == OpKind::QuantizeRows && time)
            op.attributes["time"] = *time;
        if (op.kind == OpKind::Concat || op.kind == OpKind::Gather) { // whose backends rely on it
            std::vector<Shape> shapes{inputs[0].device.type.shape};
            for (const TensorId part : node.weights)
                shapes.push_back(replacement.parts[std::size_t(part)].tensor.type().shape);
            TRY_VOID(inferShape(op, shapes));
            // A row that is stored for the start of a text of one length stands for nothing in another.
            const std::size_t rows = input.device.type.shape.empty() ? 0 : input.device.type.shape[0];
            if (op.kind == OpKind::Gather && op.count("axis") == 0 && shapes.back() != Shape{rows})
                return fail(
                    ErrorCode::InvalidInput, "{}: its first row is stored for {} rows, {} go in", layer.name,
                    TensorType{nullptr, shapes.back()}.elements(), rows);
        }
        values[node.output] = TRY(applyPart(layer.weights[0], weights, node, op, inputs, stop));
    }
    const Flowing& made = values.at(replacement.graph.output);
    TRY_VOID(sameRows(layer, input.device.type, made.device.type));
    return made;
}

Result<Executor::Flowing> Executor::rounded(
    TensorId id, const Weights& weights, const Flowing& input, std::optional<double> time,
    std::stop_token stop)
{
    const std::vector<Node>& nodes = weights.layer.replacement()->graph.nodes;
    if (nodes.empty() || nodes[0].op.kind != OpKind::QuantizeRows || nodes[0].weights.size() != 3)
        return input;
    Op op = nodes[0].op;
    const Shape& shape = input.device.type.shape; // [N, C, ...]: a channel is a plane
    op.attributes["inner"] = double(TensorType{
        nullptr,
        {shape.begin() + std::min<std::ptrdiff_t>(2, std::ssize(shape)),
         shape.end()}}.elements());
    if (time)
        op.attributes["time"] = *time;
    return applyPart(id, weights, nodes[0], op, std::array{input}, std::move(stop));
}

Result<std::optional<Executor::Flowing>> Executor::ranged(
    const Node& node, std::span<const Weights> weights, const Flowing& input, std::optional<double> time,
    std::stop_token stop)
{
    m_wholeNumberLayers.erase(node.weights[0]);
    const LayerReplacement& replacement = *weights[0].layer.replacement();
    const auto layer = rangedLayer(replacement, time);
    std::size_t backend = 0;
    while (m_health[backend].isLost)
        ++backend;
    auto* const products = dynamic_cast<RangedProducts*>(m_backends[backend].get());
    if (!multipliesWholeNumbers || !layer || products == nullptr)
        return std::nullopt;
    const Tensor& matrix = replacement.parts[layer->matrix].tensor;
    std::vector<Stored> stored{{node.weights[0], 1 + layer->matrix, weights[0].key, matrix.type(), [&matrix] {
                                    return Result<Tensor>(matrix);
                                }}};
    for (std::size_t i = 1; i < weights.size(); ++i)
        stored.push_back(storedMatrix(node.weights[i], weights[i]));
    std::vector<TensorType> types{input.device.type};
    for (const Stored& one : stored)
        types.push_back(one.type);
    for (const Tensor& literal : node.literals)
        types.push_back(literal.type());
    if (types.size() > 3 || !products->supportsRanged(node.op, types))
        return std::nullopt;
    Backend& on = *m_backends[backend];
    std::vector<DeviceTensor> arguments{
        input.backend == backend ? input.device : TRY(on.upload(TRY(onHost(input))))};
    for (const Stored& one : stored)
        arguments.push_back(TRY(upload(backend, one)));
    for (const Tensor& literal : node.literals)
        arguments.push_back(TRY(on.upload(literal)));
    auto done = products->runRanged(node.op, layer->grid, arguments, std::move(stop));
    if (!done && done.error().code == ErrorCode::Unsupported)
        return std::nullopt;
    m_wholeNumberLayers.insert(node.weights[0]);
    return Flowing{backend, TRY(std::move(done))};
}

} // namespace tritloom
