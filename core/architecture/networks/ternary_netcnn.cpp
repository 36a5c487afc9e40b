#include "core/architecture/networks/networks.h"

#include "core/architecture/network_builder.h"

namespace tritloom::networks {
namespace {

/// weight * scale of its output channel: the codes are the layer, which a ternary format holds without loss.
Result<Flow> scaled(NetworkBuilder& n, const std::string& name, const Flow& codes)
{
    const Flow y = TRY(n.add(binaryOp(BinaryFunction::Multiply), {codes}, {TRY(n.tensor(name + ".scale"))}));
    Tensor bias = Tensor::adoptFloats({y.shape[1]}, TRY(materialise(n.tensorOf(TRY(n.tensor(name + ".bias"))))).toFloats());
    if (y.shape.size() == 4)
        bias = Tensor::adoptFloats({y.shape[1], 1, 1}, bias.toFloats());
    return n.add(binaryOp(BinaryFunction::Add), {y}, {}, name + ".bias", {bias});
}

Result<Flow> layer(NetworkBuilder& n, const std::string& name, const Flow& x, NetworkBuilder::Convolved how, bool activated)
{
    const std::string conv = name + ".conv";
    Op op{OpKind::Convolution, {{"groups", double(how.groups)}}};
    op.lists = {{"kernel", {how.kernel, how.kernel}}, {"strides", {how.stride, how.stride}},
                {"pads", {how.pad, how.pad, how.pad, how.pad}}};
    Flow y = TRY(n.add(op, {x}, {TRY(n.tensor(conv + ".weight"))}, conv));
    y = TRY(n.batchNorm(name + ".norm", TRY(scaled(n, conv, y))));
    return activated ? n.unary(UnaryFunction::Silu, y) : y;
}

} // namespace

// Three inverted residuals (Sandler et al. 2018) without shrinking, whose weights are -1, 0 and 1 with a scale an
// output channel.
bool isTernaryNetCnn(const ModelFile& file)
{
    return fileShapeOf(file, "stem.conv.weight").size() == 4 && file.find("stem.conv.scale") != nullptr
        && file.find("stage1.conv_pw_exp.conv.weight") != nullptr && file.find("head.3.scale") != nullptr;
}

void prepareTernaryNetCnn(ModelFile& file)
{
    flattenWeights(file);
    for (NamedTensor& tensor : file.tensors)
        if (tensor.name == "head.3.weight")
            tensor.role = NamedTensor::Role::Layer;
    file.notices.push_back("the weights are stored as ternary codes with scales beside them");
}

Result<PictureModel> describeTernaryNetCnn(const ModelFile& file)
{
    PictureModel model{
        .task = PictureTask::Classification, .channels = fileShapeOf(file, "stem.conv.weight")[1], .height = 28, .width = 28};
    model.classes = fileShapeOf(file, "head.3.weight").front();
    model.normalisation = {
        .range = 1, .mean = {0.1307, 0.1307, 0.1307}, .deviation = {0.3081, 0.3081, 0.3081}, .isKnown = true};
    return model;
}

Result<Graph> buildTernaryNetCnn(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    Flow x = TRY(layer(n, "stem", n.input("picture", picture), {}, true));
    for (int stage = 1; n.has(fmt::format("stage{}.conv_dw.conv.weight", stage)); ++stage) {
        const std::string name = fmt::format("stage{}.", stage);
        x = TRY(layer(n, name + "conv_pw_exp", x, {.kernel = 1, .pad = 0}, true));
        x = TRY(layer(n, name + "conv_dw", x, {.groups = std::int64_t(x.shape[1])}, true));
        x = TRY(layer(n, name + "conv_pw", x, {.kernel = 1, .pad = 0}, false));
    }
    Op mean{OpKind::Reduce, {{"function", double(ReduceFunction::Mean)}}};
    mean.lists["axes"] = {2, 3};
    x = TRY(n.add(mean, {x}));
    x = TRY(n.add({OpKind::Linear, {}}, {x}, {TRY(n.tensor("head.3.weight"))}, "head.3"));
    return std::move(n).finish(TRY(scaled(n, "head.3", x)));
}

} // namespace tritloom::networks
