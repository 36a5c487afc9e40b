#include "core/architecture/network_builder.h"
#include "core/architecture/networks/networks.h"
#include "core/architecture/networks/tensorflow_kernels.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace tritloom::networks {
namespace {

// Johnson et al. 2016 with the instance norms of Ulyanov et al. 2016, as "fast-style-transfer" trains it.
// Every layer is a convolution without bias, an instance norm and, but for the second of a residual block and
// the last, a ReLU.
struct LayerRow {
    std::string_view name;
    std::int64_t stride = 1;
    bool isTransposed = false, hasRelu = true;
};
constexpr std::array<LayerRow, 16> layerRows{{
    {"conv1"},
    {"conv2", 2},
    {"conv3", 2},
    {"residual1.conv1"},
    {"residual1.conv2", 1, false, false},
    {"residual2.conv1"},
    {"residual2.conv2", 1, false, false},
    {"residual3.conv1"},
    {"residual3.conv2", 1, false, false},
    {"residual4.conv1"},
    {"residual4.conv2", 1, false, false},
    {"residual5.conv1"},
    {"residual5.conv2", 1, false, false},
    {"up1", 2, true},
    {"up2", 2, true},
    {"conv4", 1, false, false},
}};
/// Of each layer, in the order TensorFlow numbers its variables.
constexpr std::array<std::string_view, 3> parts{".weight", ".norm.bias", ".norm.weight"};

/// The number behind "Variable": 0 for "Variable" alone, 7 for "Variable_7".
std::optional<std::size_t> variableNumber(std::string_view name)
{
    constexpr std::string_view stem = "Variable";
    if (!name.starts_with(stem))
        return std::nullopt;
    if (name.size() == stem.size())
        return 0;
    std::size_t number = 0;
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + stem.size() + 1, end, number);
    if (name[stem.size()] != '_' || parsed.ec != std::errc{} || parsed.ptr != end)
        return std::nullopt;
    return number;
}

/// What "same" padding adds where the size is a multiple of the stride: what is odd comes behind.
std::vector<std::int64_t> samePads(std::int64_t kernel, std::int64_t stride)
{
    const std::int64_t total = std::max<std::int64_t>(kernel - stride, 0), before = total / 2;
    return {before, before, total - before, total - before};
}

Result<Flow> layer(NetworkBuilder& n, const LayerRow& row, const Flow& x)
{
    const std::string name(row.name);
    const Shape shape = fileShapeOf(n.file(), name + ".weight");
    if (shape.size() != 4 || shape[2] != shape[3] || shape[2] > 64)
        return fail(
            ErrorCode::InvalidInput, "{}: the kernel of {} is [{}]", n.file().path.filename().string(), name,
            fmt::join(shape, ", "));
    const auto kernel = std::int64_t(shape[2]);
    Op op{row.isTransposed ? OpKind::TransposedConvolution : OpKind::Convolution, {{"groups", 1}}};
    op.lists = {
        {"kernel", {kernel, kernel}},
        {"strides", {row.stride, row.stride}},
        {"dilations", {1, 1}},
        {"pads", samePads(kernel, row.stride)}};
    Flow y = TRY(n.add(std::move(op), {x}, {TRY(n.tensor(name + ".weight"))}, name));
    y = TRY(n.add(
        {OpKind::GroupNorm, {{"groups", double(y.shape[1])}, {"epsilon", 1e-3}}}, {y},
        {TRY(n.tensor(name + ".norm.weight")), TRY(n.tensor(name + ".norm.bias"))}, name + ".norm"));
    return row.hasRelu ? n.unary(UnaryFunction::Relu, y) : Result<Flow>(y);
}

} // namespace

bool isFastStyleTransfer(const ModelFile& file)
{
    // Under our own names, as it is exported ...
    if (fileShapeOf(file, "conv1.weight").size() == 4 && file.find("residual5.conv2.norm.weight") != nullptr
        && file.find("up2.norm.bias") != nullptr && file.find("conv4.norm.weight") != nullptr)
        return true;
    // ... or as TensorFlow numbers it: a kernel, a shift and a scale a layer.
    if (file.tensors.size() != layerRows.size() * parts.size())
        return false;
    for (const NamedTensor& tensor : file.tensors) {
        const auto number = variableNumber(tensor.name);
        if (!number || *number >= file.tensors.size() || tensor.shape.size() != (*number % 3 == 0 ? 4U : 1U))
            return false;
    }
    const Shape first = fileShapeOf(file, "Variable"), last = fileShapeOf(file, "Variable_45");
    return first.size() == 4 && last.size() == 4 && first[2] == 3 && last[3] == 3 && first[0] == first[1];
}

void prepareFastStyleTransfer(ModelFile& file)
{
    if (file.find("Variable") == nullptr) {
        flattenWeights(file, {"up1", "up2"});
        return;
    }
    std::ranges::sort( // as the network reads them: its manifest has "Variable_10" before "Variable_2"
        file.tensors, {}, [](const NamedTensor& tensor) { return *variableNumber(tensor.name); });
    for (NamedTensor& tensor : file.tensors) {
        const std::size_t number = *variableNumber(tensor.name);
        const LayerRow& row = layerRows[number / parts.size()];
        tensor.fileName = tensor.name;
        tensor.name = std::string(row.name) + std::string(parts[number % parts.size()]);
        tensor.role = NamedTensor::Role::Other;
        if (number % parts.size() == 0)
            row.isTransposed ? turnTransposedConvolution(tensor) : turnConvolution(tensor);
    }
}

Result<PictureModel> describeFastStyleTransfer(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::StyleTransfer, .channels = 3, .multiple = 4};
    model.normalisation = {.range = 255, .isKnown = true};
    if (fileShapeOf(file, "conv1.weight")[1] != 3 || fileShapeOf(file, "conv4.weight").empty()
        || fileShapeOf(file, "conv4.weight")[0] != 3)
        return fail(
            ErrorCode::InvalidInput,
            "{}: the first and the last layer are [{}] and [{}], three channels are expected",
            file.path.filename().string(), fmt::join(fileShapeOf(file, "conv1.weight"), ", "),
            fmt::join(fileShapeOf(file, "conv4.weight"), ", "));
    return model;
}

Result<Graph> buildFastStyleTransfer(const ModelFile& file, const Shape& picture)
{
    if (picture[2] % 4 != 0 || picture[3] % 4 != 0)
        return fail(
            ErrorCode::InvalidInput, "{}: {} x {} pixels, both must be multiples of 4",
            file.path.filename().string(), picture[3], picture[2]);
    NetworkBuilder n(file);
    Flow x = n.input("picture", picture), entry = x;
    for (const LayerRow& row : layerRows) {
        if (row.name.ends_with(".conv1"))
            entry = x;
        x = TRY(layer(n, row, x));
        if (row.name.ends_with(".conv2"))
            x = TRY(n.binary(BinaryFunction::Add, entry, x));
    }
    // 150 tanh + 255 / 2 covers 0..255 and a little more.
    x = TRY(n.binary(BinaryFunction::Multiply, TRY(n.unary(UnaryFunction::Tanh, x)), 150));
    return std::move(n).finish(TRY(n.binary(BinaryFunction::Add, x, 127.5)));
}

} // namespace tritloom::networks
