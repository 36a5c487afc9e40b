#include "core/architecture/diffusers/networks.h"

namespace tritloom::diffusers {

Result<ClipText> ClipText::of(const ModelFile& file)
{
    ClipText text{.config = TRY(PartConfig::of(file, "text_encoder"))};
    const PartConfig& c = text.config;
    TRY_VOID(c.only("model_type", "clip_text_model"));
    text.width = TRY(c.count("hidden_size", 512));
    text.inner = TRY(c.count("intermediate_size", 2048));
    text.layers = TRY(c.count("num_hidden_layers", 12));
    text.heads = TRY(c.count("num_attention_heads", 8));
    text.positions = TRY(c.count("max_position_embeddings", 77));
    text.vocabulary = TRY(c.count("vocab_size", 49408));
    text.epsilon = TRY(c.number("layer_norm_eps", 1e-5, 0, 1));
    if (text.positions < 2)
        return fail(
            ErrorCode::InvalidInput, "{}: max_position_embeddings is {}, a text has a begin and an end",
            c.file(), text.positions);
    const std::string function = TRY(c.text("hidden_act", "quick_gelu"));
    text.quickGelu = function == "quick_gelu";
    if (!text.quickGelu && function != "gelu")
        return fail(
            ErrorCode::Unsupported, "{}: hidden_act is '{}', quick_gelu and gelu are known here", c.file(),
            function);
    return text;
}

// Pre-norm layers, causal; Radford et al. 2021.
Result<Flow> ClipText::build(NetworkBuilder& n, const Flow& tokens) const
{
    Blocks blocks(n, config, "text_encoder", 1, epsilon);
    const std::string hidden = fmt::format("hidden_size is {}", width), model = "text_model.";
    const std::string table = model + "embeddings.token_embedding.weight",
                      places = model + "embeddings.position_embedding.weight";
    TRY_VOID(blocks.expect(
        table, {vocabulary, width}, fmt::format("vocab_size is {} and {}", vocabulary, hidden)));
    TRY_VOID(blocks.expect(
        places, {positions, width}, fmt::format("max_position_embeddings is {} and {}", positions, hidden)));
    Flow x = TRY(n.add(
        {OpKind::Embedding, {}}, {tokens}, {TRY(n.tensor("text_encoder." + table))},
        "text_encoder.token_embedding"));
    x = TRY(n.add(binaryOp(BinaryFunction::Add), {x}, {TRY(n.tensor("text_encoder." + places))}));
    for (std::size_t i = 0; i < layers; ++i) {
        const std::string layer = fmt::format("{}encoder.layers.{}.", model, i);
        Flow y = TRY(blocks.layerNorm(layer + "layer_norm1", x, epsilon));
        const Flow q = TRY(blocks.linear(layer + "self_attn.q_proj", y, width, hidden));
        const Flow k = TRY(blocks.linear(layer + "self_attn.k_proj", y, width, hidden));
        const Flow v = TRY(blocks.linear(layer + "self_attn.v_proj", y, width, hidden));
        y = TRY(blocks.attention(q, k, v, heads, true, "num_attention_heads"));
        y = TRY(blocks.linear(layer + "self_attn.out_proj", y, width, hidden));
        x = TRY(n.binary(BinaryFunction::Add, x, y));
        y = TRY(blocks.layerNorm(layer + "layer_norm2", x, epsilon));
        y = TRY(blocks.linear(layer + "mlp.fc1", y, inner, fmt::format("intermediate_size is {}", inner)));
        if (quickGelu) // x sigmoid(1.702 x)
            y = TRY(n.binary(
                BinaryFunction::Multiply, y,
                TRY(n.unary(UnaryFunction::Sigmoid, TRY(n.binary(BinaryFunction::Multiply, y, 1.702))))));
        else
            y = TRY(n.unary(UnaryFunction::GeluErf, y));
        y = TRY(blocks.linear(layer + "mlp.fc2", y, width, hidden));
        x = TRY(n.binary(BinaryFunction::Add, x, y));
    }
    return blocks.layerNorm(model + "final_layer_norm", x, epsilon);
}

} // namespace tritloom::diffusers
