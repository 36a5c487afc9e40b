#include "core/evaluate/forward_pass.h"

#include "core/calibrate/model_values.h"
#include "core/evaluate/log_probabilities.h"

namespace tritloom {
namespace {

/// What goes in, and how layers with fixed ranges are multiplied.
Key keyOfTokens(const Model& model, const Executor& executor, const Chunk& chunk)
{
    return keyOf(
        "chunk", model.key, executor.multipliesWholeNumbers, std::uint64_t(chunk.firstScored),
        std::as_bytes(std::span(chunk.tokens)));
}

} // namespace

ForwardPass::ForwardPass(
    std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, std::size_t memoBytes)
    : m_compressor(std::move(compressor))
    , m_executor(std::move(executor))
    , m_borders(memoBytes / 2)
    , m_logProbabilities(memoBytes - memoBytes / 2)
    , m_stageKeys(*m_compressor)
{
}

Key ForwardPass::keyOf(const Chunk& chunk, const Allocation& allocation) const
{
    return m_stageKeys.last(keyOfTokens(model(), *m_executor, chunk), allocation);
}

Result<Executor::Weights>
ForwardPass::weights(TensorId id, const Allocation& allocation, std::stop_token stop)
{
    return weightsUnder(*m_compressor, id, m_stageKeys.layerOf(id), allocation, std::move(stop));
}

Result<Tensor> ForwardPass::logProbabilities(
    const Chunk& chunk, const Allocation& allocation, Keep keep, std::stop_token stop,
    std::optional<std::stop_token> methods)
{
    if (!model().graph)
        return fail(ErrorCode::Unsupported, "the model cannot be evaluated: {}", model().whyNotEvaluated);
    const Graph& graph = *model().graph;
    const std::vector<Key> keys = m_stageKeys.of(keyOfTokens(model(), *m_executor, chunk), allocation);
    if (auto known = m_logProbabilities.find(keys.back()))
        return std::move(*known);

    // The deepest border that is still true; without any, from the tokens on.
    const std::size_t head = graph.stageCount - 1;
    std::size_t next = 0;
    ValueMap values{{graph.input, asValues(chunk.tokens)}};
    for (std::size_t stage = head; stage-- > 0;) {
        if (auto border = m_borders.find(keys[stage])) {
            values = std::move(*border);
            next = stage + 1;
            break;
        }
    }
    const auto weightsOf = [&](TensorId id) { return weights(id, allocation, methods.value_or(stop)); };
    if (keep == Keep::Nothing && next < head) { // at once: what flows between stages need not leave a device
        TRY_VOID(m_executor->run(graph, next, head - 1, values, weightsOf, nullptr, stop));
        m_counters.stagesRun += head - next;
    }
    for (; keep == Keep::Everything && next < head; ++next) {
        TRY_VOID(m_executor->run(graph, next, next, values, weightsOf, nullptr, stop));
        ++m_counters.stagesRun;
        const std::size_t every = keptBorderSpacing(bytesOf(values), head, m_borders.capacityBytes());
        if (next % every == 0 || next + 1 == head)
            m_borders.put(keys[next], values, bytesOf(values));
    }
    Tensor result = TRY(scoredLogProbabilities(*m_executor, graph, values, chunk, weightsOf, stop));
    ++m_counters.stagesRun;
    if (keep == Keep::Everything)
        m_logProbabilities.put(keys.back(), result, result.bytes().size());
    return result;
}

} // namespace tritloom
