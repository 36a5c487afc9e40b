#include "core/architecture/diffusers/networks.h"

namespace tritloom::diffusers {

Result<VaeDecoder> VaeDecoder::of(const ModelFile& file)
{
    VaeDecoder vae{.config = TRY(PartConfig::of(file, "vae")), .widths = {}, .latent = {}};
    const PartConfig& c = vae.config;
    TRY_VOID(c.only("_class_name", "AutoencoderKL"));
    vae.widths = TRY(c.counts("block_out_channels", {}));
    const std::vector<std::string> up = TRY(c.texts("up_block_types"));
    if (up.size() != vae.widths.size() || up.size() > 8)
        return fail(
            ErrorCode::InvalidInput,
            "{}: block_out_channels has {} entries, up_block_types {}: as many of each, at most 8, "
            "are expected",
            c.file(), vae.widths.size(), up.size());
    for (const std::string& type : up)
        if (type != "UpDecoderBlock2D")
            return fail(
                ErrorCode::Unsupported, "{}: up_block_types names '{}', only UpDecoderBlock2D is known here",
                c.file(), type);
    vae.resnets = TRY(c.count("layers_per_block", 1));
    vae.groups = TRY(c.count("norm_num_groups", 32));
    vae.channels = TRY(c.count("out_channels", 3));
    if (vae.channels != 1 && vae.channels != 3)
        return fail(
            ErrorCode::Unsupported, "{}: out_channels is {}, pictures have 1 or 3", c.file(), vae.channels);
    vae.looksInTheMiddle = TRY(c.flag("mid_block_add_attention", true));
    vae.latent.channels = TRY(c.count("latent_channels", 4));
    vae.latent.factor = std::size_t{1} << (vae.widths.size() - 1);
    vae.latent.scale = TRY(c.number("scaling_factor", 0.18215, 1e-6, 1e6));
    vae.latent.shift = TRY(c.number("shift_factor", 0, -1e6, 1e6));
    TRY_VOID(c.only("act_fn", "silu"));
    TRY_VOID(c.refuse({"latents_mean", "latents_std"}));
    return vae;
}

Result<Flow> VaeDecoder::build(NetworkBuilder& n, const Flow& z) const
{
    constexpr double epsilon = 1e-6;
    Blocks blocks(n, config, "vae", groups, epsilon);
    const auto why = [&](std::size_t level) {
        return fmt::format("block_out_channels[{}] is {}", level, widths[level]);
    };
    Flow x = TRY(n.binary(BinaryFunction::Divide, z, latent.scale));
    if (latent.shift != 0)
        x = TRY(n.binary(BinaryFunction::Add, x, latent.shift));
    if (TRY(config.flag("use_post_quant_conv", true)))
        x = TRY(blocks.convolution(
            "post_quant_conv", x, latent.channels, fmt::format("latent_channels is {}", latent.channels), 1));
    const std::size_t top = widths.size() - 1;
    x = TRY(blocks.convolution("decoder.conv_in", x, widths[top], why(top)));
    x = TRY(blocks.resnet("decoder.mid_block.resnets.0", x, nullptr, widths[top], why(top)));
    if (looksInTheMiddle)
        x = TRY(blocks.pixelAttention("decoder.mid_block.attentions.0", x, 1));
    x = TRY(blocks.resnet("decoder.mid_block.resnets.1", x, nullptr, widths[top], why(top)));
    for (std::size_t b = 0; b < widths.size(); ++b) {
        const std::size_t level = top - b;
        const std::string name = fmt::format("decoder.up_blocks.{}", b);
        for (std::size_t i = 0; i < resnets + 1; ++i)
            x = TRY(
                blocks.resnet(fmt::format("{}.resnets.{}", name, i), x, nullptr, widths[level], why(level)));
        if (b < top)
            x = TRY(blocks.doubled(name + ".upsamplers.0.conv", x));
    }
    x = TRY(blocks.silu(TRY(blocks.groupNorm("decoder.conv_norm_out", x, epsilon))));
    return blocks.convolution("decoder.conv_out", x, channels, fmt::format("out_channels is {}", channels));
}

} // namespace tritloom::diffusers
