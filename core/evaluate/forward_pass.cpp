#include "core/evaluate/forward_pass.h"

#include <algorithm>

namespace tritloom {
namespace {

std::size_t bytesOf(const ValueMap& values)
{
    std::size_t bytes = 0;
    for (const auto& [id, tensor] : values)
        bytes += tensor.bytes().size();
    return bytes;
}

Key keyOfTokens(const Model& model, const Chunk& chunk)
{
    const auto bytes = std::as_bytes(std::span(chunk.tokens));
    return keyOf(
        "chunk", model.key, std::uint64_t(chunk.firstScored),
        std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
}

/// Rows [first, first + count) of every value: the head works row by row.
ValueMap rowsOf(const ValueMap& values, std::size_t first, std::size_t count)
{
    ValueMap part;
    for (const auto& [id, tensor] : values) {
        const std::size_t columns = tensor.type().columns();
        part[id] = Tensor::fromFloats({count, columns}, tensor.floats().subspan(first * columns, count * columns));
    }
    return part;
}

} // namespace

ForwardPass::ForwardPass(
    std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, std::size_t memoBytes)
    : m_compressor(std::move(compressor))
    , m_executor(std::move(executor))
    , m_borders(memoBytes / 2)
    , m_logProbabilities(memoBytes - memoBytes / 2)
    , m_layerOfTensor(model().file->tensors.size())
{
    for (std::size_t i = 0; i < model().layers.size(); ++i)
        m_layerOfTensor[std::size_t(model().layers[i].tensor)] = LayerId(i);
    if (!model().graph)
        return;
    m_stageTensors.resize(model().graph->stageCount);
    for (const Node& node : model().graph->nodes)
        for (const TensorId id : node.weights)
            m_stageTensors[node.stage].push_back(id);
}

std::vector<Key> ForwardPass::stageKeys(const Chunk& chunk, const Allocation& allocation) const
{
    std::vector<Key> keys;
    Key key = keyOfTokens(model(), chunk);
    for (const auto& tensors : m_stageTensors) {
        for (const TensorId id : tensors)
            if (const auto layer = m_layerOfTensor[std::size_t(id)])
                key = tritloom::keyOf(key, m_compressor->keyOfChoice(*layer, allocation[*layer]));
        keys.push_back(key = tritloom::keyOf("stage", key));
    }
    return keys;
}

Key ForwardPass::keyOf(const Chunk& chunk, const Allocation& allocation) const
{
    const std::vector<Key> keys = stageKeys(chunk, allocation);
    return keys.empty() ? Key{} : keys.back();
}

Result<Executor::Weights> ForwardPass::weights(TensorId id, const Allocation& allocation, std::stop_token stop)
{
    if (const auto layer = m_layerOfTensor[std::size_t(id)])
        return Executor::Weights{
            TRY(m_compressor->compress(*layer, allocation[*layer], std::move(stop))),
            m_compressor->keyOfChoice(*layer, allocation[*layer])};
    return Executor::Weights{TRY(materialise(model().tensor(id))), tritloom::keyOf("stored", model().key, id)};
}

Result<Tensor> ForwardPass::logProbabilities(
    const Chunk& chunk, const Allocation& allocation, Keep keep, std::stop_token stop)
{
    if (!model().graph)
        return fail(ErrorCode::Unsupported, "the model cannot be evaluated: {}", model().whyNotEvaluated);
    const Graph& graph = *model().graph;
    const std::vector<Key> keys = stageKeys(chunk, allocation);
    if (auto known = m_logProbabilities.find(keys.back()))
        return std::move(*known);

    // The deepest border that is still true; without any, from the tokens on.
    const std::size_t head = graph.stageCount - 1;
    std::size_t next = 0;
    ValueMap values{
        {graph.input, Tensor::adoptFloats({chunk.tokens.size()}, {chunk.tokens.begin(), chunk.tokens.end()})}};
    for (std::size_t stage = head; stage-- > 0;) {
        if (auto border = m_borders.find(keys[stage])) {
            values = std::move(*border);
            next = stage + 1;
            break;
        }
    }
    const auto weightsOf = [&](TensorId id) { return weights(id, allocation, stop); };
    for (; next < head; ++next) {
        TRY_VOID(m_executor->run(graph, next, next, values, weightsOf, nullptr, stop));
        ++m_counters.stagesRun;
        if (keep == Keep::Everything) {
            // Every n-th border, so that four passes over this text's chunks fit; an LRU that a single pass
            // floods would never find anything again.
            const std::size_t pass = bytesOf(values) * head;
            const std::size_t every = 1 + pass * 32 / std::max<std::size_t>(m_borders.capacityBytes(), 1);
            if (next % every == 0 || next + 1 == head)
                m_borders.put(keys[next], values, bytesOf(values));
        }
    }
    values = rowsOf(values, chunk.firstScored, chunk.tokens.size() - 1 - chunk.firstScored);
    TRY_VOID(m_executor->run(graph, head, head, values, weightsOf, nullptr, stop));
    ++m_counters.stagesRun;
    const Tensor logits[] = {values.at(graph.output)};
    Tensor result = TRY(m_executor->run(Op{OpKind::LogSoftmax, {}}, logits, stop));
    if (keep == Keep::Everything)
        m_logProbabilities.put(keys.back(), result, result.bytes().size());
    return result;
}

} // namespace tritloom
