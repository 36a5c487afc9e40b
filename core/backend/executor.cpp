#include "core/backend/executor.h"

#include "core/backend/window_columns.h"

#include <algorithm>
#include <cassert>
#include <numeric>

namespace tritloom {
namespace {

/// A value between nodes: where it was made, and on the host once somebody needed it there.
struct Flowing {
    std::size_t backend = 0;
    DeviceTensor device;
};

Tensor positionsFrom(std::size_t first, std::size_t count)
{
    std::vector<float> positions(count);
    std::iota(positions.begin(), positions.end(), float(first));
    return Tensor::adoptFloats({count}, std::move(positions));
}

/// Appends this step's keys or values and gives all of them, without a copy.
Tensor extended(const SequenceState::Rows& seen, const Tensor& now)
{
    const auto fresh = now.floats();
    seen->insert(seen->end(), fresh.begin(), fresh.end());
    const std::size_t columns = now.type().columns();
    return {{now.type().format, {seen->size() / columns, columns}}, std::as_bytes(std::span(*seen)), seen};
}

} // namespace

Executor::Executor(std::vector<std::unique_ptr<Backend>> backends)
    : m_backends(std::move(backends))
{
    assert(!m_backends.empty());
}

std::string Executor::backendNames() const
{
    std::string names;
    for (const auto& backend : m_backends)
        names += (names.empty() ? "" : ", ") + backend->name();
    return names;
}

std::size_t Executor::backendFor(const Op& op, std::span<const TensorType> types) const
{
    for (std::size_t i = 0; i + 1 < m_backends.size(); ++i)
        if (m_backends[i]->supports(op, types))
            return i;
    return m_backends.size() - 1;
}

Result<DeviceTensor> Executor::uploadWeights(std::size_t backend, TensorId id, const Weights& weights)
{
    Uploaded& slot = m_uploaded[{backend, id}];
    if (slot.tensor.storage == nullptr || slot.key != weights.key)
        slot = {weights.key, TRY(m_backends[backend]->upload(weights.tensor))};
    return slot.tensor;
}

Result<void> Executor::run(
    const Graph& graph, std::size_t first, std::size_t last, ValueMap& values, const WeightsOf& weightsOf,
    SequenceState* state, std::stop_token stop)
{
    std::map<ValueId, Flowing> flowing;
    const std::size_t host = m_backends.size() - 1;
    const std::size_t position = state == nullptr ? 0 : state->tokens;
    std::size_t tokens = 0;
    for (const auto& [id, tensor] : values) {
        flowing[id] = {host, TRY(m_backends[host]->upload(tensor))};
        tokens = tensor.type().shape.size() == 1 ? tensor.type().columns() : tensor.type().rows();
    }
    const std::vector<ValueId> live = graph.liveAfter(last);

    // The last reader of each value: what nobody reads again is dropped at once.
    std::map<ValueId, std::size_t> lastRead;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (const ValueId value : graph.nodes[n].inputs)
            lastRead[value] = n;

    const auto onHost = [&](const Flowing& value) { return m_backends[value.backend]->download(value.device); };

    for (std::size_t n = 0; n < graph.nodes.size(); ++n) {
        const Node& node = graph.nodes[n];
        if (node.stage < first || node.stage > last)
            continue;
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled at {}", node.name);

        std::vector<Flowing> inputs;
        for (const ValueId value : node.inputs)
            inputs.push_back(flowing.at(value));
        Op op = node.op;
        if (op.kind == OpKind::Rope)
            op.attributes["position"] = double(position);
        if (op.kind == OpKind::Embedding && op.count("positions") != 0)
            inputs[0] = {host, TRY(m_backends[host]->upload(positionsFrom(position, tokens)))};
        if (op.kind == OpKind::Attention && state != nullptr) {
            SequenceState::Attention& seen = state->attentions[n];
            inputs[1] = {host, TRY(m_backends[host]->upload(extended(seen.keys, TRY(onHost(inputs[1])))))};
            inputs[2] = {host, TRY(m_backends[host]->upload(extended(seen.values, TRY(onHost(inputs[2])))))};
        }
        if (onLinearInput && op.kind == OpKind::Linear)
            onLinearInput(node, TRY(onHost(inputs[0])));
        else if (onLinearInput && (op.kind == OpKind::Convolution || op.kind == OpKind::TransposedConvolution))
            onLinearInput(node, TRY(windowColumns(op, TRY(onHost(inputs[0])))));

        std::vector<Weights> weights;
        std::vector<TensorType> types;
        for (const Flowing& input : inputs)
            types.push_back(input.device.type);
        for (const TensorId id : node.weights) {
            weights.push_back(TRY(weightsOf(id)));
            types.push_back(weights.back().tensor.type());
        }
        for (const Tensor& literal : node.literals)
            types.push_back(literal.type());
        const std::size_t chosen = backendFor(op, types);
        std::vector<DeviceTensor> arguments;
        for (const Flowing& input : inputs)
            arguments.push_back(
                input.backend == chosen ? input.device : TRY(m_backends[chosen]->upload(TRY(onHost(input)))));
        for (std::size_t i = 0; i < weights.size(); ++i)
            arguments.push_back(TRY(uploadWeights(chosen, node.weights[i], weights[i])));
        for (const Tensor& literal : node.literals)
            arguments.push_back(TRY(m_backends[chosen]->upload(literal)));
        flowing[node.output] = {chosen, TRY(m_backends[chosen]->run(op, arguments, stop))};

        for (const ValueId value : node.inputs)
            if (lastRead[value] == n && std::find(live.begin(), live.end(), value) == live.end())
                flowing.erase(value);
    }
    ValueMap result;
    for (const ValueId value : live)
        if (const auto found = flowing.find(value); found != flowing.end())
            result[value] = TRY(onHost(found->second));
    values = std::move(result);
    return {};
}

Result<Tensor> Executor::run(const Op& op, std::span<const Tensor> inputs, std::stop_token stop)
{
    std::vector<TensorType> types;
    for (const Tensor& input : inputs)
        types.push_back(input.type());
    Backend& backend = *m_backends[backendFor(op, types)];
    std::vector<DeviceTensor> arguments;
    for (const Tensor& input : inputs)
        arguments.push_back(TRY(backend.upload(input)));
    return backend.download(TRY(backend.run(op, arguments, std::move(stop))));
}

} // namespace tritloom
