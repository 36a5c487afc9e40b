#pragma once

#include "tests/support/diffusers_tensors.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

/// Writes small folders as the diffusers library writes them: the configs of Stable Diffusion 1.5 and
/// google/ddpm-cifar10-32 with smaller numbers.
namespace diffusersFolder {

inline void save(const std::filesystem::path& path, const QJsonObject& json)
{
    std::filesystem::create_directories(path.parent_path());
    saveText(path, QJsonDocument(json).toJson());
}
template <typename T>
QJsonArray list(const std::vector<T>& values)
{
    QJsonArray array;
    for (const T& value : values) {
        if constexpr (std::is_same_v<T, std::string>)
            array.append(QString::fromStdString(value));
        else
            array.append(qint64(value));
    }
    return array;
}

inline QJsonObject unetConfig(const UNetShape& s, int sampleSize, int groups)
{
    return {
        {"_class_name", s.text > 0 ? "UNet2DConditionModel" : "UNet2DModel"},
        {"act_fn", "silu"},
        {"sample_size", sampleSize},
        {"in_channels", qint64(s.channels)},
        {"out_channels", qint64(s.channels)},
        {"block_out_channels", list(s.widths)},
        {"layers_per_block", qint64(s.layers)},
        {"down_block_types", list(s.down)},
        {"up_block_types", list(s.up)},
        {"norm_num_groups", groups},
        {"center_input_sample", false},
        {"mid_block_scale_factor", 1}};
}

/// google/ddpm-cifar10-32, smaller: 16 x 16 pixels.
inline UNetShape ddpmShape()
{
    return {3, {16, 32}, 2, 0, {"DownBlock2D", "AttnDownBlock2D"}, {"AttnUpBlock2D", "UpBlock2D"}};
}
inline QJsonObject ddpmConfig()
{
    QJsonObject config = unetConfig(ddpmShape(), 16, 8);
    config["attention_head_dim"] = 8;
    config["downsample_padding"] = 0;
    config["flip_sin_to_cos"] = false;
    config["freq_shift"] = 1;
    config["norm_eps"] = 1e-6;
    return config;
}
/// inFolders: each part in a folder of its name; else all in one, as the first models of the library came.
inline void writeDdpm(const std::filesystem::path& folder, bool inFolders = true)
{
    const auto of = [&](const char* part) { return inFolders ? folder / part : folder; };
    save(
        folder / "model_index.json",
        {{"_class_name", "DDPMPipeline"},
         {"scheduler", QJsonArray{"diffusers", "DDPMScheduler"}},
         {"unet", QJsonArray{"diffusers", "UNet2DModel"}}});
    save(of("unet") / "config.json", ddpmConfig());
    save(
        of("scheduler") / "scheduler_config.json",
        {{"_class_name", "DDPMScheduler"},
         {"beta_start", 0.0001},
         {"beta_end", 0.02},
         {"beta_schedule", "linear"},
         {"num_train_timesteps", 1000},
         {"clip_sample", true},
         {"variance_type", "fixed_large"},
         {"trained_betas", QJsonValue::Null}});
    unet(ddpmShape()).save(of("unet") / "diffusion_pytorch_model.safetensors");
}

/// Stable Diffusion 1.5, smaller: 64 x 64 pixels behind latents of 8 x 8, 12 positions of text.
inline UNetShape stableDiffusionShape()
{
    const std::string down = "CrossAttnDownBlock2D", up = "CrossAttnUpBlock2D";
    return {4, {8, 16, 24, 24}, 2, 16, {down, down, down, "DownBlock2D"}, {"UpBlock2D", up, up, up}};
}
constexpr std::size_t vocabularySize = 600;
inline void writeTokenizer(const std::filesystem::path& folder)
{
    // Bytes, bytes at a word's end, what three merges make, and the two special tokens at the end.
    const auto texts = [] {
        std::vector<QString> printable;
        int next = 256;
        for (int byte = 0; byte < 256; ++byte) {
            const bool itself = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
            printable.emplace_back(QChar(itself ? byte : next++));
        }
        return printable;
    }();
    QJsonObject vocabulary;
    for (int i = 0; i < 256; ++i) {
        vocabulary[texts[std::size_t(i)]] = i;
        vocabulary[texts[std::size_t(i)] + "</w>"] = 256 + i;
    }
    vocabulary["ab</w>"] = 512;
    vocabulary["ba</w>"] = 513;
    vocabulary["ab"] = 514;
    vocabulary["abab</w>"] = 515;
    for (int i = 516; i < 598; ++i)
        vocabulary[QString("unused%1").arg(i)] = i;
    vocabulary["<|startoftext|>"] = 598;
    vocabulary["<|endoftext|>"] = 599;
    save(folder / "vocab.json", vocabulary);
    saveText(folder / "merges.txt", "#version: 0.2\na b</w>\nb a</w>\na b\nab ab</w>\n");
    save(
        folder / "special_tokens_map.json",
        {{"bos_token", QJsonObject{{"content", "<|startoftext|>"}}},
         {"eos_token", QJsonObject{{"content", "<|endoftext|>"}}},
         {"pad_token", "<|endoftext|>"},
         {"unk_token", QJsonObject{{"content", "<|endoftext|>"}}}});
}

/// Where the sizes of a pipeline differ; the standard is small.
struct StableDiffusionSizes {
    UNetShape unet = stableDiffusionShape();
    int sampleSize = 8, groups = 4, heads = 4;
    std::vector<std::size_t> vae{8, 8, 16, 16};
    int vaeGroups = 4;
    std::size_t vocabulary = vocabularySize, positions = 12, inner = 32, textLayers = 3, textHeads = 4;
    bool oldNames = false;
    bool isHollow = false; ///< no numbers, as saveHollow()
};
/// Stable Diffusion 1.5 as it is published.
inline StableDiffusionSizes fullSizes()
{
    StableDiffusionSizes sizes;
    sizes.unet.widths = {320, 640, 1280, 1280};
    sizes.unet.text = 768;
    sizes.sampleSize = 64;
    sizes.groups = sizes.vaeGroups = 32;
    sizes.heads = 8;
    sizes.vae = {128, 256, 512, 512};
    sizes.vocabulary = 49408;
    sizes.positions = 77;
    sizes.inner = 3072;
    sizes.textLayers = sizes.textHeads = 12;
    sizes.isHollow = true;
    return sizes;
}

inline QJsonObject vaeConfig(const StableDiffusionSizes& sizes)
{
    return {
        {"_class_name", "AutoencoderKL"},
        {"act_fn", "silu"},
        {"block_out_channels", list(sizes.vae)},
        {"down_block_types", list(std::vector<std::string>(4, "DownEncoderBlock2D"))},
        {"up_block_types", list(std::vector<std::string>(4, "UpDecoderBlock2D"))},
        {"in_channels", 3},
        {"out_channels", 3},
        {"latent_channels", 4},
        {"layers_per_block", 2},
        {"norm_num_groups", sizes.vaeGroups},
        {"sample_size", 8 * sizes.sampleSize}};
}
/// AutoencoderKL alone.
inline void writeAutoencoder(const std::filesystem::path& folder)
{
    const StableDiffusionSizes sizes;
    save(folder / "config.json", vaeConfig(sizes));
    autoencoder(sizes.vae, 2).save(folder / "diffusion_pytorch_model.safetensors");
}

inline void writeStableDiffusion(const std::filesystem::path& folder, const StableDiffusionSizes& sizes = {})
{
    const auto write = [&](const Network& network, const char* to) {
        std::filesystem::create_directories((folder / to).parent_path());
        sizes.isHollow ? network.saveHollow(folder / to) : network.save(folder / to);
    };
    save(
        folder / "model_index.json",
        {{"_class_name", "StableDiffusionPipeline"},
         {"feature_extractor", QJsonArray{"transformers", "CLIPImageProcessor"}},
         {"safety_checker", QJsonArray{QJsonValue::Null, QJsonValue::Null}},
         {"scheduler", QJsonArray{"diffusers", "PNDMScheduler"}},
         {"text_encoder", QJsonArray{"transformers", "CLIPTextModel"}},
         {"tokenizer", QJsonArray{"transformers", "CLIPTokenizer"}},
         {"unet", QJsonArray{"diffusers", "UNet2DConditionModel"}},
         {"vae", QJsonArray{"diffusers", "AutoencoderKL"}}});
    QJsonObject config = unetConfig(sizes.unet, sizes.sampleSize, sizes.groups);
    config["attention_head_dim"] = sizes.heads;
    config["cross_attention_dim"] = qint64(sizes.unet.text);
    config["downsample_padding"] = 1;
    config["flip_sin_to_cos"] = true;
    config["freq_shift"] = 0;
    config["norm_eps"] = 1e-5;
    save(folder / "unet/config.json", config);
    write(unet(sizes.unet), "unet/diffusion_pytorch_model.safetensors");
    save(folder / "vae/config.json", vaeConfig(sizes));
    write(vae(sizes.vae, 2, sizes.oldNames), "vae/diffusion_pytorch_model.safetensors");
    save(
        folder / "text_encoder/config.json",
        {{"architectures", QJsonArray{"CLIPTextModel"}},
         {"model_type", "clip_text_model"},
         {"hidden_act", "quick_gelu"},
         {"hidden_size", qint64(sizes.unet.text)},
         {"intermediate_size", qint64(sizes.inner)},
         {"num_hidden_layers", qint64(sizes.textLayers)},
         {"num_attention_heads", qint64(sizes.textHeads)},
         {"max_position_embeddings", qint64(sizes.positions)},
         {"vocab_size", qint64(sizes.vocabulary)},
         {"layer_norm_eps", 1e-5}});
    write(
        clip(sizes.vocabulary, sizes.positions, sizes.unet.text, sizes.inner, sizes.textLayers),
        "text_encoder/model.safetensors");
    writeTokenizer(folder / "tokenizer");
    save(
        folder / "scheduler/scheduler_config.json",
        {{"_class_name", "PNDMScheduler"},
         {"beta_start", 0.00085},
         {"beta_end", 0.012},
         {"beta_schedule", "scaled_linear"},
         {"num_train_timesteps", 1000},
         {"set_alpha_to_one", false},
         {"skip_prk_steps", true},
         {"steps_offset", 1},
         {"trained_betas", QJsonValue::Null},
         {"clip_sample", false}});
}

} // namespace diffusersFolder
