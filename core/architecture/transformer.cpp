#include "core/architecture/transformer.h"

#include "core/file/huggingface_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace tritloom {
namespace {

/// Looks tensors up by name and shape while the graph is built.
class Builder {
public:
    Builder(const ModelFile& file, const TransformerConfig& config, const TransformerTraits& traits)
        : m_file(file)
        , m_config(config)
        , m_traits(traits)
    {
    }

    Result<Graph> build()
    {
        ValueId x = m_graph.add({OpKind::Embedding, {}}, {m_graph.input()}, {TRY(tensor("token_embd.weight"))}, "token_embd");
        if (m_traits.learnedPositions) {
            // The executor feeds positions to a second table through the same op.
            const ValueId positions = m_graph.add(
                {OpKind::Embedding, {{"positions", 1}}}, {m_graph.input()}, {TRY(tensor("position_embd.weight"))}, "position_embd");
            x = m_graph.add({OpKind::Add, {}}, {x, positions});
        }
        for (std::size_t block = 0; block < m_config.blocks; ++block) {
            m_graph.nextStage();
            m_prefix = fmt::format("blk.{}.", block);
            const bool isWindowed = m_config.isWindowed.empty() || m_config.isWindowed[block];
            x = m_graph.add({OpKind::Add, {}}, {x, TRY(attention(x, isWindowed ? m_config.window : 0))});
            x = m_graph.add({OpKind::Add, {}}, {x, TRY(feedForward(x))});
        }
        m_graph.nextStage();
        m_prefix.clear();
        x = TRY(norm("output_norm", x));
        const bool tied = m_file.find("output.weight") == nullptr;
        x = TRY(linear(tied ? "token_embd" : "output", x));
        return std::move(m_graph).finish(x);
    }

private:
    Result<TensorId> tensor(const std::string& name) const
    {
        const NamedTensor* const found = m_file.find(m_prefix + name);
        if (found == nullptr)
            return fail(
                ErrorCode::NotFound, "no tensor '{}', which {} needs", m_prefix + name, m_config.architecture);
        return TensorId(std::size_t(found - m_file.tensors.data()));
    }

    bool has(const std::string& name) const { return m_file.find(m_prefix + name) != nullptr; }

    bool isRounded(const std::string& name) const
    {
        const auto* const listed = m_file.metadata.strings(huggingface::roundedInputsKey);
        return listed != nullptr ? std::ranges::find(*listed, m_prefix + name) != listed->end()
                                 : m_traits.roundedInputs && !m_prefix.empty();
    }

    Result<ValueId> linear(const std::string& name, ValueId x)
    {
        if (isRounded(name + ".weight")) { // once for all that take it
            const auto [known, isNew] = m_rounded.try_emplace(x, x);
            if (isNew)
                known->second = m_graph.add({OpKind::QuantizeRows, {{"bits", 8}}}, {x});
            x = known->second;
        }
        ValueId y = m_graph.add({OpKind::Linear, {}}, {x}, {TRY(tensor(name + ".weight"))}, m_prefix + name);
        if (has(name + ".scale"))
            y = m_graph.add({OpKind::Multiply, {}}, {y}, {TRY(tensor(name + ".scale"))});
        if (has(name + ".bias"))
            y = m_graph.add({OpKind::Add, {}}, {y}, {TRY(tensor(name + ".bias"))});
        return y;
    }

    Result<ValueId> norm(const std::string& name, ValueId x)
    {
        const Attributes attributes{{"epsilon", m_config.epsilon}};
        if (m_traits.layerNorm)
            return m_graph.add(
                {OpKind::LayerNorm, attributes}, {x},
                {TRY(tensor(name + ".weight")), TRY(tensor(name + ".bias"))}, m_prefix + name);
        return m_graph.add({OpKind::RmsNorm, attributes}, {x}, {TRY(tensor(name + ".weight"))}, m_prefix + name);
    }

    Result<ValueId> rotate(ValueId x)
    {
        if (m_traits.rotary == TransformerTraits::Rotary::None)
            return x;
        const Attributes attributes{
            {"headSize", double(m_config.headSize)},
            {"dimensions", double(m_config.ropeDimensions)},
            {"base", m_config.ropeBase},
            {"factor", m_config.ropeFactor},
            {"halfSplit", m_traits.rotary == TransformerTraits::Rotary::HalfSplit ? 1.0 : 0.0}};
        std::vector<TensorId> divisors;
        if (const NamedTensor* const found = m_file.find("rope_freqs.weight"))
            divisors.push_back(TensorId(std::size_t(found - m_file.tensors.data())));
        return m_graph.add({OpKind::Rope, attributes}, {x}, divisors);
    }

    Result<ValueId> attention(ValueId x, std::size_t window)
    {
        const ValueId normed = TRY(norm("attn_norm", x));
        const std::size_t queries = m_config.heads * m_config.headSize,
                          keys = m_config.kvHeads * m_config.headSize;
        ValueId q{}, k{}, v{};
        if (has("attn_qkv.weight")) {
            const ValueId fused = TRY(linear("attn_qkv", normed));
            const auto part = [&](std::size_t begin, std::size_t count) {
                return m_graph.add({OpKind::Slice, {{"begin", double(begin)}, {"count", double(count)}}}, {fused});
            };
            q = part(0, queries);
            k = part(queries, keys);
            v = part(queries + keys, keys);
        } else {
            q = TRY(linear("attn_q", normed));
            k = TRY(linear("attn_k", normed));
            v = TRY(linear("attn_v", normed));
        }
        if (m_traits.headNorms) {
            q = TRY(norm("attn_q_norm", q));
            k = TRY(norm("attn_k_norm", k));
        }
        q = TRY(rotate(q));
        k = TRY(rotate(k));
        Op op{OpKind::Attention, {{"heads", double(m_config.heads)}, {"kvHeads", double(m_config.kvHeads)}}};
        if (window > 0)
            op.attributes["window"] = double(window);
        ValueId y = m_graph.add(std::move(op), {q, k, v}, {}, m_prefix + "attention");
        if (m_traits.subNorms && has("attn_sub_norm.weight"))
            y = TRY(norm("attn_sub_norm", y));
        return linear("attn_output", y);
    }

    Result<ValueId> feedForward(ValueId x)
    {
        const ValueId normed = TRY(norm("ffn_norm", x));
        ValueId y = TRY(linear("ffn_up", normed));
        if (m_traits.gate == TransformerTraits::Gate::None) {
            y = m_graph.add({OpKind::Gelu, {}}, {y});
        } else {
            const OpKind kind = m_traits.gate == TransformerTraits::Gate::Silu ? OpKind::Silu : OpKind::Relu2;
            const ValueId gate = m_graph.add({kind, {}}, {TRY(linear("ffn_gate", normed))});
            y = m_graph.add({OpKind::Multiply, {}}, {gate, y});
        }
        if (m_traits.subNorms && has("ffn_sub_norm.weight"))
            y = TRY(norm("ffn_sub_norm", y));
        return linear("ffn_down", y);
    }

    const ModelFile& m_file;
    const TransformerConfig& m_config;
    const TransformerTraits& m_traits;
    GraphBuilder m_graph;
    std::string m_prefix;
    std::map<ValueId, ValueId> m_rounded; ///< by what was rounded
};

/// Shapes that would make ops fail halfway are refused before a graph is promised.
Result<void> checkShapes(const ModelFile& file, const TransformerConfig& c, const TransformerTraits& traits)
{
    const std::size_t q = c.heads * c.headSize, kv = c.kvHeads * c.headSize;
    const std::pair<const char*, Shape> expected[] = {
        {"attn_q.weight", {q, c.hidden}},      {"attn_k.weight", {kv, c.hidden}},
        {"attn_v.weight", {kv, c.hidden}},     {"attn_qkv.weight", {q + 2 * kv, c.hidden}},
        {"attn_output.weight", {c.hidden, q}}, {"ffn_gate.weight", {c.feedForward, c.hidden}},
        {"ffn_up.weight", {c.feedForward, c.hidden}}, {"ffn_down.weight", {c.hidden, c.feedForward}},
        {"attn_norm.weight", {c.hidden}},      {"ffn_norm.weight", {c.hidden}},
        {"attn_q.bias", {q}}, {"attn_k.bias", {kv}}, {"attn_v.bias", {kv}}, {"attn_qkv.bias", {q + 2 * kv}},
        {"attn_output.bias", {c.hidden}}, {"ffn_up.bias", {c.feedForward}}, {"ffn_gate.bias", {c.feedForward}},
        {"ffn_down.bias", {c.hidden}}, {"attn_norm.bias", {c.hidden}}, {"ffn_norm.bias", {c.hidden}},
        {"attn_q_norm.weight", {c.headSize}}, {"attn_k_norm.weight", {c.headSize}},
        {"attn_sub_norm.weight", {q}}, {"ffn_sub_norm.weight", {c.feedForward}},
    };
    const auto check = [&](const std::string& name, const Shape& shape) -> Result<void> {
        const NamedTensor* const found = file.find(name);
        if (found != nullptr && found->shape != shape)
            return fail(
                ErrorCode::InvalidInput, "tensor '{}' is [{}], the metadata ask for [{}]",
                name, fmt::join(found->shape, ", "), fmt::join(shape, ", "));
        return {};
    };
    for (std::size_t block = 0; block < c.blocks; ++block)
        for (const auto& [name, shape] : expected)
            TRY_VOID(check(fmt::format("blk.{}.{}", block, name), shape));
    TRY_VOID(check("output_norm.weight", {c.hidden}));
    TRY_VOID(check("output_norm.bias", {c.hidden}));
    const bool rotary = traits.rotary != TransformerTraits::Rotary::None;
    if (rotary)
        TRY_VOID(check("rope_freqs.weight", {c.ropeDimensions / 2}));
    for (const char* name : {"token_embd.weight", "output.weight", "position_embd.weight"}) {
        const NamedTensor* const found = file.find(name);
        if (found != nullptr && (found->shape.size() != 2 || found->shape[1] != c.hidden || found->shape[0] == 0))
            return fail(
                ErrorCode::InvalidInput, "tensor '{}' is [{}], rows of {} are needed",
                name, fmt::join(found->shape, ", "), c.hidden);
    }
    return {};
}

/// Keys of GGUF for what none of these architectures computes, with the value that changes nothing; false and
/// true are 0 and 1.
Result<void> refuseUnknownArithmetic(const Metadata& metadata, const TransformerConfig& c)
{
    const std::pair<std::string_view, double> neutrals[] = {
        {"final_logit_softcapping", 0},
        {"attn_logit_softcapping", 0},
        {"logit_scale", 1},
        {"embedding_scale", 1},
        {"residual_scale", 1},
        {"attention.scale", 1 / std::sqrt(double(c.headSize))},
        {"attention.clamp_kqv", 0},
        {"attention.max_alibi_bias", 0},
        {"attention.causal", 1},
        {"use_parallel_residual", 0},
        {"expert_count", 0},
        {"attention.value_length", double(c.headSize)},
    };
    for (const auto& [name, neutral] : neutrals) {
        const std::string key = fmt::format("{}.{}", c.architecture, name);
        const auto truth = metadata.boolean(key);
        const auto number = truth ? std::optional(double(*truth)) : metadata.number(key);
        // 0 also stands for a scale that is not given.
        const bool isUnset = name.ends_with("scale") && number == 0;
        if (number && !isUnset && std::abs(*number - neutral) > 1e-6 * std::max(1.0, neutral))
            return fail(
                ErrorCode::Unsupported, "'{}' is {}, which is not computed here: {} is expected", key,
                *number, neutral);
    }
    return {};
}

/// GGUF's keys of attention that sees only the last tokens. The pattern says it by block, or as every how
/// many blocks one sees all.
Result<void> readWindow(const Metadata& metadata, TransformerConfig& config)
{
    const std::string key = config.architecture + ".attention.sliding_window", pattern = key + "_pattern";
    const auto window = metadata.integer(key);
    if (window == 0 || metadata.find(key) == nullptr)
        return {};
    if (!window || *window < 0)
        return fail(ErrorCode::InvalidInput, "'{}' is no number of tokens", key);
    config.window = std::size_t(*window);
    const MetadataValue* const given = metadata.find(pattern);
    if (given == nullptr)
        return {};
    const auto* const list = std::get_if<std::vector<bool>>(given);
    const auto period = metadata.integer(pattern);
    if ((list == nullptr || list->size() != config.blocks) && (!period || *period < 0))
        return fail(
            ErrorCode::InvalidInput, "'{}' is neither a number nor a truth for each of {} blocks", pattern,
            config.blocks);
    for (std::size_t block = 0; block < config.blocks; ++block)
        config.isWindowed.push_back(
            list != nullptr ? (*list)[block]
                            : *period == 0 || block % std::size_t(*period) + 1 < std::size_t(*period));
    return {};
}

} // namespace

Result<TransformerConfig> transformerConfig(const ModelFile& file)
{
    TransformerConfig config;
    config.architecture = file.architecture();
    const Metadata& metadata = file.metadata;
    const auto integer = [&](std::string_view key) -> Result<std::size_t> {
        const std::string full = fmt::format("{}.{}", config.architecture, key);
        const auto value = metadata.integer(full);
        if (!value && metadata.find(full) != nullptr)
            return fail(ErrorCode::InvalidInput, "'{}' is no whole number", full);
        if (!value)
            return fail(ErrorCode::NotFound, "no '{}' in the metadata", full);
        if (*value <= 0 || *value > (std::int64_t{1} << 31))
            return fail(ErrorCode::InvalidInput, "'{}' is {}", full, *value);
        return std::size_t(*value);
    };
    const auto optional = [&](std::string_view key, std::size_t otherwise) -> Result<std::size_t> {
        if (metadata.find(fmt::format("{}.{}", config.architecture, key)) == nullptr)
            return otherwise;
        return integer(key);
    };
    // Beyond least and most nothing that comes out would be finite, or mean anything.
    const auto number = [&](std::string_view key, double otherwise, double least,
                            double most) -> Result<double> {
        const std::string full = fmt::format("{}.{}", config.architecture, key);
        if (metadata.find(full) == nullptr)
            return otherwise;
        const auto value = metadata.number(full);
        if (!value || !(*value >= least && *value <= most))
            return fail(
                ErrorCode::InvalidInput, "'{}' is {}, a number from {} to {} is expected", full,
                value ? fmt::format("{}", *value) : "something else", least, most);
        return *value;
    };
    config.blocks = TRY(integer("block_count"));
    config.hidden = TRY(integer("embedding_length"));
    config.feedForward = TRY(integer("feed_forward_length"));
    config.heads = TRY(integer("attention.head_count"));
    config.kvHeads = TRY(optional("attention.head_count_kv", config.heads));
    config.headSize = TRY(optional("attention.key_length", config.hidden / config.heads));
    config.context = TRY(optional("context_length", 512));
    config.ropeDimensions = TRY(optional("rope.dimension_count", config.headSize));
    const double epsilon = TRY(number("attention.layer_norm_epsilon", 1e-5, 0, 1));
    config.epsilon = TRY(number("attention.layer_norm_rms_epsilon", epsilon, 0, 1));
    config.ropeBase = TRY(number("rope.freq_base", 10000, 1, 1e15));
    // As llama.cpp has it: linear is meant where only a factor stands, which older files call scale_linear.
    const std::string scaling = metadata.text(config.architecture + ".rope.scaling.type").value_or("linear");
    const auto factor = [&](std::string_view key, double otherwise) -> Result<double> { // 0: there is none
        const bool isUnset = metadata.number(fmt::format("{}.{}", config.architecture, key)) == 0;
        return isUnset ? otherwise : number(key, otherwise, 1e-3, 1e6);
    };
    if (scaling == "linear")
        config.ropeFactor = TRY(factor("rope.scaling.factor", TRY(factor("rope.scale_linear", 1))));
    else if (scaling != "none")
        return fail(ErrorCode::Unsupported, "the rotary scaling '{}' is not known here", scaling);
    if (config.heads % config.kvHeads != 0 || config.headSize == 0 || config.ropeDimensions > config.headSize
        || config.ropeDimensions % 2 != 0)
        return fail(
            ErrorCode::InvalidInput, "{} heads of {}, {} key-value heads and {} rotary dimensions do not fit together",
            config.heads, config.headSize, config.kvHeads, config.ropeDimensions);
    // A block has at least two tensors, so a block count beyond the tensor count is a lie.
    if (config.blocks > file.tensors.size())
        return fail(
            ErrorCode::InvalidInput, "{} blocks, but only {} tensors", config.blocks, file.tensors.size());
    TRY_VOID(readWindow(metadata, config));
    return config;
}

Result<Graph> buildTransformer(const ModelFile& file, const TransformerTraits& traits)
{
    if (const auto reason = file.metadata.text(huggingface::notRunKey))
        return fail(ErrorCode::Unsupported, "{}", *reason);
    const TransformerConfig config = TRY(transformerConfig(file));
    TRY_VOID(refuseUnknownArithmetic(file.metadata, config));
    TRY_VOID(checkShapes(file, config, traits));
    return Builder(file, config, traits).build();
}

} // namespace tritloom
