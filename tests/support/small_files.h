#pragma once

#include "core/architecture/model.h"
#include "core/calibrate/imatrix_file.h"
#include "tests/support/diffusers_folder.h"
#include "tests/support/huggingface_folder.h"
#include "tests/support/vision_tensors.h"

#include <functional>

/// The smallest whole files of each kind that is read beside or as a model: for tests that damage them.
namespace smallFiles {

using namespace tritloom;
namespace fs = std::filesystem;

/// How a kind of file is opened: what was odd, or the one sentence.
using Open = std::function<Result<std::vector<std::string>>(const fs::path&)>;
using Make = std::function<void(const fs::path& folder)>;

inline Result<std::vector<std::string>> openAsModel(const fs::path& path)
{
    const auto model = TRY(loadModel(path));
    std::vector<std::string> said = model->file->notices;
    for (const std::string& why : {model->whyNotEvaluated, model->whyNoTokenizer})
        if (!why.empty())
            said.push_back(why);
    if (model->tokenizer)
        (void)model->tokenizer->decode(model->tokenizer->encode("I've  12 \xC3\xA9\xFF<s>"));
    for (const Layer& layer : model->layers)
        (void)materialise(model->tensor(layer.tensor));
    return said;
}

inline Result<std::vector<std::string>> openAsImatrix(const fs::path& path)
{
    return readImatrix(path).map([](const ImatrixFile&) { return std::vector<std::string>(); });
}

inline constexpr const char* byteLevel =
    R"({"version":"1.0","added_tokens":[{"id":4,"content":"<s>","special":true}],
 "normalizer":{"type":"NFC"},"pre_tokenizer":{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":"x+"}},
 {"type":"ByteLevel","use_regex":false}]},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"<s>"}},
 {"Sequence":{"id":"A"}}]},"model":{"type":"BPE","vocab":{"I":0,"v":1,"e":2,"ve":3},"merges":["v e"]}})";
inline constexpr const char* spaces =
    R"({"added_tokens":[{"id":0,"content":"<s>","special":true}],"normalizer":{"type":"Sequence",
 "normalizers":[{"type":"Prepend","prepend":"▁"},{"type":"Replace","pattern":{"String":" "},"content":"▁"}]},
 "model":{"type":"BPE","byte_fallback":true,"unk_token":"<s>","vocab":{"<s>":0,"a":1,"b":2,"ab":3},"merges":[["a","b"]]}})";
inline constexpr const char* unigram =
    R"({"model":{"type":"Unigram","unk_id":0,"byte_fallback":true,"vocab":[["<unk>",0.0],["▁",-2.0],
 ["a",-1.5],["<0x41>",-9.0]]},"normalizer":{"type":"Sequence","normalizers":[{"type":"Precompiled",
 "precompiled_charsmap":"CAAAAAAAAAAAAAAAYQA="},{"type":"Replace","pattern":{"Regex":" {2,}"},"content":" "}]},
 "pre_tokenizer":{"type":"Metaspace","prepend_scheme":"always"},"added_tokens":[]})";
inline constexpr const char* tokenizerConfig =
    R"({"bos_token":"<s>","eos_token":{"content":"ve"},"add_bos_token":true,
 "add_eos_token":false,"add_prefix_space":true,"chat_template":"{{ x }}","added_tokens_decoder":{"5":{"content":"<x>",
 "special":true}}})";
inline constexpr const char* llama3Rope =
    R"({"architectures":["LlamaForCausalLM"],"hidden_size":8,"intermediate_size":8,
 "num_hidden_layers":1,"num_attention_heads":2,"num_key_value_heads":1,"head_dim":4,"max_position_embeddings":64,
 "vocab_size":6,"rms_norm_eps":1e-5,"tie_word_embeddings":true,"hidden_act":"silu","rope_theta":500000.0,
 "sliding_window":4,"layer_types":["sliding_attention"],"rope_scaling":{"rope_type":"llama3","factor":8.0,
 "low_freq_factor":1.0,"high_freq_factor":4.0,"original_max_position_embeddings":32}})";
inline constexpr const char* gpt2Config =
    R"({"architectures":["GPT2LMHeadModel"],"n_embd":8,"n_layer":1,"n_head":2,"n_inner":16,
 "n_positions":8,"vocab_size":6,"activation_function":"gelu_new","layer_norm_epsilon":1e-5})";

inline TinyModel tiny()
{
    TinyModel shape{.blocks = 1};
    shape.hidden = shape.feedForward = 8;
    shape.heads = 2;
    shape.kvHeads = 1;
    shape.headSize = 4;
    shape.vocabulary = 6;
    return shape;
}

inline Make llama(std::vector<std::pair<const char*, QByteArray>> files)
{
    return [files = std::move(files)](const fs::path& folder) {
        saveLlamaFolder(folder, tiny());
        for (const auto& [name, text] : files)
            saveText(folder / name, text);
    };
}

inline void sharded(const fs::path& folder)
{
    SafetensorsBuilder a, b;
    a.add("a.weight", "F32", {2, 2}, std::vector<float>{1, 2, 3, 4});
    b.add("b.weight", "F32", {2}, std::vector<float>{1, 2});
    a.save(folder / "model-00001-of-00002.safetensors");
    b.save(folder / "model-00002-of-00002.safetensors");
    saveText(
        folder / "model.safetensors.index.json",
        R"({"metadata":{"total_size":24},"weight_map":{"a.weight":"model-00001-of-00002.safetensors",)"
        R"("b.weight":"model-00002-of-00002.safetensors"}})");
}

inline void visionTransformer(const fs::path& folder)
{
    visionTensors::transformers("vit", {}, false).save(folder / "model.safetensors");
    saveText(
        folder / "config.json",
        R"({"model_type":"vit","num_attention_heads":3,"hidden_act":"gelu","layer_norm_eps":1e-12,"id2label":{"0":"a"}})");
    saveText(
        folder / "preprocessor_config.json",
        R"({"image_mean":[0.5,0.5,0.5],"image_std":[0.5,0.5,0.5],"size":{"height":24},"do_normalize":true})");
}

/// llama2.c's file of random weights: width 4, hidden 8, one layer, six tokens; groups of 4 in version 2.
inline void llama2cFile(const fs::path& folder, std::int32_t version)
{
    std::string bytes;
    const auto add = [&bytes](const auto value) {
        bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    if (version > 0)
        for (const std::int32_t value : {0x616b3432, version})
            add(value);
    for (const std::int32_t value : {4, 8, 1, 2, 2, 6, 4})
        add(value);
    if (version > 0) {
        add(std::uint8_t(1)); // the head is the embedding
        add(std::int32_t(4));
        bytes.resize(256);
    }
    const std::size_t norms = 3 * 4, matrices = 6 * 4 + 4 * 16 + 3 * 32, positions = 4 * 2;
    for (std::size_t i = 0; i < (version == 2 ? norms : norms + matrices + (version == 0 ? positions : 0));
         ++i)
        add(0.1f * float(i % 7));
    if (version == 2)
        for (const int elements : {24, 16, 16, 16, 16, 32, 32, 32}) {
            for (int i = 0; i < elements; ++i)
                add(std::int8_t(i - 7));
            for (int g = 0; g < elements / 4; ++g)
                add(0.5f);
        }
    saveText(folder / "model.bin", QByteArray::fromStdString(bytes));
    std::string tokens(4, '\x03');
    for (const char* const piece : {"<unk>", "\n<s>\n", "\n</s>\n", " ", "a", "<0x41>"}) {
        bytes.clear();
        add(-1.0f);
        add(std::int32_t(std::strlen(piece)));
        tokens += bytes + piece;
    }
    saveText(folder / "tokenizer.bin", QByteArray::fromStdString(tokens));
}

inline Make llama2c(std::int32_t version)
{
    return [version](const fs::path& folder) { llama2cFile(folder, version); };
}

inline Make imatrix(ImatrixForm form)
{
    return [form](const fs::path& folder) {
        ImatrixFile file;
        file.entries["blk.0.attn_q.weight"] = {{30, 60, 0, 15}, {30}};
        file.entries["blk.1.ffn_up_exps.weight"] = {{2, 4, 9, 27}, {2, 3}};
        file.datasets = {"some text"};
        if (!writeImatrix(folder / "imatrix", file, form))
            qFatal("no imatrix is written");
    };
}

/// tokenizer.model of SentencePiece: <unk>, a piece, a byte; a trainer and a normalizer.
inline QByteArray sentencePiece(char type)
{
    const auto field = [](char tag, const std::string& bytes) {
        return std::string(1, tag) + char(bytes.size()) + bytes;
    };
    const auto piece = [&](const std::string& text, char kind) {
        return field('\x0a', field('\x0a', text) + std::string("\x15\0\0\x80\xbf", 5) + '\x18' + kind);
    };
    std::string pieces = piece("<unk>", 2) + piece("<s>", 3) + piece("</s>", 3) + piece("\xE2\x96\x81", 1)
        + piece("a", 1) + piece("<0x41>", 6);
    return QByteArray::fromStdString(
        pieces + field('\x12', std::string("\x18") + type)
        + field('\x1a', field('\x0a', "identity") + std::string("\x18\x01\x20\x01", 4)));
}

struct Kind {
    const char* name;
    Make make; ///< writes what belongs to it into an empty folder
    std::string file; ///< the one that is meant, in the folder
    int step = 1; ///< bytes between those that are changed where opening takes long
    Open open = openAsModel;

    /// What is opened: the folder, or a file of it.
    [[nodiscard]] fs::path opened(const fs::path& folder) const
    {
        if (fs::exists(folder / "model.bin"))
            return folder / "model.bin";
        return fs::exists(folder / "imatrix") ? folder / "imatrix" : folder;
    }
};

/// The list. New ones come last: tests/fuzz/corpus/model_folder names places in it.
inline std::vector<Kind> kinds()
{
    std::vector<Kind> rows;
    const auto row =
        [&rows](const char* name, Make make, const char* file, int step = 1, Open open = openAsModel) {
            rows.push_back({name, std::move(make), file, step, std::move(open)});
        };
    row("config.json", llama({}), "config.json", 3);
    row("config.json, all that is read", llama({{"config.json", llama3Rope}}), "config.json", 3);
    row("config.json of GPT-2", llama({{"config.json", gpt2Config}}), "config.json", 3);
    row("index of shards", sharded, "model.safetensors.index.json");
    row("tokenizer.json of bytes", llama({{"tokenizer.json", byteLevel}}), "tokenizer.json", 2);
    row("tokenizer.json with spaces", llama({{"tokenizer.json", spaces}}), "tokenizer.json", 2);
    row("tokenizer.json, unigram", llama({{"tokenizer.json", unigram}}), "tokenizer.json", 2);
    row("tokenizer_config.json",
        llama({{"tokenizer.json", byteLevel}, {"tokenizer_config.json", tokenizerConfig}}),
        "tokenizer_config.json", 2);
    row("generation_config.json",
        llama(
            {{"tokenizer.json", byteLevel},
             {"generation_config.json", R"({"bos_token_id":1,"eos_token_id":[2,3]})"}}),
        "generation_config.json");
    row("vocab.json",
        llama({{"vocab.json", R"({"a":0,"b":1,"ab":2,"<|endoftext|>":3})"}, {"merges.txt", "a b\n"}}),
        "vocab.json");
    row("merges.txt",
        llama({{"vocab.json", R"({"a":0,"b":1,"ab":2})"}, {"merges.txt", "#version: 0.2\r\na b\n"}}),
        "merges.txt");
    row("tokenizer.model", llama({{"tokenizer.model", sentencePiece(2)}}), "tokenizer.model");
    row("tokenizer.model, unigram", llama({{"tokenizer.model", sentencePiece(1)}}), "tokenizer.model");
    row("config.json of a vision transformer", visionTransformer, "config.json");
    row("preprocessor_config.json", visionTransformer, "preprocessor_config.json", 3);
    const Make ddpm = [](const fs::path& folder) { diffusersFolder::writeDdpm(folder); };
    row("model_index.json", ddpm, "model_index.json", 3);
    row("scheduler_config.json", ddpm, "scheduler/scheduler_config.json", 5);
    row("config.json of a unet", ddpm, "unet/config.json", 9);
    const Make pipeline = [](const fs::path& folder) { diffusersFolder::writeStableDiffusion(folder); };
    row("config.json of an autoencoder", diffusersFolder::writeAutoencoder, "config.json", 9);
    row("config.json of a text encoder", pipeline, "text_encoder/config.json", 99);
    row("special_tokens_map.json", pipeline, "tokenizer/special_tokens_map.json", 99);
    row("llama2.c, version 0", llama2c(0), "model.bin", 1);
    row("llama2.c, version 1", llama2c(1), "model.bin", 3);
    row("llama2.c, 8 bits", llama2c(2), "model.bin", 1);
    row("tokenizer.bin", llama2c(2), "tokenizer.bin");
    row("imatrix", imatrix(ImatrixForm::Gguf), "imatrix", 1, openAsImatrix);
    row("imatrix, old form", imatrix(ImatrixForm::Old), "imatrix", 1, openAsImatrix);
    return rows;
}

inline std::string contentOf(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

} // namespace smallFiles
