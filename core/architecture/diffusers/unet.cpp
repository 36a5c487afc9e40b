#include "core/architecture/diffusers/networks.h"

#include <cmath>

namespace tritloom::diffusers {
namespace {

constexpr std::size_t mostLevels = 8;

/// A kind of block by its name in the config: "CrossAttnDownBlock2D".
struct BlockKind {
    bool looksAtPixels = false, looksAtText = false;
};
Result<BlockKind>
kindOf(const UNet& net, std::string_view name, std::string_view direction, std::string_view field)
{
    const auto is = [&](std::string_view before) {
        return name == fmt::format("{}{}Block2D", before, direction);
    };
    if (is(""))
        return BlockKind{};
    if (is("Attn") && !net.takesText)
        return BlockKind{.looksAtPixels = true};
    if (is("CrossAttn") && net.takesText)
        return BlockKind{.looksAtText = true};
    return fail(
        ErrorCode::Unsupported, "{}: {} names the block '{}', known here are {}Block2D and {}{}Block2D",
        net.config.file(), field, name, direction, net.takesText ? "CrossAttn" : "Attn", direction);
}

/// One network while it is built.
class Builder {
public:
    Builder(const UNet& net, NetworkBuilder& n)
        : m_net(net)
        , m_blocks(n, net.config, "unet", net.groups, net.epsilon)
    {
    }

    Result<Flow> run(Flow x, const Flow& time, const Flow* text)
    {
        m_text = text;
        m_time = TRY(timeEmbedding(time));
        if (m_net.centresInput)
            x = TRY(n().binary(BinaryFunction::Subtract, TRY(n().binary(BinaryFunction::Multiply, x, 2)), 1));
        x = TRY(m_blocks.convolution("conv_in", x, m_net.widths[0], why(0)));
        std::vector<Flow> kept{x};
        for (std::size_t b = 0; b < m_net.down.size(); ++b)
            x = TRY(down(b, x, kept));
        x = TRY(middle(x));
        for (std::size_t b = 0; b < m_net.up.size(); ++b)
            x = TRY(up(b, x, kept));
        x = TRY(m_blocks.silu(TRY(m_blocks.groupNorm("conv_norm_out", x, m_net.epsilon))));
        return m_blocks.convolution(
            "conv_out", x, m_net.outputs, fmt::format("out_channels is {}", m_net.outputs));
    }

private:
    NetworkBuilder& n() { return m_blocks.builder(); }
    std::string why(std::size_t level) const
    {
        return fmt::format("block_out_channels[{}] is {}", level, m_net.widths[level]);
    }

    // f_i = exp(-ln(10000) i / (half - shift)); sines and cosines of t f through two layers.
    Result<Flow> timeEmbedding(const Flow& time)
    {
        const std::size_t width = m_net.widths[0], half = width / 2;
        if (width % 2 != 0 || double(half) <= m_net.frequencyShift)
            return fail(
                ErrorCode::InvalidInput, "{}: freq_shift is {} and {}, which leaves no frequencies",
                m_net.config.file(), m_net.frequencyShift, why(0));
        std::vector<float> frequencies(half);
        for (std::size_t i = 0; i < half; ++i)
            frequencies[i] =
                float(std::exp(-std::log(10000.0) * double(i) / (double(half) - m_net.frequencyShift)));
        const Flow angles = TRY(n().add(
            binaryOp(BinaryFunction::Multiply), {TRY(n().reshape(time, {1, 1}))}, {}, {},
            {Tensor::adoptFloats({1, half}, std::move(frequencies))}));
        const Flow sines = TRY(n().unary(UnaryFunction::Sin, angles)),
                   cosines = TRY(n().unary(UnaryFunction::Cos, angles));
        Flow e = TRY(m_net.cosineFirst ? n().concat({cosines, sines}, 1) : n().concat({sines, cosines}, 1));
        e = TRY(m_blocks.silu(TRY(m_blocks.linear("time_embedding.linear_1", e, 4 * width, why(0)))));
        return m_blocks.linear("time_embedding.linear_2", e, 4 * width, why(0));
    }

    Result<Flow>
    looked(const std::string& name, std::size_t i, const BlockKind& kind, std::size_t level, Flow x)
    {
        const std::string attention = fmt::format("{}.attentions.{}", name, i);
        const std::size_t width = x.shape[1];
        if (kind.looksAtText)
            return m_blocks.transformer(attention, x, *m_text, m_net.heads[level], m_net.layers);
        if (!kind.looksAtPixels)
            return x;
        if (m_net.headSize > width || (m_net.headSize != 0 && width % m_net.headSize != 0))
            return fail(
                ErrorCode::InvalidInput, "{}: attention_head_dim is {}, which does not divide {} channels",
                m_net.config.file(), m_net.headSize, width);
        return m_blocks.pixelAttention(attention, x, m_net.headSize == 0 ? 1 : width / m_net.headSize);
    }

    Result<Flow> down(std::size_t b, Flow x, std::vector<Flow>& kept)
    {
        const BlockKind kind =
            TRY(kindOf(m_net, m_net.down[b], "Down", fmt::format("down_block_types[{}]", b)));
        const std::string name = fmt::format("down_blocks.{}", b);
        for (std::size_t i = 0; i < m_net.resnets; ++i) {
            x = TRY(
                m_blocks.resnet(fmt::format("{}.resnets.{}", name, i), x, &m_time, m_net.widths[b], why(b)));
            x = TRY(looked(name, i, kind, b, x));
            kept.push_back(x);
        }
        if (b + 1 < m_net.down.size()) {
            x = TRY(m_blocks.halved(name + ".downsamplers.0.conv", x, m_net.padding));
            kept.push_back(x);
        }
        return x;
    }

    Result<Flow> middle(Flow x)
    {
        const std::size_t level = m_net.widths.size() - 1;
        x = TRY(m_blocks.resnet("mid_block.resnets.0", x, &m_time, m_net.widths[level], why(level)));
        if (m_net.looksInTheMiddle) {
            const BlockKind kind{.looksAtPixels = !m_net.takesText, .looksAtText = m_net.takesText};
            x = TRY(looked("mid_block", 0, kind, level, x));
        }
        return m_blocks.resnet("mid_block.resnets.1", x, &m_time, m_net.widths[level], why(level));
    }

    // Each resnet also gets what the way down kept of the same size, the last kept first.
    Result<Flow> up(std::size_t b, Flow x, std::vector<Flow>& kept)
    {
        const std::size_t level = m_net.widths.size() - 1 - b;
        const BlockKind kind = TRY(kindOf(m_net, m_net.up[b], "Up", fmt::format("up_block_types[{}]", b)));
        const std::string name = fmt::format("up_blocks.{}", b);
        for (std::size_t i = 0; i < m_net.resnets + 1; ++i) {
            const Flow both = TRY(n().concat({x, kept.back()}, 1));
            kept.pop_back();
            x = TRY(m_blocks.resnet(
                fmt::format("{}.resnets.{}", name, i), both, &m_time, m_net.widths[level], why(level)));
            x = TRY(looked(name, i, kind, level, x));
        }
        return b + 1 < m_net.up.size() ? m_blocks.doubled(name + ".upsamplers.0.conv", x) : Result<Flow>(x);
    }

    const UNet& m_net;
    Blocks m_blocks;
    Flow m_time;
    const Flow* m_text = nullptr;
};

/// sample_size: a number or [height, width].
Result<void> readSize(UNet& net)
{
    const Json* const size = net.config.find("sample_size");
    if (size != nullptr && size->is_array()) {
        const auto sides = TRY(net.config.counts("sample_size", 2));
        net.height = sides[0];
        net.width = sides[1];
    } else {
        net.height = net.width = TRY(net.config.count("sample_size"));
    }
    if (net.height % net.multiple() != 0 || net.width % net.multiple() != 0)
        return fail(
            ErrorCode::InvalidInput,
            "{}: sample_size is {} x {}, which cannot be halved {} times as the blocks do", net.config.file(),
            net.height, net.width, net.widths.size() - 1);
    return {};
}

Result<void> readAttention(UNet& net)
{
    const std::size_t levels = net.widths.size();
    if (!net.takesText) {
        net.looksInTheMiddle = TRY(net.config.flag("add_attention", true));
        if (!net.config.isNull("attention_head_dim"))
            net.headSize = TRY(net.config.count("attention_head_dim", 8));
        net.heads.assign(levels, 0);
        return net.config.only("mid_block_type", "UNetMidBlock2D");
    }
    // The name is a mistake that the library keeps: it says how many heads there are.
    const bool isNamed = net.config.find("num_attention_heads") != nullptr;
    net.heads = TRY(net.config.counts(isNamed ? "num_attention_heads" : "attention_head_dim", levels, 8));
    net.textWidth = TRY(net.config.count("cross_attention_dim", 1280));
    net.layers = TRY(net.config.count("transformer_layers_per_block", 1));
    TRY_VOID(net.config.only("mid_block_type", "UNetMidBlock2DCrossAttn"));
    return net.config.refuse(
        {"only_cross_attention", "dual_cross_attention", "addition_embed_type", "encoder_hid_dim",
         "encoder_hid_dim_type", "time_cond_proj_dim", "reverse_transformer_layers_per_block",
         "class_embeddings_concat", "mid_block_only_cross_attention", "cross_attention_norm",
         "resnet_skip_time_act", "time_embedding_act_fn", "timestep_post_act"});
}

} // namespace

Result<UNet> UNet::of(const ModelFile& file)
{
    UNet net{.config = TRY(PartConfig::of(file, "unet"))};
    const PartConfig& c = net.config;
    const std::string kind = TRY(c.text("_class_name", ""));
    net.takesText = kind == "UNet2DConditionModel";
    if (!net.takesText && kind != "UNet2DModel")
        return fail(
            ErrorCode::Unsupported,
            "{}: _class_name is '{}', UNet2DModel and UNet2DConditionModel are known here", c.file(), kind);
    net.widths = TRY(c.counts("block_out_channels", {}));
    net.down = TRY(c.texts("down_block_types"));
    net.up = TRY(c.texts("up_block_types"));
    if (net.widths.size() > mostLevels || net.down.size() != net.widths.size()
        || net.up.size() != net.widths.size())
        return fail(
            ErrorCode::InvalidInput,
            "{}: block_out_channels has {} entries, down_block_types {}, up_block_types {}: as many of each, "
            "at most {}, "
            "are expected",
            c.file(), net.widths.size(), net.down.size(), net.up.size(), mostLevels);
    TRY_VOID(readSize(net));
    net.inputs = TRY(c.count("in_channels", net.takesText ? 4 : 3));
    net.outputs = TRY(c.count("out_channels", net.takesText ? 4 : 3));
    if (net.inputs != net.outputs)
        return fail(
            ErrorCode::Unsupported,
            "{}: in_channels is {} and out_channels {}, only equal ones can be sampled", c.file(), net.inputs,
            net.outputs);
    net.resnets = TRY(c.count("layers_per_block", 2));
    net.groups = TRY(c.count("norm_num_groups", 32));
    net.epsilon = TRY(c.number("norm_eps", 1e-5, 0, 1));
    net.frequencyShift = TRY(c.number("freq_shift", 0));
    net.cosineFirst = TRY(c.flag("flip_sin_to_cos", true));
    net.centresInput = TRY(c.flag("center_input_sample", false));
    const double padding = TRY(c.number("downsample_padding", 1));
    if (padding != 0 && padding != 1)
        return fail(
            ErrorCode::InvalidInput, "{}: downsample_padding is {}, 0 or 1 is expected", c.file(), padding);
    net.padding = std::size_t(padding);
    if (TRY(c.number("mid_block_scale_factor", 1)) != 1)
        return fail(ErrorCode::Unsupported, "{}: mid_block_scale_factor is not 1", c.file());
    TRY_VOID(c.only("act_fn", "silu"));
    TRY_VOID(c.only("time_embedding_type", "positional"));
    TRY_VOID(c.only("resnet_time_scale_shift", "default"));
    TRY_VOID(c.only("downsample_type", "conv"));
    TRY_VOID(c.only("upsample_type", "conv"));
    TRY_VOID(
        c.refuse({"class_embed_type", "num_class_embeds", "attn_norm_num_groups", "time_embedding_dim"}));
    TRY_VOID(readAttention(net));
    return net;
}

Result<Flow> UNet::build(NetworkBuilder& n, const Flow& x, const Flow& time, const Flow* text) const
{
    return Builder(*this, n).run(x, time, text);
}

} // namespace tritloom::diffusers
