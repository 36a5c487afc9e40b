#include "core/export/checkpoint_names.h"

#include "core/architecture/diffusers/networks.h"

#include <charconv>

namespace tritloom {
namespace {

/// Begins of names and what stands in their place; the first that fits.
using Table = std::vector<std::pair<std::string_view, std::string_view>>;

std::string replaced(const std::string& name, const Table& table)
{
    for (const auto& [from, to] : table)
        if (name.starts_with(from))
            return std::string(to) + name.substr(from.size());
    return {};
}

/// "resnets.1.conv1.weight" behind "BLOCKS.3." as kind, number and rest.
struct Place {
    std::size_t block = 0, index = 0;
    std::string kind, rest;
};
std::optional<Place> placeIn(const std::string& name, std::string_view blocks)
{
    if (!name.starts_with(blocks))
        return std::nullopt;
    Place place;
    const auto number = [&](std::size_t& at, std::size_t& value) {
        const auto end = std::from_chars(name.data() + at, name.data() + name.size(), value);
        at = std::size_t(end.ptr - name.data());
        return end.ec == std::errc{} && at < name.size() && name[at++] == '.';
    };
    std::size_t at = blocks.size();
    if (!number(at, place.block))
        return std::nullopt;
    const std::size_t dot = name.find('.', at);
    if (dot == std::string::npos)
        return std::nullopt;
    place.kind = name.substr(at, dot - at);
    at = dot + 1;
    if (!number(at, place.index))
        return std::nullopt;
    place.rest = name.substr(at);
    return place;
}

const Table& unetResnet()
{
    static const Table table{{"norm1.", "in_layers.0."},          {"conv1.", "in_layers.2."},
                             {"time_emb_proj.", "emb_layers.1."}, {"norm2.", "out_layers.0."},
                             {"conv2.", "out_layers.3."},         {"conv_shortcut.", "skip_connection."}};
    return table;
}
const Table& vaeResnet()
{
    static const Table table{
        {"norm1.", "norm1."},
        {"conv1.", "conv1."},
        {"norm2.", "norm2."},
        {"conv2.", "conv2."},
        {"conv_shortcut.", "nin_shortcut."}};
    return table;
}
const Table& vaeAttention()
{
    static const Table table{
        {"group_norm.", "norm."},
        {"to_q.", "q."},
        {"query.", "q."},
        {"to_k.", "k."},
        {"key.", "k."},
        {"to_v.", "v."},
        {"value.", "v."},
        {"to_out.0.", "proj_out."},
        {"proj_attn.", "proj_out."}};
    return table;
}

std::string behind(const std::string& begin, const std::string& rest)
{
    return rest.empty() ? std::string() : begin + rest;
}

} // namespace

Result<CheckpointNames> CheckpointNames::of(const ModelFile& file)
{
    if (!file.metadata.text(diffusers::configKey("unet")))
        return fail(
            ErrorCode::Unsupported,
            "{}: this is no folder of a Stable Diffusion model, which such a file is made of",
            file.path.filename().string());
    const diffusers::UNet unet = TRY(diffusers::UNet::of(file));
    if (!unet.takesText)
        return fail(
            ErrorCode::Unsupported,
            "{}: _class_name is UNet2DModel, for which there is no such file: only Stable Diffusion "
            "has one",
            unet.config.file());
    CheckpointNames names;
    names.m_resnets = unet.resnets;
    for (const std::string& kind : unet.up)
        names.m_upLooks.push_back(kind.starts_with("CrossAttn"));
    if (file.metadata.text(diffusers::configKey("vae")))
        names.m_vaeLevels = TRY(diffusers::VaeDecoder::of(file)).widths.size();
    return names;
}

std::string CheckpointNames::of(const std::string& name) const
{
    if (name.starts_with("unet."))
        return behind("model.diffusion_model.", ofUnet(name.substr(5)));
    if (name.starts_with("vae."))
        return behind("first_stage_model.", ofVae(name.substr(4)));
    if (name.starts_with("text_encoder.") && !name.ends_with("position_ids"))
        return "cond_stage_model.transformer." + name.substr(13);
    return {};
}

// Every resnet, with the attention behind it, and every change of size has a number of its own there.
std::string CheckpointNames::ofUnet(const std::string& name) const
{
    const std::size_t down = m_resnets + 1;
    if (const auto at = placeIn(name, "down_blocks.")) {
        const std::size_t index = 1 + at->block * down + at->index;
        if (at->kind == "resnets")
            return behind(fmt::format("input_blocks.{}.0.", index), replaced(at->rest, unetResnet()));
        if (at->kind == "attentions")
            return fmt::format("input_blocks.{}.1.{}", index, at->rest);
        if (at->kind == "downsamplers")
            return behind(
                fmt::format("input_blocks.{}.0.", (at->block + 1) * down),
                replaced(at->rest, {{"conv.", "op."}}));
        return {};
    }
    if (const auto at = placeIn(name, "up_blocks.")) {
        const std::size_t index = at->block * down + at->index;
        if (at->kind == "resnets")
            return behind(fmt::format("output_blocks.{}.0.", index), replaced(at->rest, unetResnet()));
        if (at->kind == "attentions")
            return fmt::format("output_blocks.{}.1.{}", index, at->rest);
        if (at->kind == "upsamplers" && at->block < m_upLooks.size())
            return fmt::format(
                "output_blocks.{}.{}.{}", at->block * down + m_resnets, m_upLooks[at->block] ? 2 : 1,
                at->rest);
        return {};
    }
    for (const auto& [from, to] :
         Table{{"mid_block.resnets.0.", "middle_block.0."}, {"mid_block.resnets.1.", "middle_block.2."}})
        if (name.starts_with(from))
            return behind(std::string(to), replaced(name.substr(from.size()), unetResnet()));
    return replaced(
        name,
        {{"mid_block.attentions.0.", "middle_block.1."},
         {"time_embedding.linear_1.", "time_embed.0."},
         {"time_embedding.linear_2.", "time_embed.2."},
         {"conv_in.", "input_blocks.0.0."},
         {"conv_norm_out.", "out.0."},
         {"conv_out.", "out.2."}});
}

// The decoder's blocks are numbered from the end.
std::string CheckpointNames::ofVae(const std::string& name) const
{
    for (const std::string half : {"encoder.", "decoder."}) {
        if (!name.starts_with(half))
            continue;
        const std::string rest = name.substr(half.size());
        const bool isDecoder = half == "decoder.";
        if (const auto at = placeIn(rest, isDecoder ? "up_blocks." : "down_blocks.")) {
            if (at->block >= m_vaeLevels)
                return {};
            const std::string level = fmt::format(
                "{}{}.{}.", half, isDecoder ? "up" : "down",
                isDecoder ? m_vaeLevels - 1 - at->block : at->block);
            if (at->kind == "resnets")
                return behind(level + fmt::format("block.{}.", at->index), replaced(at->rest, vaeResnet()));
            if (at->kind == "upsamplers" || at->kind == "downsamplers")
                return level + (isDecoder ? "upsample." : "downsample.") + at->rest;
            return {};
        }
        for (const auto& [from, to] :
             Table{{"mid_block.resnets.0.", "mid.block_1."}, {"mid_block.resnets.1.", "mid.block_2."}})
            if (rest.starts_with(from))
                return behind(half + std::string(to), replaced(rest.substr(from.size()), vaeResnet()));
        if (constexpr std::string_view attention = "mid_block.attentions.0."; rest.starts_with(attention))
            return behind(half + "mid.attn_1.", replaced(rest.substr(attention.size()), vaeAttention()));
        return behind(
            half,
            replaced(
                rest,
                {{"conv_norm_out.", "norm_out."}, {"conv_in.", "conv_in."}, {"conv_out.", "conv_out."}}));
    }
    return replaced(name, {{"quant_conv.", "quant_conv."}, {"post_quant_conv.", "post_quant_conv."}});
}

} // namespace tritloom
