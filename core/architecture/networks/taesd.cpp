#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"

namespace tritloom::networks {
namespace {

/// relu(conv(relu(conv(relu(conv x)))) + x); some blocks first add what a group norm over four groups sees.
Result<Flow> block(NetworkBuilder& n, const std::string& name, Flow x)
{
    const auto relu = [&](const Flow& y) { return n.unary(UnaryFunction::Relu, y); };
    if (n.has(name + "pool.0.weight")) {
        Flow y = TRY(n.convolution(name + "pool.0", x, {.kernel = 1, .pad = 0}));
        y = TRY(n.add(
            {OpKind::GroupNorm, {{"groups", 4}, {"epsilon", 1e-5}}}, {y},
            {TRY(n.tensor(name + "pool.1.weight")), TRY(n.tensor(name + "pool.1.bias"))}, name + "pool.1"));
        x = TRY(n.binary(
            BinaryFunction::Add, x, TRY(n.convolution(name + "pool.3", TRY(relu(y)), {.kernel = 1, .pad = 0}))));
    }
    Flow y = TRY(relu(TRY(n.convolution(name + "conv.0", x, {}))));
    y = TRY(relu(TRY(n.convolution(name + "conv.2", y, {}))));
    y = TRY(n.convolution(name + "conv.4", y, {}));
    if (n.has(name + "skip.weight"))
        x = TRY(n.convolution(name + "skip", x, {.kernel = 1, .pad = 0}));
    return relu(TRY(n.binary(BinaryFunction::Add, y, x)));
}

Result<Flow> doubled(NetworkBuilder& n, const Flow& x)
{
    Op up{OpKind::Resize, {{"mode", double(ResizeMode::Nearest)}, {"transform", double(ResizeTransform::Asymmetric)},
                           {"nearest", double(ResizeNearest::Floor)}, {"scale2", 2}, {"scale3", 2}}};
    for (std::size_t d = 0; d < 4; ++d)
        up.lists["sizes"].push_back(std::int64_t(d < 2 ? x.shape[d] : 2 * x.shape[d]));
    return n.add(up, {x});
}

/// The last layer of a half, by its number.
int lastOf(const ModelFile& file, const std::string& half)
{
    int last = -1;
    for (int i = 0; i < 64; ++i)
        if (file.find(fmt::format("{}.{}.weight", half, i)) != nullptr
            || file.find(fmt::format("{}.{}.conv.0.weight", half, i)) != nullptr)
            last = i;
    return last;
}

} // namespace

// The tiny autoencoders for the latents of Stable Diffusion and FLUX: encoder and decoder, each a sequence of numbered
// layers, down and up by 8.
bool isTaesd(const ModelFile& file)
{
    return fileShapeOf(file, "encoder.0.weight").size() == 4 && file.find("encoder.1.conv.4.weight") != nullptr
        && file.find("decoder.3.conv.4.weight") != nullptr && fileShapeOf(file, "decoder.1.weight").size() == 4;
}

Result<PictureModel> describeTaesd(const ModelFile& file)
{
    PictureModel model{
        .task = PictureTask::Autoencoding, .channels = fileShapeOf(file, "encoder.0.weight")[1], .multiple = 8};
    model.normalisation.isKnown = true; // 0..1
    return model;
}

Result<Graph> buildTaesd(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    Flow x = n.input("picture", picture);
    const int encoderLast = lastOf(file, "encoder"), decoderLast = lastOf(file, "decoder");
    for (int i = 0; i <= encoderLast; ++i) {
        const std::string name = fmt::format("encoder.{}", i);
        if (!n.has(name + ".weight"))
            x = TRY(block(n, name + ".", x));
        else // those without bias halve the picture
            x = TRY(n.convolution(name, x, {.stride = n.has(name + ".bias") ? 1 : 2}));
    }
    // Latents stay within 3: 3 tanh(z / 3).
    x = TRY(n.binary(BinaryFunction::Divide, x, 3));
    x = TRY(n.binary(BinaryFunction::Multiply, TRY(n.unary(UnaryFunction::Tanh, x)), 3));
    for (int i = 1; i <= decoderLast; ++i) {
        const std::string name = fmt::format("decoder.{}", i);
        if (n.has(name + ".conv.0.weight"))
            x = TRY(block(n, name + ".", x));
        else if (n.has(name + ".weight"))
            x = TRY(n.convolution(name, x, {}));
        else // layers without weights: an activation behind the first convolution, doubling behind blocks
            x = TRY(i == 2 ? n.unary(UnaryFunction::Relu, x) : doubled(n, x));
    }
    return std::move(n).finish(x);
}

} // namespace tritloom::networks
