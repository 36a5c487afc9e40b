#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"

#include <cmath>

namespace tritloom::networks {
namespace {

/// Enhanced spatial attention (Liu et al. 2020): the features weighted by a mask seen from far away.
Result<Flow> attention(NetworkBuilder& n, const std::string& name, const Flow& x)
{
    const Flow narrow = TRY(n.convolution(name + "conv1", x, {.kernel = 1, .pad = 0}));
    Flow far = TRY(n.convolution(name + "conv2", narrow, {.stride = 2, .pad = 0}));
    Op pool{OpKind::MaxPool, {}};
    pool.lists = {{"kernel", {7, 7}}, {"strides", {3, 3}}};
    far = TRY(n.convolution(name + "conv3", TRY(n.add(pool, {far})), {}));
    Op up{OpKind::Resize, {{"mode", double(ResizeMode::Linear)}, {"transform", double(ResizeTransform::HalfPixel)}}};
    for (std::size_t d = 0; d < 4; ++d) {
        const std::size_t size = d < 2 ? far.shape[d] : x.shape[d];
        up.lists["sizes"].push_back(std::int64_t(size));
        up.attributes[fmt::format("scale{}", d)] = double(size) / double(far.shape[d]);
    }
    far = TRY(n.add(up, {far}));
    const Flow mask = TRY(n.convolution(
        name + "conv4", TRY(n.binary(BinaryFunction::Add, far, narrow)), {.kernel = 1, .pad = 0}));
    return n.binary(BinaryFunction::Multiply, x, TRY(n.unary(UnaryFunction::Sigmoid, mask)));
}

} // namespace

// Residual local feature network (Kong et al. 2022) with narrower convolutions inside its blocks.
bool isSlimRlfn(const ModelFile& file)
{
    return fileShapeOf(file, "conv_1.weight").size() == 4 && file.find("block_list.0.c1_r.weight") != nullptr
        && file.find("block_list.0.esa.conv4.weight") != nullptr
        && fileShapeOf(file, "upsampler.upsample_conv.weight").size() == 4;
}

Result<PictureModel> describeSlimRlfn(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::SuperResolution, .channels = fileShapeOf(file, "conv_1.weight")[1]};
    const double ratio = double(fileShapeOf(file, "upsampler.upsample_conv.weight")[0]) / double(std::max<std::size_t>(model.channels, 1));
    model.scale = std::size_t(std::lround(std::sqrt(ratio)));
    model.normalisation = {.range = 255, .isKnown = true};
    return model;
}

Result<Graph> buildSlimRlfn(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const PictureModel model = TRY(describeSlimRlfn(file));
    const Flow first = TRY(n.convolution("conv_1", n.input("picture", picture), {}));
    Flow x = first;
    for (int block = 0; n.has(fmt::format("block_list.{}.c1_r.weight", block)); ++block) {
        const std::string name = fmt::format("block_list.{}.", block);
        Flow y = x;
        for (const char* part : {"c1_r", "c2_r", "c3_r"})
            y = TRY(n.unary(UnaryFunction::LeakyRelu, TRY(n.convolution(name + part, y, {})), 0.05));
        y = TRY(n.binary(BinaryFunction::Add, y, x));
        x = TRY(attention(n, name + "esa.", TRY(n.convolution(name + "c5", y, {.kernel = 1, .pad = 0}))));
    }
    x = TRY(n.binary(BinaryFunction::Add, TRY(n.convolution("conv_2", x, {})), first));
    x = TRY(n.convolution("upsampler.upsample_conv", x, {}));
    return std::move(n).finish(
        TRY(n.add({OpKind::DepthToSpace, {{"block", double(model.scale)}, {"columnsFirst", 1}}}, {x})));
}

} // namespace tritloom::networks
