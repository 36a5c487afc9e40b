#include "core/evaluate/generate.h"

#include "core/architecture/textgenrnn.h"
#include "core/calibrate/model_values.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tritloom {
namespace {

/// SplitMix64: the whole state is one number, so a seed means the same on every machine.
double nextUniform(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return double((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
}

std::vector<double> probabilities(std::span<const float> logits, double temperature)
{
    const double largest = double(*std::max_element(logits.begin(), logits.end()));
    std::vector<double> p(logits.size());
    for (std::size_t i = 0; i < p.size(); ++i)
        p[i] = std::exp((double(logits[i]) - largest) / (temperature > 0 ? temperature : 1));
    const double total = std::accumulate(p.begin(), p.end(), 0.0);
    for (double& value : p)
        value /= total;
    return p;
}

} // namespace

Generator::Generator(
    std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, Allocation allocation)
    : m_compressor(std::move(compressor))
    , m_executor(std::move(executor))
    , m_allocation(std::move(allocation))
{
}

Result<void> Generator::feed(std::span<const TokenId> tokens, std::stop_token stop)
{
    const Model& model = m_compressor->model();
    const Graph& graph = *model.graph;
    const auto weightsOf = [&](TensorId id) {
        return weightsUnder(*m_compressor, id, model.layerOf(id), m_allocation, stop);
    };
    std::span<const TokenId> read = tokens;
    if (const std::size_t again = tokensReadAgain(*model.file); again > 0) {
        m_seen.insert(m_seen.end(), tokens.begin(), tokens.end());
        m_seen.erase(m_seen.begin(), m_seen.end() - std::ptrdiff_t(std::min(again, m_seen.size())));
        read = m_seen;
    }
    ValueMap values{{graph.input, asValues(read)}};
    const std::size_t head = graph.stageCount - 1;
    TRY_VOID(m_executor->run(graph, 0, head - 1, values, weightsOf, &m_state, stop));
    for (auto& [id, tensor] : values) // only the last position's logits are asked for
        tensor = rowsOf(tensor, tensor.type().rows() - 1, 1);
    TRY_VOID(m_executor->run(graph, head, head, values, weightsOf, &m_state, stop));
    m_state.tokens += tokens.size();
    m_logits = values.at(graph.output).toFloats();
    if (!std::ranges::all_of(m_logits, [](float logit) { return std::isfinite(logit); }))
        return fail(
            ErrorCode::InvalidInput,
            "the model's output is NaN or infinite after {} tokens: its weights are, or values overflow",
            m_state.tokens);
    return {};
}

Result<void> Generator::start(std::string_view prompt, const GenerateOptions& options, std::stop_token stop)
{
    const Model& model = m_compressor->model();
    if (!model.graph)
        return fail(ErrorCode::Unsupported, "the model cannot be run: {}", model.whyNotEvaluated);
    if (!model.tokenizer)
        return fail(ErrorCode::Unsupported, "the model cannot read text: {}", model.whyNoTokenizer);
    m_options = options;
    m_state = {};
    m_seen.clear();
    m_made = 0;
    m_random = options.seed;
    std::vector<TokenId> tokens = model.tokenizer->encode(prompt);
    if (model.tokenizer->addBos && model.tokenizer->bos >= 0)
        tokens.insert(tokens.begin(), model.tokenizer->bos);
    if (tokens.empty())
        return fail(ErrorCode::InvalidInput, "the prompt is empty");
    if (model.contextLength > 0 && tokens.size() >= model.contextLength)
        return fail(
            ErrorCode::InvalidInput, "the prompt has {} tokens, the model's context {}", tokens.size(),
            model.contextLength);
    return feed(tokens, std::move(stop));
}

Result<std::optional<GeneratedToken>> Generator::next(std::stop_token stop)
{
    const Model& model = m_compressor->model();
    const bool full = model.contextLength > 0 && m_state.tokens >= model.contextLength;
    if (m_made >= m_options.tokenCount || m_logits.empty() || full)
        return std::optional<GeneratedToken>();
    const std::vector<double> p = probabilities(m_logits, m_options.temperature);
    std::vector<TokenId> order(p.size());
    std::iota(order.begin(), order.end(), 0);
    const std::size_t count = std::min(std::max<std::size_t>(m_options.candidateCount, 1), order.size());
    std::partial_sort(
        order.begin(), order.begin() + std::ptrdiff_t(count), order.end(), [&](TokenId a, TokenId b) {
            return p[std::size_t(a)] != p[std::size_t(b)] ? p[std::size_t(a)] > p[std::size_t(b)] : a < b;
        });
    GeneratedToken made{.token = order.front(), .candidates = {}};
    for (std::size_t i = 0; i < count; ++i)
        made.candidates.push_back({order[i], p[std::size_t(order[i])]});
    if (m_options.temperature > 0) {
        double left = nextUniform(m_random);
        for (std::size_t i = 0; i < p.size() && left >= 0; ++i) {
            left -= p[i];
            made.token = TokenId(i);
        }
    }
    if (made.token == model.tokenizer->eos)
        return std::optional<GeneratedToken>();
    ++m_made;
    if (m_made < m_options.tokenCount) {
        const TokenId token[] = {made.token};
        TRY_VOID(feed(token, std::move(stop)));
    }
    return std::optional(std::move(made));
}

} // namespace tritloom
