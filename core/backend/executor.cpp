#include "core/backend/executor.h"

#include "core/backend/window_columns.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace tritloom {
namespace {

Tensor positionsFrom(std::size_t first, std::size_t count)
{
    std::vector<float> positions(count);
    std::iota(positions.begin(), positions.end(), float(first));
    return Tensor::adoptFloats({count}, std::move(positions));
}

} // namespace

Executor::Executor(std::vector<std::unique_ptr<Backend>> backends)
    : m_backends(std::move(backends))
    , m_health(m_backends.size())
{
    assert(!m_backends.empty());
}

std::string Executor::backendNames() const
{
    std::string names;
    for (std::size_t i = 0; i < m_backends.size(); ++i)
        if (!m_health[i].isLost)
            names += (names.empty() ? "" : ", ") + m_backends[i]->name();
    return names;
}

bool Executor::canHave(std::size_t backend, const Op& op, std::span<const TensorType> types) const
{
    return backend + 1 == m_backends.size()
        || (!m_health[backend].isLost && m_backends[backend]->supports(op, types));
}

std::size_t Executor::backendFor(const Op& op, std::span<const TensorType> types) const
{
    std::size_t backend = 0;
    while (!canHave(backend, op, types))
        ++backend;
    return backend;
}

Executor::Stored Executor::storedMatrix(TensorId id, const Weights& weights)
{
    if (!weights.layer.isReplacement())
        return {id, 0, weights.key, weights.layer.tensor().type(), [&weights] {
                    return Result<Tensor>(weights.layer.tensor());
                }};
    const LayerReplacement& replacement = *weights.layer.replacement();
    return {
        id,
        0,
        weights.key,
        {parseNumberFormat("f32").value(), {replacement.outputs, replacement.inputs}},
        [&weights] { return weights.layer.dense(); }};
}

Result<DeviceTensor> Executor::upload(std::size_t backend, const Stored& stored)
{
    const std::tuple slot{stored.id, backend, stored.part};
    const auto found = m_uploaded.find(slot);
    if (found != m_uploaded.end() && found->second.key == stored.key)
        return found->second.tensor;
    // The layer has changed: what devices hold of its earlier form is of no use to anybody.
    std::erase_if(m_uploaded, [&](const auto& entry) {
        return std::get<0>(entry.first) == stored.id && entry.second.key != stored.key;
    });
    DeviceTensor tensor = TRY(watched(backend, m_backends[backend]->upload(TRY(stored.tensor()))));
    m_uploaded[slot] = {stored.key, tensor};
    return tensor;
}

Result<Tensor> Executor::onHost(const Flowing& value)
{
    return watched(value.backend, m_backends[value.backend]->download(value.device));
}

Result<Executor::Flowing> Executor::apply(
    const Op& op, std::span<const Flowing> inputs, std::span<const Stored> stored,
    std::span<const Tensor> literals, std::stop_token stop)
{
    std::vector<TensorType> types;
    for (const Flowing& input : inputs)
        types.push_back(input.device.type);
    for (const Stored& weights : stored)
        types.push_back(weights.type);
    for (const Tensor& literal : literals)
        types.push_back(literal.type());
    for (std::size_t chosen = backendFor(op, types);; ++chosen) {
        if (!canHave(chosen, op, types))
            continue;
        auto done = applyOn(chosen, op, inputs, stored, literals, stop);
        const bool isFull = !done && done.error().code == ErrorCode::OutOfMemory;
        if (!isFull || m_backends[chosen]->sharesHostMemory())
            return done;
        if (!std::exchange(m_health[chosen].wasFull, true) && onFallback)
            onFallback(done.error());
    }
}

Result<Executor::Flowing> Executor::applyOn(
    std::size_t backend, const Op& op, std::span<const Flowing> inputs, std::span<const Stored> stored,
    std::span<const Tensor> literals, std::stop_token stop)
{
    Backend& on = *m_backends[backend];
    std::vector<DeviceTensor> arguments;
    for (const Flowing& input : inputs)
        arguments.push_back(
            input.backend == backend ? input.device : TRY(watched(backend, on.upload(TRY(onHost(input))))));
    for (const Stored& weights : stored)
        arguments.push_back(TRY(upload(backend, weights)));
    for (const Tensor& literal : literals)
        arguments.push_back(TRY(watched(backend, on.upload(literal))));
    return Flowing{backend, TRY(watched(backend, on.run(op, arguments, std::move(stop))))};
}

Result<Executor::Flowing>
Executor::extended(SequenceState::Rows& seen, const Flowing& now, std::stop_token stop)
{
    const std::size_t columns = now.device.type.columns();
    const bool onDevice = seen.device.storage != nullptr;
    if (!m_backends[now.backend]->sharesHostMemory() && seen.host->empty()
        && (!onDevice || seen.backend == now.backend)) {
        std::vector<Flowing> parts{now};
        std::vector<TensorType> types{now.device.type};
        if (onDevice) {
            parts.insert(parts.begin(), {seen.backend, seen.device});
            types.insert(types.begin(), seen.device.type);
        }
        const Op concat{OpKind::Concat, {{"axis", 0}}};
        if (m_backends[now.backend]->supports(concat, types)) {
            auto all = applyOn(now.backend, concat, parts, {}, {}, stop);
            if (all || all.error().code != ErrorCode::OutOfMemory) {
                const Flowing both = TRY(std::move(all));
                seen.backend = both.backend;
                seen.device = both.device;
                return both;
            }
        }
    }
    if (onDevice) {
        const Tensor rows = TRY(onHost({seen.backend, seen.device}));
        seen.host->assign(rows.floats().begin(), rows.floats().end());
        seen.device = {};
    }
    // Appends without a copy.
    const Tensor added = TRY(onHost(now));
    seen.host->insert(seen.host->end(), added.floats().begin(), added.floats().end());
    const std::size_t host = m_backends.size() - 1;
    return Flowing{
        host,
        TRY(m_backends[host]->upload(
            {{now.device.type.format, {seen.host->size() / columns, columns}},
             std::as_bytes(std::span(*seen.host)),
             seen.host}))};
}

Result<void> Executor::run(
    const Graph& graph, std::size_t first, std::size_t last, ValueMap& values, const WeightsOf& weightsOf,
    SequenceState* state, std::stop_token stop)
{
    const std::vector<Health> before = m_health;
    std::map<std::size_t, std::pair<std::size_t, std::size_t>> rowsBefore; // what a second run appends again
    if (state != nullptr)
        for (const auto& [node, seen] : state->attentions)
            rowsBefore[node] = {seen.keys.host->size(), seen.values.host->size()};
    auto done = runStages(graph, first, last, values, weightsOf, state, stop);
    std::size_t lost = 0;
    while (lost < m_health.size() && m_health[lost].isLost == before[lost].isLost)
        ++lost;
    if (done || lost == m_health.size())
        return done;
    std::erase_if(m_uploaded, [&](const auto& entry) { return std::get<1>(entry.first) == lost; });
    if (onFallback)
        onFallback(done.error());
    if (state != nullptr)
        for (auto& [node, seen] : state->attentions) {
            if (seen.keys.device.storage != nullptr || seen.values.device.storage != nullptr)
                return done;
            seen.keys.host->resize(rowsBefore[node].first);
            seen.values.host->resize(rowsBefore[node].second);
        }
    return run(graph, first, last, values, weightsOf, state, std::move(stop));
}

Result<void> Executor::runStages(
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
    // The second input of a diffusion network says how far it has come.
    std::optional<double> time;
    if (graph.inputs.size() > 1)
        if (const auto found = values.find(graph.inputs[1].value);
            found != values.end() && !found->second.isEmpty())
            time = double(found->second.floats().front());
    const std::vector<ValueId> live = graph.liveAfter(last);

    // The last reader of each value: what nobody reads again is dropped at once.
    std::map<ValueId, std::size_t> lastRead;
    for (std::size_t n = 0; n < graph.nodes.size(); ++n)
        for (const ValueId value : graph.nodes[n].inputs)
            lastRead[value] = n;

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
            inputs[1] = TRY(extended(seen.keys, inputs[1], stop));
            inputs[2] = TRY(extended(seen.values, inputs[2], stop));
        }
        const bool isConvolution = op.kind == OpKind::Convolution || op.kind == OpKind::TransposedConvolution;
        if (onLayerInput && (op.kind == OpKind::Linear || isConvolution))
            onLayerInput(node, TRY(onHost(inputs[0])));
        if (onLinearInput && op.kind == OpKind::Linear)
            onLinearInput(node, TRY(onHost(inputs[0])));
        else if (onLinearInput && isConvolution)
            onLinearInput(node, TRY(windowColumns(op, TRY(onHost(inputs[0])))));

        std::vector<Weights> weights;
        for (const TensorId id : node.weights)
            weights.push_back(TRY(weightsOf(id)));
        const bool isReplaced = !weights.empty() && weights[0].layer.isReplacement();
        std::optional<Flowing> whole;
        if (isReplaced && (op.kind == OpKind::Linear || op.kind == OpKind::Convolution))
            whole = TRY(ranged(node, weights, inputs[0], time, stop));
        if (op.kind == OpKind::Linear && isReplaced) {
            constexpr std::size_t behindProduct = 2;
            flowing[node.output] = TRY(
                replace(node, weights[0], whole ? behindProduct : 0, whole ? *whole : inputs[0], time, stop));
        } else if (whole) {
            flowing[node.output] = *whole;
        } else {
            if (isConvolution && isReplaced)
                inputs[0] = TRY(rounded(node.weights[0], weights[0], inputs[0], time, stop));
            std::vector<Stored> stored;
            for (std::size_t i = 0; i < weights.size(); ++i)
                stored.push_back(storedMatrix(node.weights[i], weights[i]));
            flowing[node.output] = TRY(apply(op, inputs, stored, node.literals, stop));
        }

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
    const std::size_t host = m_backends.size() - 1;
    std::vector<Flowing> flowing;
    for (const Tensor& input : inputs)
        flowing.push_back({host, TRY(m_backends[host]->upload(input))});
    const std::vector<Health> before = m_health;
    const auto once = [&]() -> Result<Tensor> { return onHost(TRY(apply(op, flowing, {}, {}, stop))); };
    auto result = once();
    for (std::size_t i = 0; i < m_health.size(); ++i)
        if (m_health[i].isLost && !before[i].isLost) {
            if (onFallback)
                onFallback(result.error());
            return run(op, inputs, std::move(stop));
        }
    return result;
}

} // namespace tritloom
