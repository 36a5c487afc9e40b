#include "core/file/huggingface_config.h"

#include "core/base/utf8.h"
#include "core/file/huggingface_arithmetic.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tritloom::huggingface {
namespace {

// The only list of translated architectures. BitNet b1.58 2B4T squares its ReLU, which GGUF's older "bitnet"
// does not, hence the name that bitnet.cpp gives it.
constexpr Architecture architectures[] = {
    {"LlamaForCausalLM", "llama", true, false},   {"MistralForCausalLM", "llama", true, false},
    {"Qwen2ForCausalLM", "qwen2", true, false},   {"Qwen3ForCausalLM", "qwen3", true, false},
    {"GPT2LMHeadModel", "gpt2", false, true},     {"BitNetForCausalLM", "bitnet-b1.58", true, false},
    {"BitnetForCausalLM", "bitnet", true, false},
};

struct Rename {
    std::string_view from, to;
};

constexpr Rename llamaGlobals[] = {
    {"model.embed_tokens", "token_embd"}, {"model.norm", "output_norm"}, {"lm_head", "output"}};
constexpr Rename llamaLayers[] = {
    {"input_layernorm", "attn_norm"},
    {"self_attn.q_proj", "attn_q"},
    {"self_attn.k_proj", "attn_k"},
    {"self_attn.v_proj", "attn_v"},
    {"self_attn.o_proj", "attn_output"},
    {"self_attn.q_norm", "attn_q_norm"},
    {"self_attn.k_norm", "attn_k_norm"},
    {"self_attn.attn_sub_norm", "attn_sub_norm"},
    {"self_attn.inner_attn_ln", "attn_sub_norm"},
    {"post_attention_layernorm", "ffn_norm"},
    {"mlp.gate_proj", "ffn_gate"},
    {"mlp.up_proj", "ffn_up"},
    {"mlp.down_proj", "ffn_down"},
    {"mlp.ffn_sub_norm", "ffn_sub_norm"},
    {"mlp.ffn_layernorm", "ffn_sub_norm"}};
constexpr Rename gpt2Globals[] = {
    {"wte", "token_embd"}, {"wpe", "position_embd"}, {"ln_f", "output_norm"}, {"lm_head", "output"}};
constexpr Rename gpt2Layers[] = {{"ln_1", "attn_norm"},          {"attn.c_attn", "attn_qkv"},
                                 {"attn.c_proj", "attn_output"}, {"ln_2", "ffn_norm"},
                                 {"mlp.c_fc", "ffn_up"},         {"mlp.c_proj", "ffn_down"}};

std::optional<std::string_view> lookUp(std::span<const Rename> table, std::string_view name)
{
    const auto at = std::ranges::find(table, name, &Rename::from);
    return at == table.end() ? std::nullopt : std::optional(at->to);
}

/// Reads whole numbers of config.json into keys; the first that is missing or senseless is the error.
class Keys {
public:
    Keys(const Json& config, std::string_view architecture, Metadata& metadata)
        : m_config(config)
        , m_prefix(fmt::format("{}.", architecture))
        , m_metadata(metadata)
    {
    }

    bool has(std::string_view name) const { return jsonMember(m_config, name) != nullptr; }

    Result<std::uint32_t> required(std::string_view name) const
    {
        if (!has(name))
            return fail(ErrorCode::InvalidInput, "config.json: the whole number '{}' is missing", name);
        const auto value = jsonInteger(m_config, name);
        if (!value)
            return fail(
                ErrorCode::InvalidInput, "config.json: '{}' is {}, a whole number is expected", name,
                jsonShown(m_config[name]));
        return checked(name, *value);
    }
    Result<std::uint32_t> optional(std::string_view name, std::int64_t otherwise) const
    {
        return has(name) ? required(name) : checked(name, otherwise);
    }

    void set(std::string_view key, MetadataValue value)
    {
        m_metadata.set(m_prefix + std::string(key), std::move(value));
    }

private:
    static Result<std::uint32_t> checked(std::string_view name, std::int64_t value)
    {
        if (value < 1 || value > 0x7FFFFFFF)
            return fail(
                ErrorCode::InvalidInput, "config.json: '{}' is {}, it must be 1 to 2147483647", name, value);
        return static_cast<std::uint32_t>(value);
    }

    const Json& m_config;
    std::string m_prefix;
    Metadata& m_metadata;
};

/// What is not there is `otherwise`. Errors: InvalidInput (no number above 0).
Result<double> positive(const Json& object, const char* name, double otherwise)
{
    const Json* const value = jsonMember(object, name);
    if (value == nullptr)
        return otherwise;
    const double number = value->is_number() ? value->get<double>() : 0;
    if (!(number > 0) || !std::isfinite(number))
        return fail(
            ErrorCode::InvalidInput, "config.json: '{}' is {}, it must be positive", name, jsonShown(*value));
    return number;
}

/// Divisors of the rotary frequencies: 1 for short waves, `factor` for long ones, between them a blend.
Result<std::vector<float>>
llama3Divisors(const Json& scaling, double base, std::size_t headElements, double factor)
{
    const double low = TRY(positive(scaling, "low_freq_factor", 1));
    const double high = TRY(positive(scaling, "high_freq_factor", 4));
    const double context = TRY(positive(scaling, "original_max_position_embeddings", 8192));
    std::vector<float> divisors(headElements / 2);
    for (std::size_t i = 0; i < divisors.size(); ++i) {
        const double exponent = 2 * static_cast<double>(i) / static_cast<double>(headElements);
        const double wavelength = 2 * std::numbers::pi * std::pow(base, exponent);
        double divisor = 1;
        if (wavelength > context / low) {
            divisor = factor;
        } else if (wavelength > context / high) {
            const double smooth = (context / wavelength - low) / (high - low);
            divisor = 1 / ((1 - smooth) / factor + smooth);
        }
        divisors[i] = static_cast<float>(divisor);
    }
    return divisors;
}

/// Elements of each head that are rotated, the first ones.
Result<std::size_t> rotatedElements(const Json& config, const Json& rope, std::size_t headElements)
{
    constexpr const char* name = "partial_rotary_factor";
    const double share = TRY(positive(rope, name, TRY(positive(config, name, 1))));
    const auto rotated = static_cast<std::size_t>(static_cast<double>(headElements) * std::min(share, 1.0));
    if (share > 1 || rotated == 0 || rotated % 2 != 0)
        return fail(
            ErrorCode::InvalidInput, "config.json: {} of heads of {} elements cannot be rotated ('{}')",
            share, headElements, name);
    return rotated;
}

Result<void> translateRope(const Json& config, Keys& keys, std::size_t headElements, ModelFile& model)
{
    // Transformers 5 writes "rope_parameters" with the base inside, older ones "rope_theta" and
    // "rope_scaling".
    const Json* scaling = jsonMember(config, "rope_parameters");
    if (!scaling)
        scaling = jsonMember(config, "rope_scaling");
    const Json none = Json::object();
    const Json& rope = scaling ? *scaling : none;
    if (rope.is_object())
        for (const auto& [name, value] : rope.items())
            if (value.is_object())
                refuseToRun(
                    model, "layers of different kinds ('{}') rotate in different ways", printable(name));
    headElements = TRY(rotatedElements(config, rope, headElements));
    keys.set("rope.dimension_count", static_cast<std::uint32_t>(headElements));
    const double base = TRY(positive(config, "rope_theta", TRY(positive(rope, "rope_theta", 10000))));
    keys.set("rope.freq_base", static_cast<float>(base));

    const std::string kind = jsonText(rope, "rope_type").value_or(jsonText(rope, "type").value_or("default"));
    const double factor = TRY(positive(rope, "factor", 1));
    if (kind == "default")
        return {};
    if (kind == "llama3") {
        if (headElements / 2 > 65536)
            return fail(
                ErrorCode::InvalidInput, "config.json: heads of {} elements are not possible", headElements);
        auto divisors = TRY(llama3Divisors(rope, base, headElements, factor));
        const Shape shape{divisors.size()};
        model.tensors.push_back(
            {.name = "rope_freqs.weight",
             .shape = shape,
             .stored = Tensor::adoptFloats(shape, std::move(divisors)),
             .fileName = {}});
    } else if (kind == "linear" || kind == "yarn") {
        keys.set("rope.scaling.type", kind);
        keys.set("rope.scaling.factor", static_cast<float>(factor));
        if (const auto context = jsonInteger(rope, "original_max_position_embeddings");
            context && *context > 0)
            keys.set("rope.scaling.original_context_length", static_cast<std::uint32_t>(*context));
    } else if (kind == "dynamic") {
        // The base grows with texts that are longer than max_position_embeddings, and only then.
        model.notices.push_back("config.json: RoPE scaling 'dynamic' begins behind the trained context, what "
                                "is computed of longer texts is "
                                "not the model's");
    } else {
        refuseToRun(model, "the RoPE scaling '{}' is not known here", printable(kind));
    }
    return {};
}

/// Attention that sees no further back than some tokens, in all layers or in some.
Result<void> translateWindow(const Json& config, std::string_view architecture, Keys& keys, ModelFile& model)
{
    if (!keys.has("sliding_window"))
        return {};
    const Json* const kinds = jsonMember(config, "layer_types");
    const std::size_t layers = TRY(keys.required("num_hidden_layers"));
    std::vector<bool> isWindowed;
    if (kinds != nullptr && kinds->is_array()) {
        if (kinds->size() != layers)
            return fail(
                ErrorCode::InvalidInput, "config.json: {} 'layer_types' for {} layers", kinds->size(),
                layers);
        for (const Json& kind : *kinds) {
            isWindowed.push_back(kind == "sliding_attention");
            if (!isWindowed.back() && kind != "full_attention")
                refuseToRun(model, "layers of {} are not known here", jsonShown(kind));
        }
    } else if (architecture.starts_with("qwen")) {
        constexpr std::size_t mostLayers = 1 << 16; // the file has tensors for far fewer
        if (!jsonBoolean(config, "use_sliding_window").value_or(false) || layers > mostLayers)
            return {};
        const std::int64_t first = jsonInteger(config, "max_window_layers").value_or(28);
        for (std::size_t layer = 0; layer < layers; ++layer)
            isWindowed.push_back(std::int64_t(layer) >= first);
    } else if (jsonText(config, "model_type").value_or("") == "mistral") {
        isWindowed = {true};
    }
    if (std::ranges::find(isWindowed, true) == isWindowed.end())
        return {};
    keys.set("attention.sliding_window", TRY(keys.required("sliding_window")));
    if (std::ranges::find(isWindowed, false) != isWindowed.end())
        keys.set("attention.sliding_window_pattern", isWindowed);
    return {};
}

Result<void> translateGpt2(Keys& keys, const Json& config, ModelFile& model)
{
    // All of these are the tanh form, computed in different orders.
    constexpr std::string_view activations[] = {"gelu_new", "gelu_pytorch_tanh", "gelu_fast"};
    expectActivation(config, "activation_function", activations, model);
    const auto width = TRY(keys.required("n_embd"));
    keys.set("context_length", TRY(keys.optional("n_positions", TRY(keys.optional("n_ctx", 1024)))));
    keys.set("embedding_length", width);
    keys.set("feed_forward_length", TRY(keys.optional("n_inner", std::int64_t{4} * width)));
    keys.set("block_count", TRY(keys.required("n_layer")));
    const auto heads = TRY(keys.required("n_head"));
    if (width % heads != 0)
        return fail(
            ErrorCode::InvalidInput, "config.json: {} elements are not divisible by {} heads", width, heads);
    keys.set("attention.head_count", heads);
    keys.set(
        "attention.layer_norm_epsilon",
        static_cast<float>(TRY(positive(config, "layer_norm_epsilon", 1e-5))));
    keys.set("vocab_size", TRY(keys.required("vocab_size")));
    return {};
}

Result<void> translateLlama(Keys& keys, const Json& config, std::string_view architecture, ModelFile& model)
{
    const auto width = TRY(keys.required("hidden_size"));
    const auto heads = TRY(keys.required("num_attention_heads"));
    const auto keyHeads = TRY(keys.optional("num_key_value_heads", heads));
    if (heads % keyHeads != 0)
        return fail(
            ErrorCode::InvalidInput, "config.json: {} heads are not divisible by {} key-value heads", heads,
            keyHeads);
    if (!keys.has("head_dim") && width % heads != 0)
        return fail(
            ErrorCode::InvalidInput, "config.json: {} elements are not divisible by {} heads", width, heads);
    const auto headElements = TRY(keys.optional("head_dim", width / heads));
    if (headElements % 2 != 0)
        return fail(
            ErrorCode::InvalidInput, "config.json: heads of {} elements cannot be rotated", headElements);
    keys.set("context_length", TRY(keys.required("max_position_embeddings")));
    keys.set("embedding_length", width);
    keys.set("feed_forward_length", TRY(keys.required("intermediate_size")));
    keys.set("block_count", TRY(keys.required("num_hidden_layers")));
    keys.set("attention.head_count", heads);
    keys.set("attention.head_count_kv", keyHeads);
    if (headElements != width / heads) {
        keys.set("attention.key_length", headElements);
        keys.set("attention.value_length", headElements);
    }
    keys.set(
        "attention.layer_norm_rms_epsilon", static_cast<float>(TRY(positive(config, "rms_norm_eps", 1e-6))));
    TRY_VOID(translateWindow(config, architecture, keys, model));
    keys.set("vocab_size", TRY(keys.required("vocab_size")));
    return translateRope(config, keys, headElements, model);
}

} // namespace

const Architecture* findArchitecture(const Json& config)
{
    const Json* const classes = jsonMember(config, "architectures");
    if (!classes || !classes->is_array())
        return nullptr;
    for (const Json& name : *classes) {
        const auto* const text = name.get_ptr<const std::string*>();
        const auto at = text ? std::ranges::find(architectures, *text, &Architecture::className)
                             : std::end(architectures);
        if (at != std::end(architectures))
            return at;
    }
    return nullptr;
}

Result<void> translateConfig(const Json& config, const Architecture& architecture, ModelFile& model)
{
    Keys keys(config, architecture.name, model.metadata);
    refuseUnknownArithmetic(config, model);
    if (architecture.isGpt2)
        return translateGpt2(keys, config, model);
    TRY_VOID(translateLlama(keys, config, architecture.name, model));
    constexpr std::string_view silu[] = {"silu", "swish"}, relu2[] = {"relu2"};
    const bool isSquared = architecture.name == "bitnet-b1.58";
    expectActivation(
        config, "hidden_act", isSquared ? std::span<const std::string_view>(relu2) : silu, model);
    return {};
}

std::string translateName(std::string_view name, const Architecture& architecture)
{
    for (const std::string_view buffer : {".inv_freq", ".attn.bias", ".attn.masked_bias"})
        if (name.ends_with(buffer) && (architecture.isGpt2 || buffer == ".inv_freq"))
            return "";
    const std::string_view original = name;
    const std::size_t dot = name.rfind('.');
    if (dot == std::string_view::npos)
        return std::string(original);
    const std::string_view suffix = name.substr(dot);
    name = name.substr(0, dot);
    if (architecture.isGpt2 && name.starts_with("transformer."))
        name.remove_prefix(std::string_view("transformer.").size());

    const auto globals = architecture.isGpt2 ? std::span<const Rename>(gpt2Globals) : llamaGlobals;
    if (const auto global = lookUp(globals, name))
        return fmt::format("{}{}", *global, suffix);
    const std::string_view layers = architecture.isGpt2 ? "h." : "model.layers.";
    if (!name.starts_with(layers))
        return std::string(original);
    name.remove_prefix(layers.size());
    const std::size_t digits = std::min(name.find_first_not_of("0123456789"), name.size());
    if (digits == 0 || digits > 6 || digits == name.size() || name[digits] != '.')
        return std::string(original);
    const auto table = architecture.isGpt2 ? std::span<const Rename>(gpt2Layers) : llamaLayers;
    const auto part = lookUp(table, name.substr(digits + 1));
    return part ? fmt::format("blk.{}.{}{}", name.substr(0, digits), *part, suffix) : std::string(original);
}

bool isConv1d(std::string_view ggufName)
{
    for (const std::string_view end :
         {".attn_qkv.weight", ".attn_output.weight", ".ffn_up.weight", ".ffn_down.weight"})
        if (ggufName.ends_with(end))
            return true;
    return false;
}

} // namespace tritloom::huggingface
