#pragma once

#include "tests/support/safetensors_builder.h"

#include <cmath>
#include <numeric>

/// The tensors of networks as the diffusers library names them, of any size. Weights are the formula of
/// tests/golden/diffusers/make.py.
namespace diffusersFolder {

/// Evenly spread over -1..1, by the name and the place.
inline std::vector<double> numbers(const std::string& name, std::size_t count)
{
    unsigned seed = 0;
    for (const char c : name)
        seed = (seed * 31 + static_cast<unsigned char>(c)) % 1000003;
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i) {
        const double r = std::sin(12.9898 * double(i) + 78.233 * double(seed)) * 43758.5453;
        values[i] = 2 * (r - std::floor(r)) - 1;
    }
    return values;
}

/// What goes into a network.
inline std::vector<float> given(const std::string& name, std::size_t count, double scale = 1.7)
{
    std::vector<float> values;
    for (const double value : numbers(name, count))
        values.push_back(float(scale * value));
    return values;
}

/// The tensors of one network.
class Network {
public:
    explicit Network(std::string part)
        : m_part(std::move(part))
    {
    }

    void add(const std::string& name, const std::vector<std::size_t>& shape)
    {
        m_tensors.emplace_back(name, shape);
    }
    /// One of those added before with another shape.
    void change(const std::string& name, const std::vector<std::size_t>& shape)
    {
        for (auto& [known, has] : m_tensors)
            if (known == name)
                has = shape;
    }
    void layer(const std::string& name, const std::vector<std::size_t>& shape, bool bias = true)
    {
        add(name + ".weight", shape);
        if (bias)
            add(name + ".bias", {shape[0]});
    }
    void convolution(const std::string& name, std::size_t outputs, std::size_t inputs, std::size_t kernel = 3)
    {
        layer(name, {outputs, inputs, kernel, kernel});
    }
    void resnet(const std::string& name, std::size_t inputs, std::size_t outputs, std::size_t time)
    {
        layer(name + ".norm1", {inputs});
        convolution(name + ".conv1", outputs, inputs);
        if (time > 0)
            layer(name + ".time_emb_proj", {outputs, time});
        layer(name + ".norm2", {outputs});
        convolution(name + ".conv2", outputs, outputs);
        if (inputs != outputs)
            convolution(name + ".conv_shortcut", outputs, inputs, 1);
    }
    void pixelAttention(const std::string& name, std::size_t width, bool old = false)
    {
        layer(name + ".group_norm", {width});
        const std::vector<const char*> today{".to_q", ".to_k", ".to_v", ".to_out.0"},
            of2022{".query", ".key", ".value", ".proj_attn"};
        for (const char* part : old ? of2022 : today)
            layer(name + part, {width, width});
    }
    void transformer(const std::string& name, std::size_t width, std::size_t text)
    {
        layer(name + ".norm", {width});
        convolution(name + ".proj_in", width, width, 1);
        const std::string block = name + ".transformer_blocks.0";
        for (const char* norm : {".norm1", ".norm2", ".norm3"})
            layer(block + norm, {width});
        for (const auto& [attention, from] : {std::pair{".attn1", width}, {".attn2", text}}) {
            layer(block + attention + ".to_q", {width, width}, false);
            layer(block + attention + ".to_k", {width, from}, false);
            layer(block + attention + ".to_v", {width, from}, false);
            layer(block + attention + ".to_out.0", {width, width});
        }
        layer(block + ".ff.net.0.proj", {8 * width, width});
        layer(block + ".ff.net.2", {width, 4 * width});
        convolution(name + ".proj_out", width, width, 1);
    }

    [[nodiscard]] std::size_t parameters() const
    {
        std::size_t count = 0;
        for (const auto& tensor : m_tensors)
            count += elements(tensor.second);
        return count;
    }
    /// before: what the file puts before all names.
    void save(const std::filesystem::path& path, const std::string& before = {}) const
    {
        SafetensorsBuilder file;
        for (const auto& [name, shape] : m_tensors) {
            const std::size_t count = elements(shape);
            std::vector<float> values;
            for (const double value : numbers(m_part + "." + name, count)) {
                if (shape.size() > 1)
                    values.push_back(float(value * std::sqrt(3.0 / double(count / shape[0]))));
                else if (name.find("norm") != std::string::npos && name.ends_with("weight"))
                    values.push_back(float(1 + 0.2 * value));
                else
                    values.push_back(float(0.1 * value));
            }
            file.add(before + name, "F32", shape, values);
        }
        file.save(path);
    }
    /// The same tensors of 16 bits in a file with a hole instead of numbers: large networks for tests of
    /// opening.
    void saveHollow(const std::filesystem::path& path) const
    {
        std::string header;
        std::size_t offset = 0;
        for (const auto& [name, shape] : m_tensors) {
            const std::size_t end = offset + 2 * elements(shape);
            header += fmt::format(
                R"({}"{}":{{"dtype":"F16","shape":[{}],"data_offsets":[{},{}]}})", header.empty() ? "{" : ",",
                name, fmt::join(shape, ","), offset, end);
            offset = end;
        }
        header += "}";
        const std::uint64_t length = header.size();
        std::ofstream file(path, std::ios::binary);
        file.write(reinterpret_cast<const char*>(&length), sizeof length);
        file.write(header.data(), std::streamsize(header.size()));
        file.close();
        std::filesystem::resize_file(path, 8 + header.size() + offset);
    }

private:
    static std::size_t elements(const std::vector<std::size_t>& shape)
    {
        return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    }

    std::string m_part;
    std::vector<std::pair<std::string, std::vector<std::size_t>>> m_tensors;
};

struct UNetShape {
    std::size_t channels = 3;
    std::vector<std::size_t> widths;
    std::size_t layers = 2, text = 0;
    std::vector<std::string> down, up;
};

inline Network unet(const UNetShape& s)
{
    Network n("unet");
    const std::size_t time = 4 * s.widths[0];
    const auto look = [&](const std::string& block, std::size_t i, const std::string& kind,
                          std::size_t width) {
        const std::string name = fmt::format("{}.attentions.{}", block, i);
        if (kind.starts_with("CrossAttn"))
            n.transformer(name, width, s.text);
        else if (kind.starts_with("Attn"))
            n.pixelAttention(name, width);
    };
    n.convolution("conv_in", s.widths[0], s.channels);
    n.layer("time_embedding.linear_1", {time, s.widths[0]});
    n.layer("time_embedding.linear_2", {time, time});
    std::vector<std::size_t> kept{s.widths[0]};
    std::size_t width = s.widths[0];
    for (std::size_t b = 0; b < s.down.size(); ++b) {
        const std::string block = fmt::format("down_blocks.{}", b);
        for (std::size_t i = 0; i < s.layers; ++i) {
            n.resnet(fmt::format("{}.resnets.{}", block, i), width, s.widths[b], time);
            kept.push_back(width = s.widths[b]);
            look(block, i, s.down[b], width);
        }
        if (b + 1 < s.down.size()) {
            n.convolution(block + ".downsamplers.0.conv", width, width);
            kept.push_back(width);
        }
    }
    n.resnet("mid_block.resnets.0", width, width, time);
    look("mid_block", 0, s.text > 0 ? "CrossAttn" : "Attn", width);
    n.resnet("mid_block.resnets.1", width, width, time);
    for (std::size_t b = 0; b < s.up.size(); ++b) {
        const std::string block = fmt::format("up_blocks.{}", b);
        const std::size_t to = s.widths[s.widths.size() - 1 - b];
        for (std::size_t i = 0; i < s.layers + 1; ++i) {
            n.resnet(fmt::format("{}.resnets.{}", block, i), width + kept.back(), to, time);
            kept.pop_back();
            width = to;
            look(block, i, s.up[b], width);
        }
        if (b + 1 < s.up.size())
            n.convolution(block + ".upsamplers.0.conv", width, width);
    }
    n.layer("conv_norm_out", {s.widths[0]});
    n.convolution("conv_out", s.channels, s.widths[0]);
    return n;
}

/// Only the decoder and, as files have it, a piece of the encoder that nothing runs.
inline Network vae(const std::vector<std::size_t>& widths, std::size_t layers, bool old = false)
{
    Network n("vae");
    std::size_t width = widths.back();
    n.convolution("encoder.conv_in", widths[0], 3);
    n.convolution("quant_conv", 8, 8, 1);
    n.convolution("post_quant_conv", 4, 4, 1);
    n.convolution("decoder.conv_in", width, 4);
    n.resnet("decoder.mid_block.resnets.0", width, width, 0);
    n.pixelAttention("decoder.mid_block.attentions.0", width, old);
    n.resnet("decoder.mid_block.resnets.1", width, width, 0);
    for (std::size_t b = 0; b < widths.size(); ++b) {
        const std::string block = fmt::format("decoder.up_blocks.{}", b);
        const std::size_t to = widths[widths.size() - 1 - b];
        for (std::size_t i = 0; i < layers + 1; ++i) {
            n.resnet(fmt::format("{}.resnets.{}", block, i), width, to, 0);
            width = to;
        }
        if (b + 1 < widths.size())
            n.convolution(block + ".upsamplers.0.conv", width, width);
    }
    n.layer("decoder.conv_norm_out", {width});
    n.convolution("decoder.conv_out", 3, width);
    return n;
}

/// Encoder and decoder.
inline Network autoencoder(const std::vector<std::size_t>& widths, std::size_t layers)
{
    Network n = vae(widths, layers);
    std::size_t width = widths[0];
    for (std::size_t b = 0; b < widths.size(); ++b) {
        const std::string block = fmt::format("encoder.down_blocks.{}", b);
        for (std::size_t i = 0; i < layers; ++i) {
            n.resnet(fmt::format("{}.resnets.{}", block, i), width, widths[b], 0);
            width = widths[b];
        }
        if (b + 1 < widths.size())
            n.convolution(block + ".downsamplers.0.conv", width, width);
    }
    n.resnet("encoder.mid_block.resnets.0", width, width, 0);
    n.pixelAttention("encoder.mid_block.attentions.0", width);
    n.resnet("encoder.mid_block.resnets.1", width, width, 0);
    n.layer("encoder.conv_norm_out", {width});
    n.convolution("encoder.conv_out", 8, width);
    return n;
}

inline Network
clip(std::size_t vocabulary, std::size_t positions, std::size_t width, std::size_t inner, std::size_t layers)
{
    Network n("text_encoder");
    n.add("text_model.embeddings.token_embedding.weight", {vocabulary, width});
    n.add("text_model.embeddings.position_embedding.weight", {positions, width});
    for (std::size_t i = 0; i < layers; ++i) {
        const std::string layer = fmt::format("text_model.encoder.layers.{}.", i);
        for (const char* part : {"q_proj", "k_proj", "v_proj", "out_proj"})
            n.layer(layer + "self_attn." + part, {width, width});
        n.layer(layer + "layer_norm1", {width});
        n.layer(layer + "layer_norm2", {width});
        n.layer(layer + "mlp.fc1", {inner, width});
        n.layer(layer + "mlp.fc2", {width, inner});
    }
    n.layer("text_model.final_layer_norm", {width});
    return n;
}

} // namespace diffusersFolder
