#include "core/evaluate/text_probe.h"

#include "core/calibrate/model_values.h"
#include "core/calibrate/stage_keys.h"
#include "core/evaluate/log_probabilities.h"

#include <algorithm>
#include <numeric>

namespace tritloom {
namespace {

double sumOf(const Tensor& tensor)
{
    const auto values = tensor.floats();
    return std::accumulate(values.begin(), values.end(), 0.0);
}

} // namespace

TextProbe::TextProbe(
    std::shared_ptr<Compressor> compressor, std::vector<Chunk> chunks, std::unique_ptr<Executor> executor,
    std::vector<Candidate> candidates, std::size_t memoBytes, std::stop_token stop)
    : CompressorProbe(
        compressor, std::move(candidates), std::move(stop),
        fmt::format("there is no calibration text: {}", compressor->model().whyNotEvaluated))
    , m_chunks(std::move(chunks))
    , m_executor(std::move(executor))
    , m_borders(memoBytes / 2)
    , m_logProbabilities(memoBytes / 2)
{
}

std::size_t TextProbe::tokenCount() const
{
    return std::accumulate(
        m_chunks.begin(), m_chunks.end(), std::size_t{0},
        [](std::size_t sum, const Chunk& chunk) { return sum + chunk.tokens.size(); });
}

Result<ValueMap> TextProbe::border(std::size_t stage, std::size_t chunk)
{
    const Graph& graph = *model().graph;
    const auto keyAt = [&](std::size_t s) { return keyOf("border", std::uint64_t(chunk), std::uint64_t(s)); };
    std::size_t next = stage;
    ValueMap values;
    for (; next > 0; --next)
        if (auto known = m_borders.find(keyAt(next))) {
            values = std::move(*known);
            break;
        }
    if (next == 0)
        values = {{graph.input, asValues(m_chunks[chunk].tokens)}};
    for (; next < stage; ++next) {
        TRY_VOID(m_executor->run(
            graph, next, next, values, [this](TensorId id) { return stored(id); }, nullptr, stop()));
        m_borders.put(keyAt(next + 1), values, bytesOf(values));
    }
    return values;
}

Result<Tensor> TextProbe::stageInput(std::size_t stage, std::size_t chunk)
{
    if (!model().graph)
        return fail(ErrorCode::Unsupported, "the model cannot be run: {}", model().whyNotEvaluated);
    if (chunk >= m_chunks.size() || stage >= model().graph->stageCount)
        return fail(
            ErrorCode::InvalidInput, "stage {} of {} on part {} of {}", stage, model().graph->stageCount,
            chunk, m_chunks.size());
    if (stage == 0)
        return asValues(m_chunks[chunk].tokens);
    const ValueMap values = TRY(border(stage, chunk));
    return values.rbegin()->second; // the newest: the residual stream
}

Result<Tensor> TextProbe::logProbabilities(
    ValueMap values, std::size_t stage, const Chunk& chunk, const Executor::WeightsOf& weights)
{
    const Graph& graph = *model().graph;
    const std::size_t head = graph.stageCount - 1;
    if (stage < head)
        TRY_VOID(m_executor->run(graph, stage, head - 1, values, weights, nullptr, stop()));
    return scoredLogProbabilities(*m_executor, graph, values, chunk, weights, stop());
}

Result<ModelProbe::Losses> TextProbe::losses(std::span<const Replaced> replaced, std::size_t chunks)
{
    if (!model().graph)
        return fail(ErrorCode::Unsupported, "the model cannot be run: {}", model().whyNotEvaluated);
    const Graph& graph = *model().graph;
    const std::size_t head = graph.stageCount - 1;
    const auto other = TRY(byTensor(replaced));
    std::size_t first = head;
    for (const auto& [id, tensor] : other)
        first = std::min(first, graph.firstStageOf(id).value_or(head));
    const std::uint64_t run = ++m_replacements;
    const auto weights = [&](TensorId id) -> Result<Executor::Weights> {
        if (const auto found = other.find(id); found != other.end())
            return Executor::Weights{found->second, keyOf("other", run, id)};
        return stored(id);
    };
    Losses total;
    double positions = 0;
    const std::size_t count = chunks == 0 ? m_chunks.size() : std::min(chunks, m_chunks.size());
    for (std::size_t c = 0; c < count; ++c) {
        const Chunk& chunk = m_chunks[c];
        const Key key = keyOf("probabilities", std::uint64_t(c));
        auto original = m_logProbabilities.find(key);
        if (!original) {
            original = TRY(logProbabilities(
                TRY(border(head, c)), head, chunk, [this](TensorId id) { return stored(id); }));
            m_logProbabilities.put(key, *original, original->bytes().size());
        }
        const Tensor actual = replaced.empty()
            ? *original
            : TRY(logProbabilities(TRY(border(first, c)), first, chunk, weights));
        const Tensor pick[] = {actual, scoredTokens(chunk)}, divergence[] = {*original, actual};
        total.negativeLogLikelihood -= sumOf(TRY(m_executor->run(Op{OpKind::Pick, {}}, pick, stop())));
        total.divergence += sumOf(TRY(m_executor->run(Op{OpKind::Divergence, {}}, divergence, stop())));
        positions += double(actual.type().rows());
    }
    total.negativeLogLikelihood /= std::max(1.0, positions);
    total.divergence /= std::max(1.0, positions);
    return total;
}

} // namespace tritloom
