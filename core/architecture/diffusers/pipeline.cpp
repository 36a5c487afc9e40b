#include "core/architecture/diffusers/networks.h"

#include "core/architecture/normalisations.h"

namespace tritloom::diffusers {
namespace {

Result<void> fits(const UNet& unet, const VaeDecoder& vae, const ClipText& text)
{
    if (unet.inputs != vae.latent.channels)
        return fail(
            ErrorCode::InvalidInput, "{}: in_channels is {}, but latent_channels in {} is {}",
            unet.config.file(), unet.inputs, vae.config.file(), vae.latent.channels);
    if (unet.textWidth != text.width)
        return fail(
            ErrorCode::InvalidInput, "{}: cross_attention_dim is {}, but hidden_size in {} is {}",
            unet.config.file(), unet.textWidth, text.config.file(), text.width);
    return {};
}

bool isAutoencoder(const ModelFile& file)
{
    return !file.metadata.text(configKey("unet")) && file.metadata.text(configKey("vae"));
}

Result<PictureModel> describeAutoencoder(const ModelFile& file)
{
    const VaeEncoder vae = TRY(VaeEncoder::of(file));
    return PictureModel{
        .task = PictureTask::Autoencoding,
        .channels = vae.decoder.channels,
        .multiple = vae.decoder.latent.factor,
        .normalisation = normalisations::signedUnit};
}

Result<Graph> buildAutoencoder(const ModelFile& file, const Shape& picture)
{
    const VaeEncoder vae = TRY(VaeEncoder::of(file));
    const std::size_t factor = vae.decoder.latent.factor;
    if (picture.size() != 4 || picture[1] != vae.decoder.channels || picture[2] == 0 || picture[3] == 0
        || picture[2] % factor != 0 || picture[3] % factor != 0)
        return fail(
            ErrorCode::InvalidInput,
            "the network works on [1, {}, h, w], h and w multiples of {}, not on [{}]", vae.decoder.channels,
            factor, fmt::join(picture, ", "));
    NetworkBuilder n(file);
    const Flow z = TRY(vae.build(n, n.input("picture", picture)));
    return std::move(n).finish(TRY(vae.decoder.build(n, z)));
}

} // namespace

bool isPipeline(const ModelFile& file)
{
    return file.metadata.text(configKey("unet")).has_value()
        || file.metadata.text(configKey("vae")).has_value()
        || file.metadata.text(configKey("text_encoder")).has_value();
}

// Matrices and convolutions of the networks are layers; the encoder of a VAE behind a UNet, which is not run,
// stays as it is, and so do tables of positions.
void preparePipeline(ModelFile& file)
{
    flattenWeights(file);
    if (isAutoencoder(file))
        return;
    for (NamedTensor& tensor : file.tensors)
        for (const std::string_view unused : {"vae.encoder.", "vae.quant_conv.", "position_embedding"})
            if (tensor.name.find(unused) != std::string::npos)
                tensor.role = NamedTensor::Role::Other;
    std::string notice;
    if (scheduleOf(file, &notice) && !notice.empty())
        file.notices.push_back(notice);
}

std::string unreadTensors(const ModelFile& file, const Graph& graph)
{
    std::vector<bool> isRead(file.tensors.size(), false);
    for (const Node& node : graph.nodes)
        for (const TensorId id : node.weights)
            isRead[std::size_t(id)] = true;
    std::size_t unread = 0;
    const NamedTensor* first = nullptr;
    for (std::size_t i = 0; i < isRead.size(); ++i) {
        const NamedTensor& tensor = file.tensors[i];
        const bool isUsual = tensor.name.ends_with(".position_ids")
            || (!isAutoencoder(file)
                && (tensor.name.starts_with("vae.encoder.") || tensor.name.starts_with("vae.quant_conv.")));
        if (isRead[i] || isUsual)
            continue;
        first = unread++ == 0 ? &tensor : first;
    }
    if (first == nullptr)
        return {};
    return fmt::format(
        "{} tensors of the file are read by no part of the network, the first is '{}'", unread,
        first->fileName.empty() ? first->name : first->fileName);
}

Result<PictureModel> describePipeline(const ModelFile& file)
{
    if (isAutoencoder(file))
        return describeAutoencoder(file);
    const UNet unet = TRY(UNet::of(file));
    PictureModel model{.task = PictureTask::Generation, .channels = unet.outputs};
    model.normalisation = normalisations::signedUnit;
    model.schedule = TRY(scheduleOf(file));
    model.height = unet.height;
    model.width = unet.width;
    model.multiple = unet.multiple();
    if (!unet.takesText) {
        if (unet.outputs != 1 && unet.outputs != 3)
            return fail(
                ErrorCode::Unsupported, "{}: out_channels is {}, pictures have 1 or 3", unet.config.file(),
                unet.outputs);
        return model;
    }
    const VaeDecoder vae = TRY(VaeDecoder::of(file));
    const ClipText text = TRY(ClipText::of(file));
    TRY_VOID(fits(unet, vae, text));
    model.channels = vae.channels;
    model.height *= vae.latent.factor;
    model.width *= vae.latent.factor;
    model.multiple *= vae.latent.factor;
    model.latent = vae.latent;
    model.promptTokens = text.positions;
    model.padToken = std::size_t(file.metadata.integer("tokenizer.ggml.padding_token_id").value_or(0));
    return model;
}

Result<Graph> buildPipeline(const ModelFile& file, const Shape& picture)
{
    if (isAutoencoder(file))
        return buildAutoencoder(file, picture);
    const UNet unet = TRY(UNet::of(file));
    if (picture.size() != 4 || picture[1] != unet.inputs || picture[2] == 0 || picture[3] == 0
        || picture[2] % unet.multiple() != 0 || picture[3] % unet.multiple() != 0)
        return fail(
            ErrorCode::InvalidInput,
            "the network works on [1, {}, h, w], h and w multiples of {}, not on [{}]", unet.inputs,
            unet.multiple(), fmt::join(picture, ", "));
    NetworkBuilder n(file);
    const Flow x = n.input(unet.takesText ? "latents" : "picture", picture);
    const Flow time = n.input("time", {1});
    if (!unet.takesText)
        return std::move(n).finish(TRY(unet.build(n, x, time, nullptr)));
    const VaeDecoder vae = TRY(VaeDecoder::of(file));
    const ClipText text = TRY(ClipText::of(file));
    TRY_VOID(fits(unet, vae, text));
    const Flow tokens = n.input("prompt", {text.positions});
    const Flow z = n.input("made latents", picture);
    const Flow states = TRY(text.build(n, tokens));
    n.endPart("text_encoder", {tokens}, states);
    n.endPart("unet", {x, time, states}, TRY(unet.build(n, x, time, &states)));
    const Flow made = TRY(vae.build(n, z));
    n.endPart("vae", {z}, made);
    return std::move(n).finish(made);
}

} // namespace tritloom::diffusers
