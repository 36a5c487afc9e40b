#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"
#include "core/architecture/normalisations.h"

namespace tritloom::networks {

// He et al. 2016, section 4.2: three groups of 2n blocks of 16, 32 and 64 channels; shortcuts of type A take every
// second pixel and pad the channels with zeros.
bool isResnetCifar(const ModelFile& file)
{
    return fileShapeOf(file, "conv1.weight") == Shape{16, 3, 3, 3} && file.find("layer3.0.conv2.weight") != nullptr
        && file.find("layer4.0.conv1.weight") == nullptr && fileShapeOf(file, "linear.weight").size() == 2
        && file.find("layer2.0.shortcut.0.weight") == nullptr;
}

Result<PictureModel> describeResnetCifar(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::Classification, .channels = 3, .height = 32, .width = 32};
    model.classes = fileShapeOf(file, "linear.weight").front();
    model.normalisation = normalisations::imageNet;
    return model;
}

Result<Graph> buildResnetCifar(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const auto relu = [&](const Flow& x) { return n.unary(UnaryFunction::Relu, x); };
    Flow x = n.input("picture", picture);
    x = TRY(relu(TRY(n.batchNorm("bn1", TRY(n.convolution("conv1", x, {}))))));
    for (int group = 1; group <= 3; ++group) {
        for (int block = 0; n.has(fmt::format("layer{}.{}.conv1.weight", group, block)); ++block) {
            const std::string name = fmt::format("layer{}.{}.", group, block);
            const bool shrinks = group > 1 && block == 0;
            Flow y = TRY(n.convolution(name + "conv1", x, {.stride = shrinks ? 2 : 1}));
            y = TRY(relu(TRY(n.batchNorm(name + "bn1", y))));
            y = TRY(n.batchNorm(name + "bn2", TRY(n.convolution(name + "conv2", y, {}))));
            Flow shortcut = x;
            if (shrinks) {
                Op every{OpKind::StridedSlice, {}};
                const auto height = std::int64_t(x.shape[2] + 1) / 2, width = std::int64_t(x.shape[3] + 1) / 2;
                every.lists = {{"starts", {0, 0, 0, 0}}, {"steps", {1, 1, 2, 2}},
                               {"sizes", {std::int64_t(x.shape[0]), std::int64_t(x.shape[1]), height, width}}};
                shortcut = TRY(n.add(every, {x}));
                const auto more = std::int64_t(y.shape[1] - x.shape[1]);
                Op pad{OpKind::Pad, {}};
                pad.lists["pads"] = {0, more / 2, 0, 0, 0, more - more / 2, 0, 0};
                shortcut = TRY(n.add(pad, {shortcut}));
            }
            x = TRY(relu(TRY(n.binary(BinaryFunction::Add, y, shortcut))));
        }
    }
    Op mean{OpKind::Reduce, {{"function", double(ReduceFunction::Mean)}}};
    mean.lists["axes"] = {2, 3};
    return std::move(n).finish(TRY(n.linear("linear", TRY(n.add(mean, {x})))));
}

} // namespace tritloom::networks
