#include "core/architecture/network_builder.h"
#include "core/architecture/networks/networks.h"
#include "core/format/row_group.h"

#include <algorithm>

namespace tritloom::networks {
namespace {

/// y = (W x) * scale + bias with W of -1, 0 and 1: the scale stays beside the weights, as the file has it.
Result<Flow> scaled(NetworkBuilder& n, const std::string& name, Flow y)
{
    const std::size_t outputs = y.shape[1];
    const auto spread = [&](const std::string& part) -> Result<Flow> {
        const TensorId id = TRY(n.tensor(name + part));
        const Tensor values = TRY(materialise(n.tensorOf(id)));
        if (values.type().elements() != outputs)
            return fail(
                ErrorCode::InvalidInput, "{}: {}{} has {} numbers for {} outputs",
                n.file().path.filename().string(), name, part, values.type().elements(), outputs);
        const auto function = part == ".scale" ? BinaryFunction::Multiply : BinaryFunction::Add;
        if (y.shape.size() == 2)
            return n.add(binaryOp(function), {y}, {id}, name + part);
        // Of a convolution: one number a plane.
        return n.add(
            binaryOp(function), {y}, {}, name + part,
            {Tensor::adoptFloats({outputs, 1, 1}, values.toFloats())});
    };
    y = TRY(spread(".scale"));
    return n.has(name + ".bias") ? spread(".bias") : Result<Flow>(y);
}

Result<Flow>
block(NetworkBuilder& n, const std::string& name, const Flow& x, NetworkBuilder::Convolved how, bool hasSilu)
{
    Op op{OpKind::Convolution, {{"groups", double(how.groups)}}};
    op.lists = {
        {"kernel", {how.kernel, how.kernel}},
        {"strides", {how.stride, how.stride}},
        {"dilations", {1, 1}},
        {"pads", std::vector<std::int64_t>(4, how.pad)}};
    Flow y = TRY(n.add(std::move(op), {x}, {TRY(n.tensor(name + ".conv.weight"))}, name + ".conv"));
    y = TRY(n.batchNorm(name + ".norm", TRY(scaled(n, name + ".conv", y))));
    return hasSilu ? n.unary(UnaryFunction::Silu, y) : Result<Flow>(y);
}

/// Bytes of -1, 0 and 1 as a ternary format with one scale a row, which is 1 (0 for rows of zeros): the same
/// numbers. Empty: these are other numbers, or rows longer than a group can be.
Tensor asTernary(const NamedTensor& tensor, std::size_t rows, std::size_t columns)
{
    const auto format = parseNumberFormat(fmt::format("ternaryg{}", rowGroup(columns)));
    if (!format)
        return {};
    std::vector<float> values;
    for (const std::byte value : tensor.stored.bytes()) {
        const auto code = std::int8_t(std::to_integer<std::uint8_t>(value));
        if (code < -1 || code > 1)
            return {};
        values.push_back(float(code));
    }
    std::vector<std::byte> bytes(rows * (*format)->blockBytes());
    std::vector<float> row((*format)->blockElements());
    for (std::size_t r = 0; r < rows; ++r) {
        std::copy_n(values.begin() + std::ptrdiff_t(r * columns), columns, row.begin());
        (*format)->encode(
            row, std::span(bytes).subspan(r * (*format)->blockBytes(), (*format)->blockBytes()));
    }
    Tensor made = Tensor::adopt({*format, {rows, columns}}, std::move(bytes));
    return made.toFloats() == values ? made : Tensor();
}

} // namespace

// BitNetCNN's small network: a stem and three inverted bottlenecks, every weight -1, 0 or 1 with a scale an
// output (Ma et al. 2024's b1.58 for convolutions). Bottlenecks halve the picture where they widen it, not in
// between.
bool isTernaryNetCnn(const ModelFile& file)
{
    return fileShapeOf(file, "stem.conv.weight").size() == 4 && file.find("stem.conv.scale") != nullptr
        && fileShapeOf(file, "stage1.conv_pw_exp.conv.weight").size() == 4
        && fileShapeOf(file, "stage1.conv_dw.conv.weight").size() == 4
        && fileShapeOf(file, "stage1.conv_pw.conv.weight").size() == 4
        && fileShapeOf(file, "head.3.weight").size() == 2 && file.find("head.3.scale") != nullptr;
}

void prepareTernaryNetCnn(ModelFile& file)
{
    flattenWeights(file);
    std::size_t others = 0;
    for (NamedTensor& tensor : file.tensors) {
        const bool isWeight =
            tensor.name.ends_with(".weight") && (tensor.shape.size() == 2 || tensor.shape.size() == 4);
        if (!isWeight || tensor.stored.type().format->id() != "i8" || tensor.stored.isEmpty())
            continue;
        const std::size_t rows = tensor.shape[0], columns = tensor.stored.type().elements() / rows;
        Tensor stored = asTernary(tensor, rows, columns);
        if (stored.isEmpty()) {
            ++others;
            stored = Tensor::adoptFloats({rows, columns}, tensor.stored.toFloats());
        }
        if (tensor.fileShape.empty())
            tensor.fileShape = tensor.shape;
        tensor.shape = {rows, columns};
        tensor.stored = std::move(stored);
        tensor.role = NamedTensor::Role::Layer;
    }
    if (others > 0)
        file.notices.push_back(fmt::format(
            "{} weights are whole numbers other than -1, 0 and 1 and were opened as floats", others));
}

Result<PictureModel> describeTernaryNetCnn(const ModelFile& file)
{
    PictureModel model{.task = PictureTask::Classification, .height = 28, .width = 28};
    model.channels = fileShapeOf(file, "stem.conv.weight")[1];
    model.classes = fileShapeOf(file, "head.3.weight")[0];
    if (model.channels != 1)
        return fail(
            ErrorCode::Unsupported, "{}: this network of {} channels is known for digits of one only",
            file.path.filename().string(), model.channels);
    model.normalisation = {
        .range = 1, .mean = {0.1307, 0.1307, 0.1307}, .deviation = {0.3081, 0.3081, 0.3081}, .isKnown = true};
    return model;
}

Result<Graph> buildTernaryNetCnn(const ModelFile& file, const Shape& picture)
{
    NetworkBuilder n(file);
    Flow x = TRY(block(n, "stem", n.input("picture", picture), {}, true));
    for (int stage = 1; n.has(fmt::format("stage{}.conv_dw.conv.weight", stage)); ++stage) {
        const std::string name = fmt::format("stage{}.", stage);
        x = TRY(block(n, name + "conv_pw_exp", x, {.kernel = 1, .stride = 2, .pad = 0}, true));
        x = TRY(block(n, name + "conv_dw", x, {.groups = std::int64_t(x.shape[1])}, true));
        x = TRY(block(n, name + "conv_pw", x, {.kernel = 1, .pad = 0}, false));
    }
    Op mean{OpKind::Reduce, {{"function", double(ReduceFunction::Mean)}}};
    mean.lists["axes"] = {2, 3};
    x = TRY(n.add(mean, {x}));
    x = TRY(n.add({OpKind::Linear, {}}, {x}, {TRY(n.tensor("head.3.weight"))}, "head.3"));
    return std::move(n).finish(TRY(scaled(n, "head.3", x)));
}

} // namespace tritloom::networks
