#include "core/evaluate/blame.h"

#include "core/calibrate/model_values.h"
#include "core/evaluate/not_finite_output.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// Compressed layers in the order in which the graph reads them.
std::vector<LayerId> layersInOrder(const Model& model, const Allocation& allocation)
{
    std::vector<std::pair<std::size_t, LayerId>> ranked;
    for (std::size_t i = 0; i < model.layers.size(); ++i)
        if (!allocation.layers[i].format.empty())
            ranked.emplace_back(
                model.graph->firstStageOf(model.layers[i].tensor).value_or(model.graph->stageCount),
                LayerId(i));
    std::ranges::stable_sort(ranked, {}, &std::pair<std::size_t, LayerId>::first);
    std::vector<LayerId> layers;
    for (const auto& [stage, layer] : ranked)
        layers.push_back(layer);
    return layers;
}

class Bisection {
public:
    Bisection(
        ForwardPass& pass, const Allocation& allocation, const BlameQuestion& question, std::stop_token stop)
        : m_pass(pass)
        , m_question(question)
        , m_stop(std::move(stop))
    {
        m_blame.allocation = allocation;
        for (const Chunk& chunk : question.chunks)
            m_blame.positions += scoredCount(chunk);
    }

    Result<Blame> run(const OnBlame& onSplit)
    {
        const Allocation original = m_pass.model().original();
        BlamedGroup all{.layers = layersInOrder(m_pass.model(), m_blame.allocation)};
        if (all.layers.empty())
            return fail(ErrorCode::InvalidInput, "no layer is compressed, so there is nothing to blame");
        const std::size_t limit = m_question.evaluationLimit != 0
            ? m_question.evaluationLimit
            : std::min<std::size_t>(256, 4 * all.layers.size());
        m_blame.original = TRY(measure(original, ForwardPass::Keep::Everything));
        // Last, so that its borders are the newest: every trial begins with them.
        m_blame.compressed = TRY(measure(m_blame.allocation, ForwardPass::Keep::Everything));
        all.gain = m_blame.difference();
        add(std::move(all));
        report(onSplit, limit);
        while (!m_blame.rest.empty() && coveredShare() < m_question.share) {
            // One run is kept for all found layers together.
            if (m_blame.evaluations + 3 > limit) {
                m_blame.isComplete = false;
                break;
            }
            const BlamedGroup group = std::move(m_blame.rest.front());
            m_blame.rest.erase(m_blame.rest.begin());
            const std::size_t half = group.layers.size() / 2;
            BlamedGroup first{.layers = {group.layers.begin(), group.layers.begin() + std::ptrdiff_t(half)}};
            BlamedGroup second{.layers = {group.layers.begin() + std::ptrdiff_t(half), group.layers.end()}};
            first.gain = TRY(gainOf(first.layers));
            second.gain = TRY(gainOf(second.layers));
            add(std::move(first));
            add(std::move(second));
            report(onSplit, limit);
        }
        std::vector<LayerId> found;
        for (const BlamedGroup& layer : m_blame.layers)
            found.push_back(layer.layers.front());
        if (found.size() == 1)
            m_blame.together = m_blame.layers.front().gain;
        else if (!found.empty())
            m_blame.together = m_blame.rest.empty() ? m_blame.difference() : TRY(gainOf(found));
        return m_blame;
    }

private:
    Result<double> gainOf(const std::vector<LayerId>& layers)
    {
        Allocation tried = m_blame.allocation;
        for (const LayerId layer : layers)
            tried[layer] = {};
        return m_blame.compressed - TRY(measure(tried, ForwardPass::Keep::Nothing));
    }

    Result<double> measure(const Allocation& allocation, ForwardPass::Keep keep)
    {
        ++m_blame.evaluations;
        double sum = 0;
        for (const Chunk& chunk : m_question.chunks) {
            if (m_stop.stop_requested())
                return fail(ErrorCode::Cancelled, "cancelled after {} runs", m_blame.evaluations - 1);
            const Tensor now = TRY(m_pass.logProbabilities(chunk, allocation, keep, m_stop));
            std::vector<float> values;
            if (m_question.measure == BlameQuestion::Measure::Divergence) {
                const Tensor both[] = {
                    TRY(m_pass.logProbabilities(
                        chunk, m_pass.model().original(), ForwardPass::Keep::Everything, m_stop)),
                    now};
                values = TRY(m_pass.executor().run(Op{OpKind::Divergence, {}}, both, m_stop)).toFloats();
            } else {
                const Tensor picked[] = {now, scoredTokens(chunk)};
                values = TRY(m_pass.executor().run(Op{OpKind::Pick, {}}, picked, m_stop)).toFloats();
                for (float& value : values)
                    value = -value;
            }
            for (const float value : values)
                sum += double(value);
        }
        if (!std::isfinite(sum))
            return outputIsNotFinite();
        return sum / double(std::max<std::size_t>(1, m_blame.positions));
    }

    void add(BlamedGroup group)
    {
        if (group.layers.empty())
            return;
        auto& list = group.layers.size() == 1 ? m_blame.layers : m_blame.rest;
        const auto at = std::ranges::find_if(
            list, [&](const BlamedGroup& other) { return std::abs(other.gain) < std::abs(group.gain); });
        list.insert(at, std::move(group));
    }

    double coveredShare() const
    {
        double found = 0, rest = 0;
        for (const BlamedGroup& layer : m_blame.layers)
            found += std::abs(layer.gain);
        for (const BlamedGroup& group : m_blame.rest)
            rest += std::abs(group.gain);
        return found + rest > 0 ? found / (found + rest) : 1;
    }

    void report(const OnBlame& onSplit, std::size_t limit)
    {
        // The share may fall when a group turns out to hide more than it shows; what is done stays done.
        m_fraction = std::max(
            {m_fraction, coveredShare() / m_question.share,
             double(m_blame.evaluations) / double(std::max<std::size_t>(1, limit))});
        if (onSplit)
            onSplit(m_blame, std::min(1.0, m_fraction));
    }

    ForwardPass& m_pass;
    const BlameQuestion& m_question;
    std::stop_token m_stop;
    Blame m_blame;
    double m_fraction = 0;
};

} // namespace

double Blame::unexplained() const
{
    double left = difference();
    for (const auto* const list : {&layers, &rest})
        for (const BlamedGroup& group : *list)
            left -= group.gain;
    return left;
}

Result<Blame> blame(
    ForwardPass& pass, const Allocation& allocation, const BlameQuestion& question, std::stop_token stop,
    const OnBlame& onSplit)
{
    if (!pass.model().graph)
        return fail(
            ErrorCode::Unsupported, "the model cannot be evaluated: {}", pass.model().whyNotEvaluated);
    if (question.chunks.empty())
        return fail(ErrorCode::InvalidInput, "there is no text to measure a loss on");
    return Bisection(pass, allocation, question, std::move(stop)).run(onSplit);
}

Result<Chunk> chunkBefore(
    const Tokenizer& tokenizer, std::span<const TokenId> tokens, std::size_t index, std::size_t context)
{
    const bool withBos = tokenizer.addBos && tokenizer.bos >= 0;
    if (index >= tokens.size())
        return fail(
            ErrorCode::InvalidInput, "the text has {} tokens, there is no token {}", tokens.size(),
            index + 1);
    if (index == 0 && !withBos)
        return fail(ErrorCode::InvalidInput, "there is nothing before token 1 that could predict it");
    const std::size_t room = std::max<std::size_t>(context, 2) - (withBos ? 1 : 0); // before the token itself
    const std::size_t first = index > room ? index - room : 0;
    Chunk chunk;
    if (withBos)
        chunk.tokens.push_back(tokenizer.bos);
    chunk.tokens.insert(
        chunk.tokens.end(), tokens.begin() + std::ptrdiff_t(first),
        tokens.begin() + std::ptrdiff_t(index) + 1);
    chunk.firstScored = chunk.tokens.size() - 2;
    return chunk;
}

} // namespace tritloom
