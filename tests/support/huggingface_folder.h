#pragma once

#include "core/architecture/model.h"
#include "core/base/half.h"
#include "tests/support/safetensors_builder.h"
#include "tests/support/tiny_model.h"

/// What Hugging Face calls a tensor of a llama or a BitNet that GGUF calls `name`.
inline std::string nameInFolder(std::string name)
{
    const auto put = [&](const std::string& from, const std::string& to) {
        if (const auto at = name.find(from); at != std::string::npos)
            name.replace(at, from.size(), to);
    };
    put("blk.", "model.layers.");
    for (const char* part : {"q", "k", "v"})
        put(std::string(".attn_") + part + ".", std::string(".self_attn.") + part + "_proj.");
    put(".attn_output.", ".self_attn.o_proj.");
    put(".attn_sub_norm.", ".self_attn.attn_sub_norm.");
    put(".attn_norm.", ".input_layernorm.");
    put(".ffn_norm.", ".post_attention_layernorm.");
    put(".ffn_sub_norm.", ".mlp.ffn_sub_norm.");
    for (const char* part : {"gate", "up", "down"})
        put(std::string(".ffn_") + part + ".", std::string(".mlp.") + part + "_proj.");
    put("token_embd.", "model.embed_tokens.");
    put("output_norm.", "model.norm.");
    put("output.", "lm_head.");
    return name;
}

/// A llama of random 16-bit weights as a Hugging Face folder, with a file or two beside it.
inline void
saveLlamaFolder(const std::filesystem::path& folder, const tritloom::TinyModel& shape = {.blocks = 2})
{
    using namespace tritloom;
    std::filesystem::create_directories(folder);
    const auto model = shape.make();
    SafetensorsBuilder file;
    for (const NamedTensor& tensor : model->file->tensors) {
        std::vector<std::uint16_t> halves;
        for (const float value : tensor.stored.floats())
            halves.push_back(floatToHalf(value));
        file.add(nameInFolder(tensor.name), "F16", tensor.shape, halves);
    }
    file.save(folder / "model.safetensors");
    saveText(
        folder / "config.json",
        QByteArray::fromStdString(fmt::format(
            R"({{"architectures":["LlamaForCausalLM"],"model_type":"llama","hidden_size":{},"intermediate_size":{},
              "num_hidden_layers":{},"num_attention_heads":{},"num_key_value_heads":{},"head_dim":{},
              "max_position_embeddings":64,"vocab_size":{},"rms_norm_eps":1e-5,"tie_word_embeddings":{}}})",
            shape.hidden, shape.feedForward, shape.blocks, shape.heads, shape.kvHeads, shape.headSize,
            shape.vocabulary, shape.tied)));
    saveText(folder / "special_tokens_map.json", "{\"note\":\"carried over\"}");
    saveText(folder / "LICENSE", "of the model");
    saveText(folder / "pytorch_model.bin", "weights that do not come along");
}
