#include "core/export/onnx_document.h"

#include "core/base/mapped_file.h"
#include "core/file/operator_graph.h"

#include <algorithm>

namespace tritloom::onnx {
namespace {

constexpr int newestVersion = 21, irOfNewest = 10;

template <typename Fields>
void removeWhere(Fields& fields, const auto& isGone)
{
    for (int i = fields.size(); i-- > 0;)
        if (isGone(fields.Get(i)))
            fields.DeleteSubrange(i, 1);
}

Result<::onnx::ModelProto> modelOfFile(const ModelFile& model)
{
    const auto source = TRY(MappedFile::open(model.path));
    ::onnx::ModelProto proto;
    if (source->bytes().size() > std::size_t(INT32_MAX)
        || !proto.ParseFromArray(source->bytes().data(), int(source->bytes().size())))
        return fail(ErrorCode::InvalidInput, "{}: the file cannot be read again", model.path.string());
    return proto;
}

} // namespace

const ::onnx::AttributeProto* attributeOf(const ::onnx::NodeProto& node, std::string_view name)
{
    const auto& list = node.attribute();
    const auto found =
        std::ranges::find_if(list, [&](const auto& attribute) { return attribute.name() == name; });
    return found == list.end() ? nullptr : &*found;
}

std::int64_t integerOf(const ::onnx::NodeProto& node, std::string_view name, std::int64_t otherwise)
{
    const auto* const attribute = attributeOf(node, name);
    return attribute == nullptr ? otherwise : attribute->i();
}

double numberOf(const ::onnx::NodeProto& node, std::string_view name, double otherwise)
{
    const auto* const attribute = attributeOf(node, name);
    return attribute == nullptr ? otherwise : double(attribute->f());
}

void removeAttribute(::onnx::NodeProto& node, std::string_view name)
{
    removeWhere(*node.mutable_attribute(), [&](const auto& attribute) { return attribute.name() == name; });
}

void setInteger(::onnx::NodeProto& node, const std::string& name, std::int64_t value)
{
    removeAttribute(node, name);
    ::onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(::onnx::AttributeProto::INT);
    attribute.set_i(value);
}

void setText(::onnx::NodeProto& node, const std::string& name, const std::string& value)
{
    removeAttribute(node, name);
    ::onnx::AttributeProto& attribute = *node.add_attribute();
    attribute.set_name(name);
    attribute.set_type(::onnx::AttributeProto::STRING);
    attribute.set_s(value);
}

std::string bytesOfReals(const std::vector<float>& values, int type)
{
    const std::string_view id = type == ::onnx::TensorProto::FLOAT16 ? "f16"
        : type == ::onnx::TensorProto::BFLOAT16                      ? "bf16"
        : type == ::onnx::TensorProto::DOUBLE                        ? "f64"
                                                                     : "";
    if (id.empty())
        return {};
    const NumberFormatPtr format = parseNumberFormat(id).value();
    std::string bytes(values.size() * format->blockBytes(), '\0');
    const auto packed = std::as_writable_bytes(std::span(bytes));
    for (std::size_t i = 0; i < values.size(); ++i)
        format->encode(
            std::span(values).subspan(i, 1), packed.subspan(i * format->blockBytes(), format->blockBytes()));
    return bytes;
}

Document::Document(::onnx::ModelProto model)
    : m_model(std::move(model))
{
    for (auto& node : *m_model.mutable_graph()->mutable_node())
        m_nodes.push_back(std::move(node));
    m_model.mutable_graph()->clear_node();
    m_front = m_nodes.begin();
    for (auto& tensor : *m_model.mutable_graph()->mutable_initializer()) {
        m_initializers.push_back(std::move(tensor));
        m_byName[m_initializers.back().name()] = std::prev(m_initializers.end());
    }
    m_model.mutable_graph()->clear_initializer();
    removeWhere(*m_model.mutable_graph()->mutable_input(), [this](const auto& input) {
        return m_byName.contains(input.name());
    });
}

Result<Document> Document::of(const ModelFile& model, std::vector<std::string>& notices)
{
    if (model.operators == nullptr)
        return Document(TRY(modelOfNetwork(model, notices)));
    if (model.format != "tritloom") {
        Document document(TRY(modelOfFile(model)));
        // What the file makes of whole numbers was read as weights: then the operators as they were read.
        if (std::ranges::all_of(model.tensors, [&](const NamedTensor& tensor) {
                return document.initializer(tensor.name) != nullptr;
            }))
            return document;
    }
    return Document(TRY(modelOfOperators(model)));
}

::onnx::TensorProto* Document::initializer(const std::string& name)
{
    const auto found = m_byName.find(name);
    return found == m_byName.end() ? nullptr : &*found->second;
}

void Document::add(const std::string& name, int type, const Dims& dims, std::string bytes)
{
    remove(name);
    ::onnx::TensorProto& tensor = m_initializers.emplace_back();
    m_byName[name] = std::prev(m_initializers.end());
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t size : dims)
        tensor.add_dims(size);
    tensor.set_raw_data(std::move(bytes));
}

void Document::addFloats(const std::string& name, const Dims& dims, const std::vector<float>& values)
{
    add(name, ::onnx::TensorProto::FLOAT, dims, bytesOf(values));
}

void Document::addReals(const std::string& name, const Dims& dims, const std::vector<float>& values, int type)
{
    if (std::string bytes = bytesOfReals(values, type); !bytes.empty())
        return add(name, type, dims, std::move(bytes));
    addFloats(name, dims, values);
}

void Document::addWhole(const std::string& name, const Dims& values)
{
    add(name, ::onnx::TensorProto::INT64, {std::int64_t(values.size())}, bytesOf(values));
}

void Document::remove(const std::string& initializer)
{
    const auto found = m_byName.find(initializer);
    if (found == m_byName.end())
        return;
    m_initializers.erase(found->second);
    m_byName.erase(found);
}

std::vector<Document::Use> Document::usesOf(const std::string& value)
{
    std::vector<Use> uses;
    for (Node node = m_nodes.begin(); node != m_nodes.end(); ++node)
        for (int i = 0; i < node->input_size(); ++i)
            if (node->input(i) == value)
                uses.push_back({node, i});
    return uses;
}

bool Document::isOutput(const std::string& value) const
{
    return std::ranges::any_of(
        m_model.graph().output(), [&](const auto& output) { return output.name() == value; });
}

std::string Document::unused(const std::string& wish) const
{
    const auto isTaken = [this](const std::string& name) {
        if (m_byName.contains(name))
            return true;
        for (const auto& node : m_nodes)
            if (std::ranges::find(node.output(), name) != node.output().end())
                return true;
        return std::ranges::any_of(
            m_model.graph().input(), [&](const auto& input) { return input.name() == name; });
    };
    std::string name = wish;
    for (int i = 2; isTaken(name); ++i)
        name = fmt::format("{}_{}", wish, i);
    return name;
}

Document::Node Document::insert(
    Node before, const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
    const std::map<std::string, std::int64_t>& attributes)
{
    ::onnx::NodeProto node;
    node.set_op_type(type);
    node.set_name(output + "_" + type);
    for (const std::string& input : inputs)
        node.add_input(input);
    node.add_output(output);
    for (const auto& [name, value] : attributes)
        setInteger(node, name, value);
    return m_nodes.insert(before, std::move(node));
}

Document::Node Document::insertFirst(
    const std::string& type, const std::vector<std::string>& inputs, const std::string& output,
    const std::map<std::string, std::int64_t>& attributes)
{
    return insert(m_front, type, inputs, output, attributes);
}

void Document::erase(Node node)
{
    if (m_front == node)
        ++m_front;
    m_nodes.erase(node);
}

int Document::operatorSet() const
{
    int version = 0;
    for (const auto& set : m_model.opset_import())
        if (set.domain().empty() || set.domain() == "ai.onnx")
            version = std::max(version, int(set.version()));
    return version;
}

void Document::setProperty(std::string_view metadataKey, const std::string& value)
{
    constexpr std::string_view prefix = "onnx.", ours = "tritloom.";
    if (metadataKey.starts_with(prefix))
        metadataKey.remove_prefix(prefix.size());
    else if (!metadataKey.starts_with(ours))
        return;
    auto& properties = *m_model.mutable_metadata_props();
    removeWhere(properties, [&](const auto& property) { return property.key() == metadataKey; });
    auto& property = *properties.Add();
    property.set_key(std::string(metadataKey));
    property.set_value(value);
}

void Document::needDomain(const std::string& domain, int version)
{
    for (auto& set : *m_model.mutable_opset_import())
        if (set.domain() == domain || (domain.empty() && set.domain() == "ai.onnx")) {
            set.set_version(std::max<std::int64_t>(set.version(), version));
            if (version >= newestVersion && domain.empty())
                m_model.set_ir_version(std::max<std::int64_t>(m_model.ir_version(), irOfNewest));
            return;
        }
    ::onnx::OperatorSetIdProto& set = *m_model.add_opset_import();
    set.set_domain(domain);
    set.set_version(version);
}

::onnx::ModelProto Document::finish() &&
{
    ::onnx::GraphProto& graph = *m_model.mutable_graph();
    for (auto& node : m_nodes)
        *graph.add_node() = std::move(node);
    graph.clear_value_info(); // of values that may be gone; who reads the file infers it again
    // IR 3 wants initializers among the inputs.
    m_model.set_ir_version(std::max<std::int64_t>(m_model.ir_version(), 4));
    for (auto& tensor : m_initializers)
        *graph.add_initializer() = std::move(tensor);
    return std::move(m_model);
}

} // namespace tritloom::onnx
