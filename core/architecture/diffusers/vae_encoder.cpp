#include "core/architecture/diffusers/networks.h"

namespace tritloom::diffusers {

Result<VaeEncoder> VaeEncoder::of(const ModelFile& file)
{
    VaeEncoder vae{.decoder = TRY(VaeDecoder::of(file))};
    const PartConfig& c = vae.decoder.config;
    const std::vector<std::string> down = TRY(c.texts("down_block_types"));
    if (down.size() != vae.decoder.widths.size())
        return fail(
            ErrorCode::InvalidInput,
            "{}: block_out_channels has {} entries, down_block_types {}: as many of each are expected",
            c.file(), vae.decoder.widths.size(), down.size());
    for (const std::string& type : down)
        if (type != "DownEncoderBlock2D")
            return fail(
                ErrorCode::Unsupported,
                "{}: down_block_types names '{}', only DownEncoderBlock2D is known here", c.file(), type);
    if (const std::size_t channels = TRY(c.count("in_channels", 3)); channels != vae.decoder.channels)
        return fail(
            ErrorCode::Unsupported, "{}: in_channels is {}, but out_channels {}", c.file(), channels,
            vae.decoder.channels);
    return vae;
}

Result<Flow> VaeEncoder::build(NetworkBuilder& n, const Flow& picture) const
{
    constexpr double epsilon = 1e-6;
    const PartConfig& config = decoder.config;
    const std::vector<std::size_t>& widths = decoder.widths;
    const std::size_t latents = decoder.latent.channels;
    Blocks blocks(n, config, "vae", decoder.groups, epsilon);
    const auto why = [&](std::size_t level) {
        return fmt::format("block_out_channels[{}] is {}", level, widths[level]);
    };
    Flow x = TRY(blocks.convolution("encoder.conv_in", picture, widths[0], why(0)));
    for (std::size_t level = 0; level < widths.size(); ++level) {
        const std::string name = fmt::format("encoder.down_blocks.{}", level);
        for (std::size_t i = 0; i < decoder.resnets; ++i)
            x = TRY(
                blocks.resnet(fmt::format("{}.resnets.{}", name, i), x, nullptr, widths[level], why(level)));
        if (level + 1 < widths.size())
            x = TRY(blocks.halved(name + ".downsamplers.0.conv", x, 0));
    }
    const std::size_t top = widths.size() - 1;
    x = TRY(blocks.resnet("encoder.mid_block.resnets.0", x, nullptr, widths[top], why(top)));
    if (decoder.looksInTheMiddle)
        x = TRY(blocks.pixelAttention("encoder.mid_block.attentions.0", x, 1));
    x = TRY(blocks.resnet("encoder.mid_block.resnets.1", x, nullptr, widths[top], why(top)));
    x = TRY(blocks.silu(TRY(blocks.groupNorm("encoder.conv_norm_out", x, epsilon))));
    // A mean and the logarithm of a variance for each number.
    const std::string both = fmt::format("latent_channels is {}", latents);
    x = TRY(blocks.convolution("encoder.conv_out", x, 2 * latents, both));
    if (TRY(config.flag("use_quant_conv", true)))
        x = TRY(blocks.convolution("quant_conv", x, 2 * latents, both, 1));
    Flow z = TRY(n.part(x, 1, 0, latents));
    if (decoder.latent.shift != 0)
        z = TRY(n.binary(BinaryFunction::Subtract, z, decoder.latent.shift));
    return n.binary(BinaryFunction::Multiply, z, decoder.latent.scale);
}

} // namespace tritloom::diffusers
