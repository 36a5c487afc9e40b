#include "core/export/network_to_onnx.h"

#include "core/architecture/onnx/onnx_network.h"
#include "core/graph/shape_inference.h"

namespace tritloom::onnx {
namespace {

constexpr int operatorSet = 17, irVersion = 8;

void setFloats(
    ::onnx::TensorProto& tensor, const std::string& name, const Shape& shape,
    const std::vector<float>& values)
{
    tensor.set_name(name);
    tensor.set_data_type(::onnx::TensorProto::FLOAT);
    for (const std::size_t size : shape)
        tensor.add_dims(std::int64_t(size));
    tensor.set_raw_data(bytesOf(values));
}

/// larger: the shape for larger pictures; sizes that are others there get a name instead of a number.
void describe(::onnx::ValueInfoProto& info, const std::string& name, const Shape& shape, const Shape& larger)
{
    static constexpr const char* endings[] = {"_batch", "_channels", "_height", "_width"};
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(::onnx::TensorProto::FLOAT);
    for (std::size_t i = 0; i < shape.size(); ++i) {
        auto& dimension = *tensor.mutable_shape()->add_dim();
        if (larger[i] == shape[i])
            dimension.set_dim_value(std::int64_t(shape[i]));
        else
            dimension.set_dim_param(shape.size() == 4 ? name + endings[i] : fmt::format("{}_{}", name, i));
    }
}

} // namespace

Emitter::Emitter(const ModelFile& file, const Graph& graph, const AnySize& sizes, ::onnx::GraphProto& to)
    : m_file(file)
    , m_graph(graph)
    , m_sizes(sizes)
    , m_to(to)
{
    for (const GraphInput& input : graph.inputs)
        m_values[input.value] = {input.name, input.shape};
}

std::string
Emitter::emit(const std::string& type, const Names& inputs, const std::vector<Attribute>& attributes)
{
    ::onnx::NodeProto& made = *m_to.add_node();
    const std::string name = m_node->name.empty() ? type : m_node->name;
    made.set_op_type(type);
    made.set_name(fmt::format("{}_{}", name, ++m_count));
    for (const std::string& input : inputs)
        made.add_input(input);
    made.add_output(made.name() + "_y");
    for (const Attribute& given : attributes) {
        if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&given.value);
            list != nullptr && list->empty())
            continue; // the operator's own standard
        ::onnx::AttributeProto& attribute = *made.add_attribute();
        attribute.set_name(given.name);
        if (const auto* const whole = std::get_if<std::int64_t>(&given.value)) {
            attribute.set_type(::onnx::AttributeProto::INT);
            attribute.set_i(*whole);
        } else if (const auto* const value = std::get_if<double>(&given.value)) {
            attribute.set_type(::onnx::AttributeProto::FLOAT);
            attribute.set_f(float(*value));
        } else if (const auto* const text = std::get_if<std::string>(&given.value)) {
            attribute.set_type(::onnx::AttributeProto::STRING);
            attribute.set_s(*text);
        } else {
            attribute.set_type(::onnx::AttributeProto::INTS);
            for (const std::int64_t entry : std::get<std::vector<std::int64_t>>(given.value))
                attribute.add_ints(entry);
        }
    }
    return made.output(0);
}

std::string Emitter::whole(const std::vector<std::int64_t>& values)
{
    ::onnx::TensorProto& tensor = *m_to.add_initializer();
    tensor.set_name(fmt::format("constant_{}", ++m_count));
    tensor.set_data_type(::onnx::TensorProto::INT64);
    tensor.add_dims(std::int64_t(values.size()));
    tensor.set_raw_data(bytesOf(values));
    return tensor.name();
}

std::string Emitter::number(double value)
{
    const std::string name = fmt::format("constant_{}", ++m_count);
    setFloats(*m_to.add_initializer(), name, {}, {float(value)});
    return name;
}

std::string Emitter::floats(const std::vector<float>& values)
{
    const std::string name = fmt::format("constant_{}", ++m_count);
    setFloats(*m_to.add_initializer(), name, {values.size()}, values);
    return name;
}

std::string Emitter::reshapedConstant(std::size_t operand, const Shape& shape)
{
    const std::string name = fmt::format("constant_{}", ++m_count);
    const std::size_t first = m_node->inputs.size() + m_node->weights.size();
    setFloats(*m_to.add_initializer(), name, shape, m_node->literals[operand - first].toFloats());
    return name;
}

const NamedTensor* Emitter::storedOperand(std::size_t operand) const
{
    const std::size_t i = operand - m_node->inputs.size();
    if (operand < m_node->inputs.size() || i >= m_node->weights.size())
        return nullptr;
    return &m_file.tensors[std::size_t(m_node->weights[i])];
}

std::optional<std::string> Emitter::sizedLike() const
{
    const auto found = m_sizes.like.find(m_node->output);
    return found == m_sizes.like.end() ? std::nullopt : std::optional(m_values.at(found->second).first);
}

std::optional<std::size_t> Emitter::openDimension() const
{
    const auto found = m_sizes.open.find(m_node->output);
    return found == m_sizes.open.end() ? std::nullopt : std::optional(found->second);
}

Result<void> Emitter::load(const Node& node)
{
    m_node = &node;
    m_operands.clear();
    m_shapes.clear();
    for (const ValueId id : node.inputs) {
        m_operands.push_back(m_values.at(id).first);
        m_shapes.push_back(m_values.at(id).second);
    }
    for (const TensorId id : node.weights) {
        m_operands.push_back(m_file.tensors[std::size_t(id)].name);
        m_shapes.push_back(m_file.tensors[std::size_t(id)].shape);
    }
    for (const Tensor& literal : node.literals) {
        const std::string name = fmt::format("constant_{}", ++m_count);
        setFloats(*m_to.add_initializer(), name, literal.type().shape, literal.toFloats());
        m_operands.push_back(name);
        m_shapes.push_back(literal.type().shape);
    }
    return {};
}

Result<void> Emitter::run()
{
    for (const Node& node : m_graph.nodes) {
        TRY_VOID(load(node));
        const EmitterRow* const row = findEmitter(node.op.kind);
        if (row == nullptr)
            return fail(
                ErrorCode::Unsupported, "{}: {} has no operator in ONNX", m_file.path.filename().string(),
                shown());
        m_values[node.output] = {TRY(row->emit(*this)), TRY(inferShape(node.op, m_shapes))};
    }
    return {};
}

Result<::onnx::ModelProto> modelOfNetwork(const ModelFile& file, std::vector<std::string>& notices)
{
    const PictureArchitecture* const architecture = findPictureArchitecture(file.architecture());
    if (architecture == nullptr)
        return fail(
            ErrorCode::Unsupported, "only networks on pictures can be written as ONNX, {} is none",
            file.path.filename().string());
    const PictureModel picture = TRY(architecture->describe(file));
    const Shape nominal = nominalPicture(picture);
    const Graph graph = TRY(architecture->build(file, nominal));
    Graph larger = graph;
    AnySize sizes;
    if (picture.height == 0 && picture.width == 0) {
        Shape shape = nominal;
        shape[2] += picture.multiple;
        shape[3] += 2 * picture.multiple;
        auto built = architecture->build(file, shape);
        sizes = built ? TRY(anySize(file, graph, *built)) : AnySize{built.error().message, {}, {}};
        if (sizes.whyNot.empty())
            larger = std::move(*built);
        else
            notices.push_back(fmt::format(
                "the network takes pictures of any size, and this file {} x {}: {} is made for one",
                nominal[2], nominal[3], sizes.whyNot));
    }

    ::onnx::ModelProto model;
    model.set_ir_version(irVersion);
    // What the operators do not say, for whoever opens it again.
    const auto state = [&](const char* key, std::string value) {
        ::onnx::StringStringEntryProto& property = *model.add_metadata_props();
        property.set_key(key);
        property.set_value(std::move(value));
    };
    state("tritloom.task", std::string(tritloom::nameOf(picture.task)));
    if (picture.normalisation.isKnown)
        state("tritloom.normalisation", textOf(picture.normalisation));
    if (picture.task == PictureTask::Generation)
        state("tritloom.schedule", textOf(picture.schedule, picture.timeScale));
    if (picture.task == PictureTask::Detection && picture.classes > 0) // scores and boxes are one output
        state("tritloom.classes", std::to_string(picture.classes));
    model.add_opset_import()->set_version(operatorSet);
    ::onnx::GraphProto& to = *model.mutable_graph();
    to.set_name(std::string(architecture->id));
    for (const NamedTensor& tensor : file.tensors) {
        ::onnx::TensorProto& initializer = *to.add_initializer(); // its numbers come with the layer's choice
        initializer.set_name(tensor.name);
        initializer.set_data_type(::onnx::TensorProto::FLOAT);
    }
    for (std::size_t i = 0; i < graph.inputs.size(); ++i)
        describe(*to.add_input(), graph.inputs[i].name, graph.inputs[i].shape, larger.inputs[i].shape);
    Emitter emitter(file, graph, sizes, to);
    TRY_VOID(emitter.run());
    ::onnx::NodeProto& last = *to.add_node();
    last.set_op_type("Identity");
    last.set_name("output");
    last.add_input(emitter.nameOfOutput());
    last.add_output("output");
    describe(*to.add_output(), "output", graph.outputShape, larger.outputShape);
    return model;
}

} // namespace tritloom::onnx
