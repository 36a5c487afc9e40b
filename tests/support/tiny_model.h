#pragma once

#include "core/architecture/model.h"

#include <memory>
#include <random>

namespace tritloom {

/// A transformer of a few thousand random weights, made in memory: for tests of anything that runs a model.
struct TinyModel {
    std::string architecture = "llama";
    std::size_t blocks = 3, hidden = 64, feedForward = 96, heads = 4, kvHeads = 2, headSize = 16, vocabulary = 50;
    bool rotateHalf = false, tied = false;
    unsigned seed = 1;

    [[nodiscard]] std::shared_ptr<const Model> make() const
    {
        ModelFile file;
        file.path = "tiny.gguf";
        file.format = "gguf";
        file.rotateHalf = rotateHalf;
        const auto set = [&](const char* key, std::size_t value) {
            file.metadata.set(architecture + "." + key, std::uint32_t(value));
        };
        file.metadata.set("general.architecture", architecture);
        set("block_count", blocks);
        set("embedding_length", hidden);
        set("feed_forward_length", feedForward);
        set("attention.head_count", heads);
        set("attention.head_count_kv", kvHeads);
        set("attention.key_length", headSize);
        set("context_length", 64);
        std::mt19937 random(seed);
        const auto add = [&](const std::string& name, Shape shape, float mean = 0) {
            std::normal_distribution<float> normal(mean, mean == 0 ? 0.25f : 0.05f);
            std::vector<float> values(TensorType{nullptr, shape}.elements());
            for (float& value : values)
                value = normal(random);
            const Tensor tensor = Tensor::adoptFloats(shape, std::move(values));
            file.tensors.push_back({.name = name, .shape = std::move(shape), .stored = tensor});
        };
        const bool gpt2 = architecture == "gpt2", bitnet = architecture == "bitnet-b1.58";
        const std::size_t q = heads * headSize, kv = kvHeads * headSize;
        const auto norm = [&](const std::string& name, std::size_t size) {
            add(name + ".weight", {size}, 1);
            if (gpt2)
                add(name + ".bias", {size});
        };
        const auto linear = [&](const std::string& name, std::size_t outputs, std::size_t inputs, bool bias) {
            add(name + ".weight", {outputs, inputs});
            if (bias)
                add(name + ".bias", {outputs});
        };
        add("token_embd.weight", {vocabulary, hidden});
        if (gpt2)
            add("position_embd.weight", {64, hidden});
        for (std::size_t b = 0; b < blocks; ++b) {
            const std::string prefix = "blk." + std::to_string(b) + ".";
            norm(prefix + "attn_norm", hidden);
            if (gpt2) {
                linear(prefix + "attn_qkv", q + 2 * kv, hidden, true);
            } else {
                const bool bias = architecture == "qwen2";
                linear(prefix + "attn_q", q, hidden, bias);
                linear(prefix + "attn_k", kv, hidden, bias);
                linear(prefix + "attn_v", kv, hidden, bias);
            }
            if (architecture == "qwen3") {
                add(prefix + "attn_q_norm.weight", {headSize}, 1);
                add(prefix + "attn_k_norm.weight", {headSize}, 1);
            }
            if (bitnet) {
                add(prefix + "attn_sub_norm.weight", {q}, 1);
                add(prefix + "ffn_sub_norm.weight", {feedForward}, 1);
            }
            linear(prefix + "attn_output", hidden, q, gpt2);
            norm(prefix + "ffn_norm", hidden);
            if (!gpt2)
                linear(prefix + "ffn_gate", feedForward, hidden, false);
            linear(prefix + "ffn_up", feedForward, hidden, gpt2);
            linear(prefix + "ffn_down", hidden, feedForward, gpt2);
        }
        norm("output_norm", hidden);
        if (!tied)
            linear("output", vocabulary, hidden, false);
        return makeModel(std::move(file));
    }
};

} // namespace tritloom
