#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"
#include "core/architecture/normalisations.h"

namespace tritloom::networks {
namespace {

/// Norm over everything but the batch, with a weight for each element.
Result<Flow> layerNorm(NetworkBuilder& n, const std::string& name, const Flow& x)
{
    const std::size_t size = TensorType{nullptr, x.shape}.elements();
    const Flow row = TRY(n.reshape(x, {1, size}));
    const Flow y = TRY(n.add(
        {OpKind::LayerNorm, {{"epsilon", 1e-5}}}, {row},
        {TRY(n.tensor(name + ".weight")), TRY(n.tensor(name + ".bias"))}, name));
    return n.reshape(y, x.shape);
}

Result<Flow> addedEverywhere(NetworkBuilder& n, const Flow& x, const Flow& embedding)
{
    return n.binary(
        BinaryFunction::Add, x, TRY(n.reshape(embedding, {1, TensorType{nullptr, embedding.shape}.elements(), 1, 1})));
}

} // namespace

// Convolutions of 7 x 7 with norm and GELU; an embedding of t / T is added behind the first block.
bool isDdpmCnn(const ModelFile& file)
{
    return file.find("gt.frequencies") != nullptr && file.find("gt.time_embed.6.weight") != nullptr
        && fileShapeOf(file, "gt.blocks.0.net.0.weight").size() == 4 && fileShapeOf(file, "gt.blocks.0.net.1.weight").size() == 3;
}

Result<PictureModel> describeDdpmCnn(const ModelFile& file)
{
    const Shape first = fileShapeOf(file, "gt.blocks.0.net.0.weight"), norm = fileShapeOf(file, "gt.blocks.0.net.1.weight");
    PictureModel model{.task = PictureTask::Generation, .channels = first[1], .height = norm[1], .width = norm[2]};
    model.normalisation = normalisations::aroundZero;
    model.timeScale = 1.0 / double(model.schedule.steps);
    return model;
}

Result<Graph> buildDdpmCnn(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    Flow x = n.input("picture", picture);
    const Flow t = n.input("time", {1, 1});
    const Flow angles = TRY(n.add(binaryOp(BinaryFunction::Multiply), {t}, {TRY(n.tensor("gt.frequencies"))}));
    const Flow waves[] = {
        TRY(n.unary(UnaryFunction::Sin, angles)),
        TRY(n.binary(BinaryFunction::Subtract, TRY(n.unary(UnaryFunction::Cos, angles)), 1))};
    Flow e = TRY(n.concat({waves[0], waves[1]}, 1));
    for (int i = 0; i <= 6; i += 2) {
        e = TRY(n.linear(fmt::format("gt.time_embed.{}", i), e));
        if (i < 6)
            e = TRY(n.unary(UnaryFunction::GeluErf, e));
    }
    for (int i = 0; n.has(fmt::format("gt.blocks.{}.net.0.weight", i)); ++i) {
        const std::string name = fmt::format("gt.blocks.{}.net.", i);
        const Shape shape = fileShapeOf(file, name + "0.weight");
        if (shape.size() != 4)
            return fail(ErrorCode::InvalidInput, "{}0.weight is [{}], no convolution", name, fmt::join(shape, ", "));
        const auto kernel = std::int64_t(shape[2]);
        x = TRY(n.convolution(name + "0", x, {.kernel = kernel, .pad = kernel / 2}));
        x = TRY(n.unary(UnaryFunction::GeluErf, TRY(layerNorm(n, name + "1", x))));
        if (i == 0)
            x = TRY(addedEverywhere(n, x, e));
    }
    return std::move(n).finish(TRY(n.convolution("gt.blocks.4", x, {})));
}

// A U-Net of three levels; every level adds its own embedding of the time step, looked up in a table.
bool isDdpmUnet(const ModelFile& file)
{
    return fileShapeOf(file, "network.time_embed.weight").size() == 2 && file.find("network.b_mid.0.conv1.weight") != nullptr
        && file.find("network.up1.2.weight") != nullptr && fileShapeOf(file, "network.b1.0.ln.weight").size() == 3;
}

void prepareDdpmUnet(ModelFile& file)
{
    flattenWeights(file, {"network.up1.0", "network.up1.2", "network.up2", "network.up3"});
}

Result<PictureModel> describeDdpmUnet(const ModelFile& file)
{
    const Shape norm = fileShapeOf(file, "network.b1.0.ln.weight");
    PictureModel model{.task = PictureTask::Generation, .channels = norm[0], .height = norm[1], .width = norm[2]};
    model.schedule.steps = fileShapeOf(file, "network.time_embed.weight").front();
    model.normalisation = normalisations::signedUnit;
    return model;
}

Result<Graph> buildDdpmUnet(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const auto silu = [&](const Flow& x) { return n.unary(UnaryFunction::Silu, x); };
    const Flow given = n.input("picture", picture);
    const Flow time = n.input("time", {1});
    const Flow t = TRY(n.add({OpKind::Embedding, {}}, {time}, {TRY(n.tensor("network.time_embed.weight"))}, "network.time_embed"));
    /// Three blocks behind x plus the embedding called `name`.
    const auto level = [&](const std::string& name, const std::string& embedding, const Flow& x) -> Result<Flow> {
        Flow e = TRY(silu(TRY(n.linear("network." + embedding + ".0", t))));
        Flow y = TRY(addedEverywhere(n, x, TRY(n.linear("network." + embedding + ".2", e))));
        for (int i = 0; i < 3; ++i) {
            const std::string block = fmt::format("network.{}.{}.", name, i);
            // The very last block of the network does not norm what it gets, though the file has weights for it.
            if (name != "b_out" || i < 2)
                y = TRY(layerNorm(n, block + "ln", y));
            y = TRY(silu(TRY(n.convolution(block + "conv1", y, {}))));
            y = TRY(silu(TRY(n.convolution(block + "conv2", y, {}))));
        }
        return y;
    };
    const NetworkBuilder::Convolved half{.kernel = 4, .stride = 2, .pad = 1}, two{.kernel = 2, .stride = 1, .pad = 0},
        two1{.kernel = 2, .stride = 1, .pad = 1};
    const Flow out1 = TRY(level("b1", "te1", given));
    const Flow out2 = TRY(level("b2", "te2", TRY(n.convolution("network.down1", out1, half))));
    const Flow out3 = TRY(level("b3", "te3", TRY(n.convolution("network.down2", out2, half))));
    Flow x = TRY(n.convolution("network.down3.0", out3, two1));
    x = TRY(n.convolution("network.down3.2", TRY(silu(x)), {.kernel = 4, .stride = 2, .pad = 0}));
    x = TRY(level("b_mid", "te_mid", x));
    x = TRY(silu(TRY(n.transposedConvolution("network.up1.0", x, half))));
    x = TRY(n.transposedConvolution("network.up1.2", x, two));
    x = TRY(level("b4", "te4", TRY(n.concat({out3, x}, 1))));
    x = TRY(n.transposedConvolution("network.up2", x, half));
    x = TRY(level("b5", "te5", TRY(n.concat({out2, x}, 1))));
    x = TRY(n.transposedConvolution("network.up3", x, half));
    x = TRY(level("b_out", "te_out", TRY(n.concat({out1, x}, 1))));
    return std::move(n).finish(TRY(n.convolution("network.conv_out", x, {})));
}

} // namespace tritloom::networks
