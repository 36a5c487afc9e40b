#include "core/evaluate/evaluation_session.h"

#include "core/calibrate/model_values.h"
#include "core/evaluate/not_finite_output.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace tritloom {
namespace {

constexpr std::vector<float> PositionValues::*fields[] = {
    &PositionValues::negativeLogLikelihood, &PositionValues::referenceLikelihood, &PositionValues::divergence,
    &PositionValues::agrees};

std::vector<std::byte> packed(const PositionValues& values)
{
    std::vector<std::byte> bytes;
    for (const auto field : fields) {
        const auto raw = std::as_bytes(std::span(values.*field));
        bytes.insert(bytes.end(), raw.begin(), raw.end());
    }
    return bytes;
}

std::optional<PositionValues> unpacked(std::span<const std::byte> bytes, std::size_t positions)
{
    if (bytes.size() != std::size(fields) * positions * sizeof(float))
        return std::nullopt;
    PositionValues values;
    for (const auto field : fields) {
        (values.*field).resize(positions);
        std::memcpy((values.*field).data(), bytes.data(), positions * sizeof(float));
        bytes = bytes.subspan(positions * sizeof(float));
    }
    return values;
}

/// Of NaN or infinite weights, of the model or of the reference, nothing can be told.
bool isFinite(const PositionValues& values)
{
    return std::ranges::all_of(fields, [&](const auto field) {
        return std::ranges::all_of(values.*field, [](float value) { return std::isfinite(value); });
    });
}

} // namespace

EvaluationSession::EvaluationSession(
    std::vector<Chunk> chunks, std::shared_ptr<ForwardPass> pass, std::shared_ptr<ForwardPass> reference,
    ResultStore* store)
    : m_chunks(std::move(chunks))
    , m_pass(std::move(pass))
    , m_reference(reference ? std::move(reference) : m_pass)
    , m_store(store)
{
}

Key EvaluationSession::textKey(std::size_t chunkLimit) const
{
    Key key = keyOf("text");
    for (std::size_t c = 0; c < m_chunks.size() && (chunkLimit == 0 || c < chunkLimit); ++c) {
        key =
            keyOf(key, std::uint64_t(m_chunks[c].firstScored), std::as_bytes(std::span(m_chunks[c].tokens)));
    }
    return key;
}

Result<PositionValues> EvaluationSession::measure(
    const Chunk& chunk, const Allocation& allocation, Keep keep, std::stop_token stop,
    std::stop_token methods)
{
    const Allocation original = m_reference->model().original();
    const Key ofPass = m_pass->keyOf(chunk, allocation), ofReference = m_reference->keyOf(chunk, original);
    const Key key = tritloom::keyOf("evaluation", ofPass, ofReference, m_pass->executor().backendNames());
    const std::size_t positions = scoredCount(chunk);
    if (const auto known = m_known.find(key); known != m_known.end())
        return known->second;
    if (m_store != nullptr)
        if (const auto bytes = m_store->find(key))
            if (const auto known = unpacked(*bytes, positions); known && isFinite(*known))
                return m_known[key] = *known;

    const Tensor expected =
        TRY(m_reference->logProbabilities(chunk, original, Keep::Everything, stop, methods));
    const Tensor actual = m_pass == m_reference && ofPass == ofReference
        ? expected
        : TRY(m_pass->logProbabilities(chunk, allocation, keep, stop, methods));
    if (expected.type().shape != actual.type().shape)
        return fail(
            ErrorCode::InvalidInput, "the reference has {} tokens in its vocabulary, the model {}",
            expected.type().columns(), actual.type().columns());
    const Tensor ids = scoredTokens(chunk);
    const Tensor both[] = {expected, actual};
    Executor& executor = m_pass->executor();
    const auto loss = [&](const Tensor& logProbabilities) -> Result<std::vector<float>> {
        const Tensor picked[] = {logProbabilities, ids};
        std::vector<float> losses = TRY(executor.run(Op{OpKind::Pick, {}}, picked, stop)).toFloats();
        for (float& value : losses)
            value = -value;
        return losses;
    };
    PositionValues values;
    values.negativeLogLikelihood = TRY(loss(actual));
    values.referenceLikelihood = TRY(loss(expected));
    values.divergence = TRY(executor.run(Op{OpKind::Divergence, {}}, both, stop)).toFloats();
    const auto best = TRY(executor.run(Op{OpKind::ArgMax, {}}, std::span(both).first(1), stop)).toFloats();
    values.agrees = TRY(executor.run(Op{OpKind::ArgMax, {}}, std::span(both).last(1), stop)).toFloats();
    for (std::size_t p = 0; p < positions; ++p)
        values.agrees[p] = values.agrees[p] == best[p] ? 1.0f : 0.0f;
    if (!isFinite(values))
        return outputIsNotFinite();
    if (m_store != nullptr)
        m_store->put(key, "evaluation", packed(values));
    return m_known[key] = values;
}

Evaluation EvaluationSession::summarise(
    const Allocation& allocation, std::span<const PositionValues> done, std::size_t total) const
{
    Evaluation evaluation{.allocation = allocation};
    evaluation.chunksDone = done.size();
    evaluation.chunksTotal = total;
    for (const PositionValues& values : done)
        evaluation.tokens += values.negativeLogLikelihood.size();
    evaluation.perplexity = perplexityOf(done);
    evaluation.kl = meanOf(done, &PositionValues::divergence).mean();
    evaluation.topTokenAgreement = meanOf(done, &PositionValues::agrees).share();
    evaluation.referencePerplexity = perplexityOf(done, &PositionValues::referenceLikelihood);
    return evaluation;
}

Result<Evaluation> EvaluationSession::evaluate(
    const Allocation& allocation, std::stop_token stop, const OnChunk& onChunk, Keep keep,
    std::size_t chunkLimit)
{
    const auto begin = std::chrono::steady_clock::now();
    bool isRecalled = true;
    const std::size_t total = chunkLimit == 0 ? m_chunks.size() : std::min(chunkLimit, m_chunks.size());
    std::vector<PositionValues> done;
    Evaluation evaluation{.allocation = allocation};
    for (std::size_t c = 0; c < total; ++c) {
        if (c > 0 && stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled after {} of {} chunks", c, total);
        // Who drags on and on still sees numbers, where they come quickly; a slow method is never waited for.
        const bool finishAnyway = c == 0 && m_chunkTime && *m_chunkTime < std::chrono::milliseconds(150);
        const std::size_t stagesBefore = m_pass->counters().stagesRun;
        const auto chunkBegin = std::chrono::steady_clock::now();
        done.push_back(
            TRY(measure(m_chunks[c], allocation, keep, finishAnyway ? std::stop_token() : stop, stop)));
        if (m_pass->counters().stagesRun != stagesBefore) {
            m_chunkTime = std::chrono::steady_clock::now() - chunkBegin;
            isRecalled = false;
        }
        evaluation = summarise(allocation, done, total);
        if (!isRecalled)
            evaluation.elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
                std::chrono::steady_clock::now() - begin);
        if (onChunk)
            onChunk(evaluation);
    }
    return evaluation;
}

Result<Measured>
EvaluationSession::divergence(const Allocation& allocation, std::size_t limit, std::stop_token stop)
{
    return TRY(evaluate(allocation, std::move(stop), {}, Keep::Nothing, limit)).kl;
}

} // namespace tritloom
