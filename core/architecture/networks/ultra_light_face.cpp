#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"
#include "core/architecture/normalisations.h"

#include <algorithm>
#include <array>

namespace tritloom::networks {
namespace {

constexpr std::size_t width = 320, height = 240; // the weights fit any; anchors are of this one
constexpr double centerVariance = 0.1, sizeVariance = 0.2;

struct Level {
    std::size_t cell; ///< pixels from one place to the next
    std::size_t after; ///< this many layers of the base network; the last is behind `extras`
    std::vector<double> anchors; ///< sides of squares, pixels
};
const std::array<Level, 4>& levels()
{
    static const std::array<Level, 4> list{
        {{8, 8, {10, 16, 24}}, {16, 11, {32, 48}}, {32, 13, {64, 96}}, {64, 13, {128, 192, 256}}}};
    return list;
}

struct Anchors {
    std::vector<float> centers, sizes; ///< [places, 2] each, shares of width and height
};
Anchors anchorsOf()
{
    Anchors all;
    for (const Level& level : levels()) {
        const std::size_t across = (width + level.cell - 1) / level.cell,
                          down = (height + level.cell - 1) / level.cell;
        for (std::size_t j = 0; j < down; ++j)
            for (std::size_t i = 0; i < across; ++i)
                for (const double side : level.anchors) {
                    const double x = (double(i) + 0.5) / double(across), y = (double(j) + 0.5) / double(down);
                    for (const double center : {x, y})
                        all.centers.push_back(float(std::min(center, 1.0)));
                    for (const std::size_t whole : {width, height})
                        all.sizes.push_back(float(std::min(side / double(whole), 1.0)));
                }
    }
    return all;
}

Result<Flow> relu(NetworkBuilder& n, const Flow& x)
{
    return n.unary(UnaryFunction::Relu, x);
}

/// Depthwise and pointwise, each with norm and ReLU (MobileNet, Howard et al. 2017).
Result<Flow> separable(NetworkBuilder& n, const std::string& name, const Flow& x, std::int64_t stride)
{
    Flow y = TRY(n.convolution(name + ".0", x, {.stride = stride, .groups = std::int64_t(x.shape[1])}));
    y = TRY(relu(n, TRY(n.batchNorm(name + ".1", y))));
    y = TRY(n.convolution(name + ".3", y, {.kernel = 1, .pad = 0}));
    return relu(n, TRY(n.batchNorm(name + ".4", y)));
}

/// The same without norms, and nothing behind the second.
Result<Flow> separableHead(NetworkBuilder& n, const std::string& name, const Flow& x, std::int64_t stride = 1)
{
    const Flow y = TRY(n.convolution(name + ".0", x, {.stride = stride, .groups = std::int64_t(x.shape[1])}));
    return n.convolution(name + ".2", TRY(relu(n, y)), {.kernel = 1, .pad = 0});
}

/// A receptive field block (Liu et al. 2018): three branches that look 2, 3 and 5 pixels apart.
Result<Flow> receptiveField(NetworkBuilder& n, const std::string& name, const Flow& x)
{
    const auto normed = [&](const std::string& part, const Flow& y,
                            NetworkBuilder::Convolved how) -> Result<Flow> {
        return n.batchNorm(name + part + ".bn", TRY(n.convolution(name + part + ".conv", y, how)));
    };
    constexpr NetworkBuilder::Convolved pointwise{.kernel = 1, .pad = 0};
    std::vector<Flow> branches;
    for (const auto& [branch, convolutions, apart] :
         {std::tuple("branch0", 1, 2), std::tuple("branch1", 1, 3), std::tuple("branch2", 2, 5)}) {
        Flow y = TRY(normed(fmt::format("{}.0", branch), x, pointwise));
        for (int i = 1; i <= convolutions; ++i)
            y = TRY(relu(n, TRY(normed(fmt::format("{}.{}", branch, i), y, {}))));
        branches.push_back(TRY(
            normed(fmt::format("{}.{}", branch, convolutions + 1), y, {.pad = apart, .dilation = apart})));
    }
    const Flow joined = TRY(normed("ConvLinear", TRY(n.concat(branches, 1)), pointwise));
    return relu(n, TRY(n.binary(BinaryFunction::Add, joined, TRY(normed("shortcut", x, pointwise)))));
}

/// [1, anchors * size, h, w] -> [1, h * w * anchors, size].
Result<Flow> placed(NetworkBuilder& n, const Flow& x, std::size_t size)
{
    Op turn{OpKind::Transpose, {}};
    turn.lists["permutation"] = {0, 2, 3, 1};
    return n.reshape(TRY(n.add(turn, {x})), {1, x.shape[1] * x.shape[2] * x.shape[3] / size, size});
}

/// left, top, right, bottom of what the regression heads say about the anchors (SSD, Liu et al. 2016).
Result<Flow> boxes(NetworkBuilder& n, const Flow& told)
{
    const Anchors anchors = anchorsOf();
    const Shape shape{1, told.shape[1], 2};
    const auto constant = [&](const std::vector<float>& values, double factor) {
        std::vector<float> scaled(values);
        for (float& value : scaled)
            value = float(value * factor);
        return n.add({OpKind::Constant, {}}, {}, {}, "anchors", {Tensor::fromFloats(shape, scaled)});
    };
    const Flow center = TRY(n.binary(
        BinaryFunction::Add,
        TRY(n.binary(
            BinaryFunction::Multiply, TRY(n.part(told, 2, 0, 2)),
            TRY(constant(anchors.sizes, centerVariance)))),
        TRY(constant(anchors.centers, 1))));
    const Flow grown = TRY(n.unary(
        UnaryFunction::Exp,
        TRY(n.binary(BinaryFunction::Multiply, TRY(n.part(told, 2, 2, 2)), sizeVariance))));
    const Flow half = TRY(n.binary(BinaryFunction::Multiply, grown, TRY(constant(anchors.sizes, 0.5))));
    return n.concat(
        {TRY(n.binary(BinaryFunction::Subtract, center, half)),
         TRY(n.binary(BinaryFunction::Add, center, half))},
        2);
}

} // namespace

// The "ultra light" face detector RFB-320: a small MobileNet with one receptive field block, and single-shot
// heads on four levels.
bool isUltraLightFace(const ModelFile& file)
{
    return fileShapeOf(file, "base_net.0.0.weight") == Shape{16, 3, 3, 3}
    && file.find("base_net.7.ConvLinear.conv.weight") != nullptr
        && file.find("base_net.12.3.weight") != nullptr && file.find("extras.0.2.2.weight") != nullptr
        && file.find("regression_headers.3.weight") != nullptr
        && fileShapeOf(file, "classification_headers.3.weight").size() == 4;
}

Result<PictureModel> describeUltraLightFace(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::Detection, .height = height, .width = width};
    model.classes = fileShapeOf(file, "classification_headers.3.weight")[0] / levels().back().anchors.size();
    model.places = anchorsOf().centers.size() / 2;
    model.normalisation = normalisations::signedBytes;
    return model;
}

Result<Graph> buildUltraLightFace(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    const std::size_t classes = TRY(describeUltraLightFace(file)).classes;
    Flow x = TRY(n.convolution("base_net.0.0", n.input("picture", picture), {.stride = 2}));
    x = TRY(relu(n, TRY(n.batchNorm("base_net.0.1", x))));
    std::size_t layer = 1;
    std::vector<Flow> scores, told;
    for (std::size_t i = 0; i < levels().size(); ++i) {
        for (; layer < levels()[i].after; ++layer) {
            const std::string name = fmt::format("base_net.{}", layer);
            const bool halves = layer == 2 || layer == 4 || layer == 8 || layer == 11;
            x = layer == 7 ? TRY(receptiveField(n, name + ".", x))
                           : TRY(separable(n, name, x, halves ? 2 : 1));
        }
        const std::string of = fmt::format("_headers.{}", i);
        const bool isLast = i + 1 == levels().size();
        if (isLast) {
            x = TRY(relu(n, TRY(n.convolution("extras.0.0", x, {.kernel = 1, .pad = 0}))));
            x = TRY(relu(n, TRY(separableHead(n, "extras.0.2", x, 2))));
        }
        const auto head = [&](const std::string& name) {
            return isLast ? n.convolution(name, x, {}) : separableHead(n, name, x);
        };
        scores.push_back(TRY(placed(n, TRY(head("classification" + of)), classes)));
        told.push_back(TRY(placed(n, TRY(head("regression" + of)), 4)));
    }
    const Flow probabilities = TRY(n.add({OpKind::Softmax, {{"axis", 2}}}, {TRY(n.concat(scores, 1))}));
    return std::move(n).finish(TRY(n.concat({probabilities, TRY(boxes(n, TRY(n.concat(told, 1))))}, 2)));
}

} // namespace tritloom::networks
