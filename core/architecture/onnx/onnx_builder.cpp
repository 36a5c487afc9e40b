#include "core/architecture/onnx/onnx_builder.h"

#include "core/base/utf8.h"
#include "core/file/replaced_tensor.h"
#include "core/graph/shape_inference.h"

#include <cmath>

namespace tritloom::onnx {
namespace {

constexpr double mostFolded = 0x1p26,
                 mostSteps = 0x1p27; // numbers of a constant; steps of all but for the file's

} // namespace

Builder::Builder(const ModelFile& file, const OperatorGraph& graph)
    : m_file(file)
    , m_graph(graph)
    , m_network(file)
    , m_backend(makeReferenceBackend())
{
    for (std::size_t i = 0; i < file.tensors.size(); ++i) {
        const NamedTensor& tensor = file.tensors[i];
        m_values[tensor.name]
            = {.origin = TensorId(i), .knownShape = tensor.fileShape.empty() ? tensor.shape : tensor.fileShape};
    }
    for (const auto& [name, constant] : graph.constants)
        m_values[name]
            = {.values = constant.values, .elementType = constant.elementType, .knownShape = constant.values.type().shape};
}

Result<Graph> Builder::build(const std::vector<Shape>& inputs)
{
    if (m_graph.outputs.empty() || m_graph.inputs.empty())
        return tritloom::fail(
            ErrorCode::InvalidInput, "{}: a graph of {} inputs and {} outputs computes nothing",
            m_file.path.filename().string(), m_graph.inputs.size(), m_graph.outputs.size());
    for (std::size_t i = 0; i < m_graph.inputs.size(); ++i)
        m_values[m_graph.inputs[i].name] = {
            .flow = m_network.input(m_graph.inputs[i].name, inputs[i]),
            .elementType = std::max(m_graph.inputs[i].elementType, 1)};
    for (const OperatorNode& node : m_graph.nodes) {
        const OperatorRow* const row = findOperator(node.domain, node.type);
        if (row == nullptr)
            return fail(
                ErrorCode::Unsupported, node, "the operator {}{} cannot be run here",
                printable(node.domain.empty() ? "" : node.domain + "."), printable(node.type));
        if (!node.refused.empty())
            return fail(ErrorCode::Unsupported, node, "the attribute '{}' holds a graph", node.refused);
        if (node.outputs.empty())
            return fail(ErrorCode::InvalidInput, node, "no output");
        TRY_VOID(row->build(*this, node));
        for (const std::string& output : node.outputs)
            if (!m_values.contains(output))
                m_notMade[output] = &node;
    }
    const auto made = [&](const OperatorValue& output) -> Result<Flow> {
        const auto found = m_values.find(output.name);
        if (const auto other = m_notMade.find(output.name);
            found == m_values.end() && other != m_notMade.end())
            return fail(
                ErrorCode::Unsupported, *other->second, "its further output '{}' is not computed here",
                output.name);
        if (found == m_values.end())
            return tritloom::fail(
                ErrorCode::InvalidInput, "{}: no node makes the output '{}'", m_file.path.filename().string(),
                output.name);
        const OperatorNode nobody{.domain = {}, .type = "output", .name = output.name, .refused = {}};
        return flowing(nobody, found->second);
    };
    Flow flow = TRY(made(m_graph.outputs.front()));
    // Detectors give scores and boxes of the same places: both count, the boxes last.
    if (m_graph.outputs.size() == 2) {
        const auto other = made(m_graph.outputs.back());
        const auto isListOf = [&](const Shape& shape) {
            return shape.size() == 3 && shape[0] == 1 && shape[1] > 1;
        };
        if (other && isListOf(flow.shape) && isListOf(other->shape) && flow.shape[1] == other->shape[1]
            && (flow.shape[2] == 4 || other->shape[2] == 4))
            flow = TRY(m_network.concat(
                other->shape[2] == 4 ? std::vector<Flow>{flow, *other} : std::vector<Flow>{*other, flow}, 2));
    }
    return std::move(m_network).finish(flow);
}

Result<const Operand*> Builder::input(const OperatorNode& node, std::size_t i) const
{
    if (i >= node.inputs.size() || node.inputs[i].empty())
        return nullptr;
    const auto found = m_values.find(node.inputs[i]);
    if (const auto other = m_notMade.find(node.inputs[i]);
        found == m_values.end() && other != m_notMade.end())
        return fail(
            ErrorCode::Unsupported, *other->second, "its further output '{}' is not computed here",
            node.inputs[i]);
    if (found == m_values.end())
        return fail(ErrorCode::InvalidInput, node, "its input '{}' is made by no node before it", node.inputs[i]);
    return &found->second;
}

Result<Operand> Builder::need(const OperatorNode& node, std::size_t i) const
{
    const Operand* const operand = TRY(input(node, i));
    if (operand == nullptr)
        return fail(ErrorCode::InvalidInput, node, "input number {} is missing", i + 1);
    return *operand;
}

Result<Tensor> Builder::floatsOf(const Operand& known) const
{
    if (!known.origin || !known.values.isEmpty())
        return known.values;
    const NamedTensor& tensor = m_file.tensors[std::size_t(*known.origin)];
    return Tensor::adoptFloats(known.knownShape, inFileOrder(tensor, TRY(materialise(tensor))));
}

Result<std::vector<float>> Builder::valuesOf(const OperatorNode& node, const Operand& operand) const
{
    if (!operand.isKnown())
        return fail(ErrorCode::Unsupported, node, "an input that must be known depends on the picture");
    return TRY(floatsOf(operand)).toFloats();
}

Result<std::optional<std::vector<double>>>
Builder::numbers(const OperatorNode& node, std::size_t i, std::string_view attribute) const
{
    if (const Operand* const operand = TRY(input(node, i)); operand != nullptr) {
        const std::vector<float> values = TRY(valuesOf(node, *operand));
        return std::vector<double>(values.begin(), values.end());
    }
    const auto found = node.attributes.find(attribute);
    if (found == node.attributes.end())
        return std::optional<std::vector<double>>();
    if (const auto* const list = std::get_if<std::vector<double>>(&found->second))
        return *list;
    if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&found->second))
        return std::vector<double>(list->begin(), list->end());
    if (const auto* const value = std::get_if<double>(&found->second))
        return std::vector<double>{*value};
    if (const auto* const value = std::get_if<std::int64_t>(&found->second))
        return std::vector<double>{double(*value)};
    return fail(ErrorCode::InvalidInput, node, "the attribute '{}' is no list of numbers", attribute);
}

Result<std::optional<std::vector<std::int64_t>>>
Builder::integers(const OperatorNode& node, std::size_t i, std::string_view attribute) const
{
    const auto list = TRY(numbers(node, i, attribute));
    if (!list)
        return std::optional<std::vector<std::int64_t>>();
    std::vector<std::int64_t> result;
    for (const double value : *list) {
        // Ends like INT64_MAX mean "as far as it goes".
        if (std::isnan(value))
            return fail(ErrorCode::InvalidInput, node, "'{}' has a NaN", attribute);
        result.push_back(std::int64_t(std::min(std::max(value, -9e15), 9e15)));
    }
    return result;
}

Operand Builder::known(Shape shape, std::vector<float> values, int elementType)
{
    Tensor tensor = Tensor::adoptFloats(shape, std::move(values));
    return {.values = std::move(tensor), .elementType = elementType, .knownShape = std::move(shape)};
}

bool Builder::isLayer(const Operand& operand) const
{
    return operand.origin && m_file.tensors[std::size_t(*operand.origin)].role == NamedTensor::Role::Layer;
}

Result<Flow> Builder::flowing(const OperatorNode& node, const Operand& operand)
{
    if (operand.flow)
        return *operand.flow;
    return m_network.add({OpKind::Constant, {}}, {}, {}, node.name, {TRY(floatsOf(operand))});
}

Result<Operand> Builder::emit(const OperatorNode& node, Op op, const std::vector<Operand>& operands)
{
    std::size_t flows = 0; // operands up to the last that flows
    bool integer = !operands.empty();
    std::vector<Shape> shapes;
    for (std::size_t i = 0; i < operands.size(); ++i) {
        flows = operands[i].isKnown() ? flows : i + 1;
        integer = integer && operands[i].isInteger();
        shapes.push_back(operands[i].shape());
    }
    if (flows == 0) {
        auto shape = inferShape(op, shapes);
        if (!shape)
            return fail(shape.error().code, node, "{}", shape.error().message);
        TRY_VOID(folds(node, *shape, TRY(workOf(op, shapes, *shape))));
        std::vector<DeviceTensor> arguments;
        for (const Operand& operand : operands)
            arguments.push_back(TRY(m_backend->upload(TRY(floatsOf(operand)))));
        const Tensor result = TRY(m_backend->download(TRY(m_backend->run(op, arguments, {}))));
        return Operand{.values = result, .elementType = integer ? operands[0].elementType : 1, .knownShape = result.type().shape};
    }
    std::vector<Flow> inputs;
    for (std::size_t i = 0; i < flows; ++i)
        inputs.push_back(TRY(flowing(node, operands[i])));
    // Stored tensors come before literals; behind a literal they become one.
    std::vector<TensorId> weights;
    std::vector<Tensor> literals;
    for (std::size_t i = flows; i < operands.size(); ++i) {
        const Operand& operand = operands[i];
        if (operand.origin && literals.empty() && operand.values.isEmpty()
            && m_file.tensors[std::size_t(*operand.origin)].shape == operand.knownShape)
            weights.push_back(*operand.origin);
        else
            literals.push_back(TRY(floatsOf(operand)));
    }
    Flow flow = TRY(m_network.add(std::move(op), inputs, weights, node.name, literals));
    return Operand{.flow = std::move(flow), .elementType = integer ? operands[0].elementType : 1};
}

void Builder::set(const OperatorNode& node, std::size_t output, Operand operand)
{
    if (output < node.outputs.size() && !node.outputs[output].empty())
        m_values[node.outputs[output]] = std::move(operand);
}

Result<void> Builder::give(const OperatorNode& node, Result<Operand> operand)
{
    if (!operand)
        return tl::make_unexpected(std::move(operand).error());
    set(node, 0, std::move(*operand));
    return {};
}

Result<void> Builder::folds(const OperatorNode& node, const Shape& shape, double steps)
{
    m_folded += steps;
    if (double(TRY(elementsOf(shape))) > mostFolded || m_folded > mostSteps + 4 * m_network.stored())
        return fail(
            ErrorCode::Unsupported, node, "a constant of [{}], after {:.3g} steps for constants in all",
            fmt::join(shape, ", "), m_folded);
    return {};
}

Result<Operand> Builder::reshaped(const OperatorNode& node, const Operand& x, const Shape& shape)
{
    if (TRY(elementsOf(shape)) != TRY(elementsOf(x.shape())))
        return fail(
            ErrorCode::InvalidInput, node, "[{}] cannot become [{}]", fmt::join(x.shape(), ", "),
            fmt::join(shape, ", "));
    if (x.isKnown()) {
        Operand result = x;
        result.knownShape = shape;
        if (!result.values.isEmpty() || !result.origin) // the same bytes
            result.values = Tensor({x.values.type().format, shape}, x.values.bytes(), x.values.owner());
        return result;
    }
    if (shape == x.shape())
        return x;
    Op op{OpKind::Reshape, {}};
    op.lists["shape"].assign(shape.begin(), shape.end());
    return emit(node, std::move(op), {x});
}

Result<std::size_t> Builder::axis(const OperatorNode& node, std::int64_t axis, std::size_t rank) const
{
    const std::int64_t fromFront = axis < 0 ? axis + std::int64_t(rank) : axis;
    if (fromFront < 0 || fromFront >= std::int64_t(rank))
        return fail(ErrorCode::InvalidInput, node, "axis {} of {} dimensions", axis, rank);
    return std::size_t(fromFront);
}

} // namespace tritloom::onnx
