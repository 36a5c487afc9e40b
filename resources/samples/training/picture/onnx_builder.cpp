#include "onnx_builder.h"

#include "noise_schedule.h"

#include <onnx/onnx_pb.h>

#include <fstream>
#include <stdexcept>

namespace sample {
namespace {

constexpr int operatorSet = 17, irVersion = 8;

void setShape(onnx::ValueInfoProto& info, const OnnxBuilder::Value& value, int elementType)
{
    static constexpr const char* names[] = {"batch", "channels", "height", "width"};
    info.set_name(value.name);
    auto& type = *info.mutable_type()->mutable_tensor_type();
    type.set_elem_type(elementType);
    auto& shape = *type.mutable_shape();
    for (std::size_t i = 0; i < value.shape.size(); ++i)
        if (value.shape[i] < 0)
            shape.add_dim()->set_dim_param(names[i]);
        else
            shape.add_dim()->set_dim_value(value.shape[i]);
}

template <typename T>
void setRaw(onnx::TensorProto& tensor, const std::vector<T>& values)
{
    tensor.set_raw_data(values.data(), values.size() * sizeof(T));
}

} // namespace

struct OnnxBuilder::Attributes {
    std::map<std::string, std::int64_t> integers;
    std::map<std::string, std::vector<std::int64_t>> lists;
    std::map<std::string, float> numbers;
    std::map<std::string, std::string> texts;
};

OnnxBuilder::OnnxBuilder(std::string title, std::map<std::string, StoredTensor> weights)
    : m_model(std::make_unique<onnx::ModelProto>())
    , m_weights(std::move(weights))
{
    m_model->set_ir_version(irVersion);
    m_model->set_producer_name("tritloom-samples");
    m_model->add_opset_import()->set_version(operatorSet);
    m_model->mutable_graph()->set_name(std::move(title));
}

OnnxBuilder::~OnnxBuilder() = default;

OnnxBuilder::Value OnnxBuilder::picture(const std::string& name, std::vector<std::int64_t> shape)
{
    Value value{name, std::move(shape)};
    setShape(*m_model->mutable_graph()->add_input(), value, onnx::TensorProto::FLOAT);
    m_model->mutable_graph()
        ->mutable_input(m_model->graph().input_size() - 1)
        ->mutable_type()
        ->set_denotation("IMAGE");
    return value;
}

OnnxBuilder::Value OnnxBuilder::wholeNumber(const std::string& name)
{
    Value value{name, {1}};
    setShape(*m_model->mutable_graph()->add_input(), value, onnx::TensorProto::INT64);
    return node("Cast", {name}, {1}, {.integers = {{"to", onnx::TensorProto::FLOAT}}});
}

void OnnxBuilder::property(const std::string& key, const std::string& value)
{
    auto& entry = *m_model->add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
}

void OnnxBuilder::finish(const Value& output, const std::string& name, const std::string& path)
{
    auto& graph = *m_model->mutable_graph();
    graph.mutable_node(graph.node_size() - 1)->set_output(0, name);
    setShape(*graph.add_output(), {name, output.shape}, onnx::TensorProto::FLOAT);
    std::ofstream file(path, std::ios::binary);
    if (!m_model->SerializeToOstream(&file) || !file.flush())
        throw std::runtime_error(path + ": cannot be written");
}

OnnxBuilder::Value OnnxBuilder::node(
    const std::string& type, const std::vector<std::string>& inputs, std::vector<std::int64_t> shape,
    const Attributes& attributes)
{
    auto& made = *m_model->mutable_graph()->add_node();
    const std::string name = type + "_" + std::to_string(m_count++);
    made.set_op_type(type);
    made.set_name(name);
    for (const std::string& input : inputs)
        made.add_input(input);
    made.add_output(name + "_out");
    const auto attribute = [&](const std::string& key, auto kind) {
        auto* const entry = made.add_attribute();
        entry->set_name(key);
        entry->set_type(kind);
        return entry;
    };
    for (const auto& [key, value] : attributes.integers)
        attribute(key, onnx::AttributeProto::INT)->set_i(value);
    for (const auto& [key, value] : attributes.numbers)
        attribute(key, onnx::AttributeProto::FLOAT)->set_f(value);
    for (const auto& [key, value] : attributes.texts)
        attribute(key, onnx::AttributeProto::STRING)->set_s(value);
    for (const auto& [key, values] : attributes.lists) {
        auto* const entry = attribute(key, onnx::AttributeProto::INTS);
        for (const std::int64_t value : values)
            entry->add_ints(value);
    }
    return {name + "_out", std::move(shape)};
}

OnnxBuilder::Value OnnxBuilder::node(
    const std::string& type, const std::vector<std::string>& inputs, std::vector<std::int64_t> shape)
{
    return node(type, inputs, std::move(shape), {});
}

std::string OnnxBuilder::trained(const std::string& name)
{
    const auto found = m_weights.find(name);
    if (found == m_weights.end())
        throw std::runtime_error(name + ": was not trained");
    auto& tensor = *m_model->mutable_graph()->add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : found->second.shape)
        tensor.add_dims(size);
    setRaw(tensor, found->second.values);
    return name;
}

std::string OnnxBuilder::constant(const std::vector<std::int64_t>& values)
{
    auto& tensor = *m_model->mutable_graph()->add_initializer();
    tensor.set_name("constant_" + std::to_string(m_count++));
    tensor.set_data_type(onnx::TensorProto::INT64);
    tensor.add_dims(std::int64_t(values.size()));
    setRaw(tensor, values);
    return tensor.name();
}

std::string OnnxBuilder::constant(const std::vector<float>& values, const std::vector<std::int64_t>& shape)
{
    auto& tensor = *m_model->mutable_graph()->add_initializer();
    tensor.set_name("constant_" + std::to_string(m_count++));
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    for (const std::int64_t size : shape)
        tensor.add_dims(size);
    setRaw(tensor, values);
    return tensor.name();
}

OnnxBuilder::Value OnnxBuilder::convolution(const std::string& name, const Value& x, const Convolution& c)
{
    std::vector<std::string> inputs{x.name, trained(name + ".weight")};
    if (c.bias)
        inputs.push_back(trained(name + ".bias"));
    const std::int64_t pad = c.kernel / 2;
    const auto side = [&](std::int64_t n) { return n < 0 ? n : (n + 2 * pad - c.kernel) / c.stride + 1; };
    return node(
        "Conv", inputs, {x.shape[0], c.outputs, side(x.shape[2]), side(x.shape[3])},
        {.lists = {
             {"kernel_shape", {c.kernel, c.kernel}},
             {"pads", {pad, pad, pad, pad}},
             {"strides", {c.stride, c.stride}}}});
}

OnnxBuilder::Value OnnxBuilder::linear(const std::string& name, const Value& x, int outputs)
{
    return node(
        "Gemm", {x.name, trained(name + ".weight"), trained(name + ".bias")}, {x.shape[0], outputs},
        {.integers = {{"transB", 1}}});
}

OnnxBuilder::Value OnnxBuilder::batchNorm(const std::string& name, const Value& x)
{
    std::vector<std::string> inputs{x.name};
    for (const char* part : {".weight", ".bias", ".mean", ".variance"})
        inputs.push_back(trained(name + part));
    return node("BatchNormalization", inputs, x.shape, {.numbers = {{"epsilon", 1e-5f}}});
}

// ONNX had no group norm before operator set 18: instances of what belongs together, then scales.
OnnxBuilder::Value OnnxBuilder::groupNorm(const std::string& name, const Value& x, int channels, int groups)
{
    while (channels % groups != 0)
        --groups;
    const auto all = std::size_t(groups);
    const Value grouped = node("Reshape", {x.name, constant({1, groups, -1})}, {1, groups, -1});
    const Value even = node(
        "InstanceNormalization",
        {grouped.name, constant(std::vector<float>(all, 1), {groups}),
         constant(std::vector<float>(all, 0), {groups})},
        grouped.shape, {.numbers = {{"epsilon", 1e-5f}}});
    const Value back = node("Reshape", {even.name, constant(x.shape)}, x.shape);
    for (const char* part : {".weight", ".bias"})
        m_weights.at(name + part).shape = {channels, 1, 1};
    const Value times = node("Mul", {back.name, trained(name + ".weight")}, x.shape);
    return node("Add", {times.name, trained(name + ".bias")}, x.shape);
}

OnnxBuilder::Value OnnxBuilder::relu(const Value& x)
{
    return node("Relu", {x.name}, x.shape);
}

OnnxBuilder::Value OnnxBuilder::silu(const Value& x)
{
    return node("Mul", {x.name, node("Sigmoid", {x.name}, x.shape).name}, x.shape);
}

OnnxBuilder::Value OnnxBuilder::softmax(const Value& x)
{
    return node("Softmax", {x.name}, x.shape, {.integers = {{"axis", -1}}});
}

OnnxBuilder::Value OnnxBuilder::add(const Value& x, const Value& y)
{
    return node("Add", {x.name, y.name}, x.shape);
}

OnnxBuilder::Value OnnxBuilder::addEverywhere(const Value& x, const Value& y, int channels)
{
    return add(x, reshape(y, {channels, 1, 1}));
}

OnnxBuilder::Value OnnxBuilder::scaled(const Value& x, double factor)
{
    return node("Mul", {x.name, constant(std::vector<float>{float(factor)}, {})}, x.shape);
}

OnnxBuilder::Value OnnxBuilder::product(const Value& x, const Value& y)
{
    return node("MatMul", {x.name, y.name}, {x.shape[0], x.shape[1], y.shape[2]});
}

OnnxBuilder::Value OnnxBuilder::transposed(const Value& x)
{
    return node(
        "Transpose", {x.name}, {x.shape[0], x.shape[2], x.shape[1]}, {.lists = {{"perm", {0, 2, 1}}}});
}

OnnxBuilder::Value OnnxBuilder::concat(std::initializer_list<Value> parts)
{
    std::vector<std::string> names;
    std::vector<std::int64_t> shape = parts.begin()->shape;
    shape[1] = 0;
    for (const Value& part : parts) {
        names.push_back(part.name);
        shape[1] += part.shape[1];
    }
    return node("Concat", names, shape, {.integers = {{"axis", 1}}});
}

OnnxBuilder::Value OnnxBuilder::reshape(const Value& x, std::vector<std::int64_t> shape)
{
    shape.insert(shape.begin(), 1);
    return node("Reshape", {x.name, constant(shape)}, shape);
}

OnnxBuilder::Value OnnxBuilder::globalAverage(const Value& x)
{
    const Value mean = node("GlobalAveragePool", {x.name}, {x.shape[0], x.shape[1], 1, 1});
    return node("Flatten", {mean.name}, {x.shape[0], x.shape[1]});
}

OnnxBuilder::Value OnnxBuilder::repeated(const Value& x)
{
    return node(
        "Resize", {x.name, "", constant(std::vector<float>{1, 1, 2, 2}, {4})},
        {x.shape[0], x.shape[1], 2 * x.shape[2], 2 * x.shape[3]},
        {.texts = {
             {"mode", "nearest"},
             {"coordinate_transformation_mode", "asymmetric"},
             {"nearest_mode", "floor"}}});
}

OnnxBuilder::Value OnnxBuilder::depthToSpace(const Value& x)
{
    const auto twice = [](std::int64_t n) { return n < 0 ? n : 2 * n; };
    return node(
        "DepthToSpace", {x.name}, {x.shape[0], x.shape[1] / 4, twice(x.shape[2]), twice(x.shape[3])},
        {.integers = {{"blocksize", 2}}, .texts = {{"mode", "DCR"}}});
}

OnnxBuilder::Value OnnxBuilder::spaceToDepth(const Value& x)
{
    return node(
        "SpaceToDepth", {x.name}, {x.shape[0], 4 * x.shape[1], x.shape[2] / 2, x.shape[3] / 2},
        {.integers = {{"blocksize", 2}}});
}

// (noisy - sqrt(share) clean) / sqrt(1 - share), the share of the signal by its polynomial of the time step.
OnnxBuilder::Value OnnxBuilder::noiseBeside(const Value& noisy, const Value& clean, const Value& time)
{
    const auto scalar = [&](double value) { return constant(std::vector<float>{float(value)}, {1}); };
    const auto coefficients = logSharePolynomial();
    const std::vector<std::int64_t> one{1};
    const Value part = node("Mul", {time.name, scalar(1.0 / timeSteps)}, one);
    std::string sum = scalar(coefficients.back());
    for (std::size_t k = coefficients.size() - 1; k-- > 0;)
        sum = node("Add", {node("Mul", {part.name, sum}, one).name, scalar(coefficients[k])}, one).name;
    const Value share = node("Exp", {sum}, one);
    const Value rest = node("Sub", {scalar(1), share.name}, one);
    const Value signal = node("Mul", {clean.name, node("Sqrt", {share.name}, one).name}, clean.shape);
    const Value noise = node("Sub", {noisy.name, signal.name}, noisy.shape);
    return node("Div", {noise.name, node("Sqrt", {rest.name}, one).name}, noisy.shape);
}

OnnxBuilder::Value OnnxBuilder::waves(const Value& time, int count)
{
    std::vector<float> frequencies;
    for (int i = 0; i < count; ++i)
        frequencies.push_back(float(std::exp(-std::log(10000.0) * i / count)));
    const Value angles = node("Mul", {time.name, constant(frequencies, {1, count})}, {1, count});
    return concat({node("Sin", {angles.name}, {1, count}), node("Cos", {angles.name}, {1, count})});
}

} // namespace sample
