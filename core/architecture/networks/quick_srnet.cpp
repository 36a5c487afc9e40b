#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"

#include <cmath>

namespace tritloom::networks {

// A chain of 3 x 3 convolutions with clipped activations over the picture given `repeats` times, plus a 1 x 1
// convolution of the picture itself (QuickSRNet, Berger et al. 2023, in its NTIRE 2024 form); pixel shuffle.
bool isQuickSrNet(const ModelFile& file)
{
    return fileShapeOf(file, "cnn.0.weight").size() == 4 && fileShapeOf(file, "anchor.net.weight").size() == 4
        && fileShapeOf(file, "conv_last.weight").size() == 4;
}

Result<PictureModel> describeQuickSrNet(const ModelFile& file)
{
    const Shape last = fileShapeOf(file, "conv_last.weight"), anchor = fileShapeOf(file, "anchor.net.weight");
    PictureModel model{.task = PictureTask::SuperResolution, .channels = anchor[1]};
    model.scale = std::size_t(std::lround(std::sqrt(double(last[0]) / double(std::max<std::size_t>(anchor[1], 1)))));
    model.normalisation.isKnown = true; // 0..1
    return model;
}

Result<Graph> buildQuickSrNet(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const PictureModel model = TRY(describeQuickSrNet(file));
    const auto clip = [&](const Flow& x) { return n.unary(UnaryFunction::Clip, x, 0, 1); };
    const Flow given = n.input("picture", picture);
    const std::size_t repeats = fileShapeOf(file, "cnn.0.weight")[1] / std::max<std::size_t>(1, picture[1]);
    Flow x = TRY(n.concat(std::vector<Flow>(std::max<std::size_t>(repeats, 1), given), 1));
    for (int i = 0; n.has(fmt::format("cnn.{}.weight", i)); i += 2)
        x = TRY(clip(TRY(n.convolution(fmt::format("cnn.{}", i), x, {}))));
    x = TRY(n.convolution("conv_last", x, {}));
    const Flow anchor = TRY(n.convolution("anchor.net", given, {.kernel = 1, .pad = 0}));
    x = TRY(clip(TRY(n.binary(BinaryFunction::Add, anchor, x))));
    return std::move(n).finish(
        TRY(n.add({OpKind::DepthToSpace, {{"block", double(model.scale)}, {"columnsFirst", 1}}}, {x})));
}

} // namespace tritloom::networks
