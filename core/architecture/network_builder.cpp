#include "core/architecture/network_builder.h"

#include "core/architecture/network_cost.h"
#include "core/graph/shape_inference.h"
#include "core/graph/window.h"

#include <cmath>

namespace tritloom {
namespace {

bool isLayer(OpKind kind)
{
    return kind == OpKind::Convolution || kind == OpKind::TransposedConvolution || kind == OpKind::Linear;
}

std::vector<std::int64_t> repeated(std::int64_t value, std::size_t count)
{
    return std::vector<std::int64_t>(count, value);
}

Op convolutionOp(OpKind kind, const NetworkBuilder::Convolved& how, std::size_t dimensions)
{
    Op op{kind, {{"groups", double(how.groups)}}};
    op.lists = {
        {"kernel", repeated(how.kernel, dimensions)},
        {"strides", repeated(how.stride, dimensions)},
        {"dilations", repeated(how.dilation, dimensions)},
        {"pads", repeated(how.pad, 2 * dimensions)}};
    if (how.outputPadding != 0)
        op.lists["outputPadding"] = repeated(how.outputPadding, dimensions);
    return op;
}

} // namespace

Op unaryOp(UnaryFunction function, double a, double b)
{
    return {OpKind::Unary, {{"function", double(function)}, {"a", a}, {"b", b}}};
}

Op binaryOp(BinaryFunction function)
{
    return {OpKind::Binary, {{"function", double(function)}}};
}

NetworkBuilder::NetworkBuilder(const ModelFile& file)
    : m_file(file)
{
    for (const NamedTensor& tensor : file.tensors)
        m_stored += double(TensorType{nullptr, tensor.shape}.elements());
}

Flow NetworkBuilder::input(std::string name, Shape shape)
{
    m_given += double(TensorType{nullptr, shape}.elements());
    return {m_graph.addInput(std::move(name), shape), shape};
}

Result<Flow> NetworkBuilder::add(
    Op op, const std::vector<Flow>& inputs, const std::vector<TensorId>& weights, const std::string& name,
    const std::vector<Tensor>& literals)
{
    std::vector<Shape> shapes;
    std::vector<ValueId> ids;
    for (const Flow& input : inputs) {
        shapes.push_back(input.shape);
        ids.push_back(input.id);
    }
    for (const TensorId id : weights)
        shapes.push_back(tensorOf(id).shape);
    for (const Tensor& literal : literals)
        shapes.push_back(literal.type().shape);
    const std::string_view shown = name.empty() ? "a node" : std::string_view(name);
    for (const auto& [key, value] : op.attributes)
        if (std::isnan(value) || (key == "epsilon" && !(value >= 0 && std::isfinite(value))))
            return fail(
                ErrorCode::InvalidInput, "{}: {}: {} is {}", m_file.path.filename().string(), shown, key,
                value);
    for (const Shape& operand : shapes)
        if (isLayer(op.kind) && TensorType{nullptr, operand}.elements() == 0)
            return fail(
                ErrorCode::Unsupported, "{}: {}: a product with [{}], which holds no numbers",
                m_file.path.filename().string(), shown, fmt::join(operand, ", "));
    auto shape = inferShape(op, shapes);
    if (!shape)
        return fail(
            shape.error().code, "{}: {}: {}", m_file.path.filename().string(), shown, shape.error().message);
    TRY_VOID(bound(op, name, shapes, *shape));
    if (isLayer(op.kind) && std::exchange(m_stageHasLayer, true))
        m_graph.nextStage();
    return Flow{m_graph.add(std::move(op), std::move(ids), weights, name, literals), std::move(*shape)};
}

Result<double> workOf(const Op& op, const std::vector<Shape>& operands, const Shape& made)
{
    const double numbers = double(TRY(elementsOf(made)));
    if (op.kind != OpKind::MaxPool && op.kind != OpKind::AveragePool)
        return std::max(numbers, multiplyAdds(op, operands, made));
    const Window w = TRY(windowOf(op, operands[0]));
    return numbers * double(w.kernel[0]) * double(w.kernel[1]) * double(w.kernel[2]);
}

Result<void> NetworkBuilder::bound(
    const Op& op, const std::string& name, const std::vector<Shape>& shapes, const Shape& made)
{
    const NetworkLimits most{m_given, m_stored};
    const double numbers = double(TRY(elementsOf(made))), work = TRY(workOf(op, shapes, made));
    const std::string node = fmt::format(
        "{}: {} ({})", m_file.path.filename().string(), name.empty() ? "a node" : name, nameOf(op.kind));
    if (numbers > most.value())
        return fail(
            ErrorCode::Unsupported,
            "{}: what comes out, [{}], are {:.0f} numbers, more than the {:.0f} that are run for {:.0f} "
            "numbers that go in and {:.0f} in the file",
            node, fmt::join(made, ", "), numbers, most.value(), m_given, m_stored);
    m_made += numbers;
    if (m_made > most.values())
        return fail(
            ErrorCode::Unsupported,
            "{}: with what comes out, [{}], the values of all nodes are {:.0f} numbers, more than the {:.0f} "
            "that are run for {:.0f} numbers that go in and {:.0f} in the file",
            node, fmt::join(made, ", "), m_made, most.values(), m_given, m_stored);
    m_work += work;
    if (m_work > most.work())
        return fail(
            ErrorCode::Unsupported,
            "{}: with {:.3g} steps for [{}] all nodes take {:.3g}, more than the {:.3g} that are run for "
            "{:.0f} numbers that go in and {:.0f} in the file",
            node, work, fmt::join(made, ", "), m_work, most.work(), m_given, m_stored);
    return {};
}

void NetworkBuilder::endPart(std::string name, const std::vector<Flow>& inputs, const Flow& output)
{
    std::vector<ValueId> given;
    for (const Flow& input : inputs)
        given.push_back(input.id);
    m_graph.endPart(std::move(name), std::move(given), output.id);
    m_stageHasLayer = false;
}

std::optional<std::size_t> enlargement(const Shape& picture, const Shape& output)
{
    if (output.size() != 4 || (output[1] != 1 && output[1] != 3) || output[2] % picture[2] != 0
        || output[3] % picture[3] != 0 || output[3] / picture[3] != output[2] / picture[2])
        return std::nullopt;
    return output[2] / picture[2];
}

Graph NetworkBuilder::finish(const Flow& output) &&
{
    Graph graph = std::move(m_graph).finish(output.id);
    graph.outputShape = output.shape;
    return graph;
}

Result<TensorId> NetworkBuilder::tensor(std::string_view name) const
{
    const NamedTensor* const found = m_file.find(name);
    if (found == nullptr)
        return fail(
            ErrorCode::NotFound, "{}: no tensor '{}', which {} needs", m_file.path.filename().string(), name,
            m_file.architecture());
    return TensorId(std::size_t(found - m_file.tensors.data()));
}

Result<TensorId> NetworkBuilder::tensor(std::string_view name, const Shape& shape) const
{
    const TensorId id = TRY(tensor(name));
    if (const Shape& found = tensorOf(id).shape; found != shape)
        return fail(
            ErrorCode::InvalidInput, "{}: tensor '{}' is [{}], [{}] is expected",
            m_file.path.filename().string(), name, fmt::join(found, ", "), fmt::join(shape, ", "));
    return id;
}

Result<Flow> NetworkBuilder::convolution(const std::string& name, const Flow& x, Convolved how)
{
    std::vector<TensorId> weights{TRY(tensor(name + ".weight"))};
    if (has(name + ".bias"))
        weights.push_back(TRY(tensor(name + ".bias")));
    return add(convolutionOp(OpKind::Convolution, how, x.shape.size() - 2), {x}, weights, name);
}

Result<Flow> NetworkBuilder::transposedConvolution(const std::string& name, const Flow& x, Convolved how)
{
    std::vector<TensorId> weights{TRY(tensor(name + ".weight"))};
    if (has(name + ".bias"))
        weights.push_back(TRY(tensor(name + ".bias")));
    return add(convolutionOp(OpKind::TransposedConvolution, how, x.shape.size() - 2), {x}, weights, name);
}

Result<Flow> NetworkBuilder::linear(const std::string& name, const Flow& x)
{
    const Flow y = TRY(add({OpKind::Linear, {}}, {x}, {TRY(tensor(name + ".weight"))}, name));
    if (!has(name + ".bias"))
        return y;
    return add(binaryOp(BinaryFunction::Add), {y}, {TRY(tensor(name + ".bias", {y.shape.back()}))});
}

Result<Flow> NetworkBuilder::batchNorm(const std::string& name, const Flow& x)
{
    std::vector<TensorId> weights;
    for (const char* part : {".weight", ".bias", ".running_mean", ".running_var"})
        weights.push_back(TRY(tensor(name + part)));
    return add({OpKind::BatchNorm, {{"epsilon", 1e-5}}}, {x}, weights, name);
}

Result<Flow> NetworkBuilder::unary(UnaryFunction function, const Flow& x, double a, double b)
{
    return add(unaryOp(function, a, b), {x});
}

Result<Flow> NetworkBuilder::binary(BinaryFunction function, const Flow& a, const Flow& b)
{
    return add(binaryOp(function), {a, b});
}

Result<Flow> NetworkBuilder::binary(BinaryFunction function, const Flow& a, double b)
{
    return add(binaryOp(function), {a}, {}, {}, {Tensor::adoptFloats({1}, {float(b)})});
}

Result<Flow> NetworkBuilder::reshape(const Flow& x, const Shape& shape)
{
    Op op{OpKind::Reshape, {}};
    op.lists["shape"].assign(shape.begin(), shape.end());
    return add(std::move(op), {x});
}

Result<Flow> NetworkBuilder::concat(const std::vector<Flow>& parts, std::size_t axis)
{
    return add({OpKind::Concat, {{"axis", double(axis)}}}, parts);
}

Result<Flow> NetworkBuilder::part(const Flow& x, std::size_t axis, std::size_t begin, std::size_t count)
{
    Op slice{OpKind::StridedSlice, {}};
    slice.lists["starts"].assign(x.shape.size(), 0);
    slice.lists["steps"].assign(x.shape.size(), 1);
    slice.lists["sizes"].assign(x.shape.begin(), x.shape.end());
    slice.lists["starts"][axis] = std::int64_t(begin);
    slice.lists["sizes"][axis] = std::int64_t(count);
    return add(slice, {x});
}

} // namespace tritloom
