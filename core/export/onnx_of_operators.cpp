#include "core/export/onnx_document.h"
#include "core/export/onnx_weights.h"
#include "core/file/operator_graph.h"

#include <cmath>
#include <limits>
#include <set>

namespace tritloom::onnx {
namespace {

/// The bytes of whole numbers, which checkOperators() has seen. As f32 the largest of wide types is one more
/// than they hold.
template <typename T>
std::string wholes(const std::vector<float>& values)
{
    std::vector<T> made;
    for (const float value : values) {
        constexpr auto most = double(std::numeric_limits<T>::max());
        made.push_back(double(value) >= most ? std::numeric_limits<T>::max() : T(value));
    }
    return bytesOf(made);
}

Result<std::string> bytesAs(const std::vector<float>& values, int type)
{
    constexpr int uint4Type = 21, int4Type = 22; // libonnx 1.12 has no names for them
    switch (type) {
    case ::onnx::TensorProto::FLOAT:
        return bytesOf(values);
    case ::onnx::TensorProto::DOUBLE:
    case ::onnx::TensorProto::FLOAT16:
    case ::onnx::TensorProto::BFLOAT16:
        return bytesOfReals(values, type);
    case ::onnx::TensorProto::UINT8:
    case ::onnx::TensorProto::BOOL:
        return wholes<std::uint8_t>(values);
    case ::onnx::TensorProto::INT8:
        return wholes<std::int8_t>(values);
    case ::onnx::TensorProto::UINT16:
        return wholes<std::uint16_t>(values);
    case ::onnx::TensorProto::INT16:
        return wholes<std::int16_t>(values);
    case ::onnx::TensorProto::UINT32:
        return wholes<std::uint32_t>(values);
    case ::onnx::TensorProto::INT32:
        return wholes<std::int32_t>(values);
    case ::onnx::TensorProto::UINT64:
        return wholes<std::uint64_t>(values);
    case ::onnx::TensorProto::INT64:
        return wholes<std::int64_t>(values);
    case uint4Type:
    case int4Type: {
        std::vector<std::int16_t> codes(values.begin(), values.end());
        return packNibbles(codes);
    }
    default:
        return fail(ErrorCode::Unsupported, "a constant of element type {} cannot be written", type);
    }
}

Result<void> fill(::onnx::TensorProto& to, const OperatorConstant& constant)
{
    to.set_data_type(constant.elementType);
    for (const std::size_t size : constant.values.type().shape)
        to.add_dims(std::int64_t(size));
    to.set_raw_data(TRY(bytesAs(constant.values.toFloats(), constant.elementType)));
    return {};
}

Result<void> fill(::onnx::AttributeProto& to, const OperatorAttribute& attribute)
{
    using Type = ::onnx::AttributeProto;
    if (const auto* const whole = std::get_if<std::int64_t>(&attribute)) {
        to.set_type(Type::INT);
        to.set_i(*whole);
    } else if (const auto* const number = std::get_if<double>(&attribute)) {
        to.set_type(Type::FLOAT);
        to.set_f(float(*number));
    } else if (const auto* const text = std::get_if<std::string>(&attribute)) {
        to.set_type(Type::STRING);
        to.set_s(*text);
    } else if (const auto* const list = std::get_if<std::vector<std::int64_t>>(&attribute)) {
        to.set_type(Type::INTS);
        to.mutable_ints()->Add(list->begin(), list->end());
    } else if (const auto* const numbers = std::get_if<std::vector<double>>(&attribute)) {
        to.set_type(Type::FLOATS);
        to.mutable_floats()->Add(numbers->begin(), numbers->end());
    } else if (const auto* const texts = std::get_if<std::vector<std::string>>(&attribute)) {
        to.set_type(Type::STRINGS);
        to.mutable_strings()->Add(texts->begin(), texts->end());
    } else {
        to.set_type(Type::TENSOR);
        return fill(*to.mutable_t(), std::get<OperatorConstant>(attribute));
    }
    return {};
}

void fill(::onnx::ValueInfoProto& to, const OperatorValue& value)
{
    to.set_name(value.name);
    auto& tensor = *to.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(value.elementType);
    if (value.hasShape)
        (void)tensor.mutable_shape();
    for (std::size_t i = 0; i < value.shape.size(); ++i) {
        auto& dimension = *tensor.mutable_shape()->add_dim();
        if (value.shape[i])
            dimension.set_dim_value(*value.shape[i]);
        else if (!value.dimensionNames[i].empty())
            dimension.set_dim_param(value.dimensionNames[i]);
    }
}

} // namespace

Result<::onnx::ModelProto> modelOfOperators(const ModelFile& file)
{
    const OperatorGraph& graph = *file.operators;
    ::onnx::ModelProto model;
    model.set_ir_version(graph.irVersion);
    model.set_producer_name(graph.producer);
    model.add_opset_import()->set_version(graph.version);
    ::onnx::GraphProto& to = *model.mutable_graph();
    to.set_name(file.metadata.text("general.name").value_or(""));
    for (const OperatorValue& input : graph.inputs)
        fill(*to.add_input(), input);
    for (const OperatorValue& output : graph.outputs)
        fill(*to.add_output(), output);
    for (const NamedTensor& tensor : file.tensors) {
        ::onnx::TensorProto& initializer = *to.add_initializer(); // its numbers come with the layer's choice
        initializer.set_name(tensor.name);
        initializer.set_data_type(graph.elementTypeOf(tensor.name));
    }
    for (const auto& [name, constant] : graph.constants) {
        ::onnx::TensorProto& initializer = *to.add_initializer();
        initializer.set_name(name);
        TRY_VOID(fill(initializer, constant));
    }
    std::set<std::string> domains;
    for (const OperatorNode& node : graph.nodes) {
        ::onnx::NodeProto& made = *to.add_node();
        made.set_op_type(node.type);
        made.set_domain(node.domain);
        made.set_name(node.name);
        made.mutable_input()->Add(node.inputs.begin(), node.inputs.end());
        made.mutable_output()->Add(node.outputs.begin(), node.outputs.end());
        for (const auto& [name, attribute] : node.attributes) {
            ::onnx::AttributeProto& added = *made.add_attribute();
            added.set_name(name);
            TRY_VOID(fill(added, attribute));
        }
        if (!node.domain.empty() && domains.insert(node.domain).second) {
            ::onnx::OperatorSetIdProto& set = *model.add_opset_import();
            set.set_domain(node.domain);
            set.set_version(1);
        }
    }
    return model;
}

} // namespace tritloom::onnx
