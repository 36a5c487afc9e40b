#include "core/file/huggingface_arithmetic.h"

#include <algorithm>

namespace tritloom::huggingface {
namespace {

/// What none of the architectures here computes, with the value that changes nothing.
struct Neutral {
    std::string_view key;
    double number; ///< 0 and 1 also stand for false and true
};
constexpr Neutral neutrals[] = {
    {"final_logit_softcapping", 0},
    {"attn_logit_softcapping", 0},
    {"logit_scale", 1},
    {"logits_scaling", 1},
    {"embedding_multiplier", 1},
    {"residual_multiplier", 1},
    {"clip_qkv", 0},
    {"scale_attn_weights", 1},
    {"scale_attn_by_inverse_layer_idx", 0},
    {"add_cross_attention", 0},
    {"use_parallel_residual", 0},
    {"use_qk_norm", 0},
};

} // namespace

void refuseUnknownArithmetic(const Json& config, ModelFile& model)
{
    for (const Neutral& neutral : neutrals) {
        const Json* const value = jsonMember(config, neutral.key);
        if (value == nullptr)
            continue;
        const auto number = jsonNumber(config, neutral.key);
        const auto truth = jsonBoolean(config, neutral.key);
        if (!(number ? *number == neutral.number : truth && double(*truth) == neutral.number))
            refuseToRun(model, "'{}' is {}, which is not computed here", neutral.key, jsonShown(*value));
    }
    const Json* const quantization = jsonMember(config, "quantization_config");
    if (quantization != nullptr && jsonText(*quantization, "quant_method") == "bitnet"
        && jsonBoolean(*quantization, "use_rms_norm").value_or(false))
        refuseToRun(model, "'{}' is {}, which is not computed here", "use_rms_norm", "true");
}

void expectActivation(
    const Json& config, std::string_view key, std::span<const std::string_view> names, ModelFile& model)
{
    const Json* const value = jsonMember(config, key);
    const auto text = jsonText(config, key);
    if (value != nullptr && (!text || std::ranges::find(names, *text) == names.end()))
        refuseToRun(
            model, "'{}' is {}, the networks of this architecture that are run here have '{}'", key,
            jsonShown(*value), names.front());
}

void checkPromises(const Json& config, const Architecture& architecture, ModelFile& model)
{
    const auto first = [&](std::initializer_list<std::string_view> ends) -> const NamedTensor* {
        for (const NamedTensor& tensor : model.tensors)
            for (const std::string_view end : ends)
                if (tensor.name.starts_with("blk.") && tensor.name.ends_with(end))
                    return &tensor;
        return nullptr;
    };
    const auto shown = [](const NamedTensor& tensor) {
        return tensor.fileName.empty() ? tensor.name : tensor.fileName;
    };
    const auto expect = [&](std::string_view key, bool isPromised,
                            std::initializer_list<std::string_view> ends) {
        const NamedTensor* const found = first(ends);
        if (isPromised && found == nullptr)
            refuseToRun(model, "'{}' is true, but there is no tensor of such a bias", key);
        if (!isPromised && found != nullptr)
            refuseToRun(model, "'{}' is false, but there is a tensor '{}'", key, shown(*found));
    };
    if (!architecture.isGpt2) {
        if (const auto bias = jsonBoolean(config, "attention_bias"); bias && architecture.name != "qwen2")
            expect(
                "attention_bias", *bias, {"attn_q.bias", "attn_k.bias", "attn_v.bias", "attn_output.bias"});
        if (const auto bias = jsonBoolean(config, "mlp_bias"))
            expect("mlp_bias", *bias, {"ffn_gate.bias", "ffn_up.bias", "ffn_down.bias"});
        if (const NamedTensor* const norm = first({"attn_q_norm.weight", "attn_k_norm.weight"});
            norm != nullptr && architecture.name != "qwen3")
            refuseToRun(
                model, "{} has no norm of queries and keys, but there is a tensor '{}'",
                architecture.className, shown(*norm));
    }
    if (jsonBoolean(config, "tie_word_embeddings") == false && model.find("output.weight") == nullptr)
        refuseToRun(model, "'tie_word_embeddings' is false, but there is no tensor 'lm_head.weight'");
}

} // namespace tritloom::huggingface
