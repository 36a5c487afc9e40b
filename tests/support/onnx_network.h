#pragma once

#include "core/tensor/tensor.h"

#define ONNX_ML 1
#include <onnx/onnx_pb.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <random>

/// Writes small ONNX networks for tests: nodes are added in order, weights are drawn from a seeded generator.
class OnnxNetwork {
public:
    explicit OnnxNetwork(int operatorSet = 13)
    {
        m_model.set_ir_version(operatorSet >= 21 ? 10 : 7);
        m_model.set_producer_name("tritloom tests");
        m_model.add_opset_import()->set_version(operatorSet);
        graph().set_name("network");
    }

    ::onnx::ModelProto& model() { return m_model; }
    ::onnx::GraphProto& graph() { return *m_model.mutable_graph(); }

    static void
    describe(::onnx::ValueInfoProto& info, const std::string& name, const std::vector<std::int64_t>& dims)
    {
        info.set_name(name);
        auto& tensor = *info.mutable_type()->mutable_tensor_type();
        tensor.set_elem_type(::onnx::TensorProto::FLOAT);
        for (const std::int64_t size : dims)
            tensor.mutable_shape()->add_dim()->set_dim_value(size);
    }
    std::string input(const std::string& name, const std::vector<std::int64_t>& dims)
    {
        describe(*graph().add_input(), name, dims);
        return name;
    }
    void output(const std::string& name) { describe(*graph().add_output(), name, {}); }

    std::string
    floats(const std::string& name, const std::vector<std::int64_t>& dims, const std::vector<float>& values)
    {
        auto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(::onnx::TensorProto::FLOAT);
        for (const std::int64_t size : dims)
            tensor.add_dims(size);
        tensor.set_raw_data(values.data(), values.size() * sizeof(float));
        return name;
    }
    std::string whole(const std::string& name, const std::vector<std::int64_t>& values, bool isScalar = false)
    {
        auto& tensor = *graph().add_initializer();
        tensor.set_name(name);
        tensor.set_data_type(::onnx::TensorProto::INT64);
        if (!isScalar)
            tensor.add_dims(std::int64_t(values.size()));
        tensor.set_raw_data(values.data(), values.size() * sizeof(std::int64_t));
        return name;
    }
    /// Normal numbers times `deviation`, around `mean`.
    std::string
    random(const std::string& name, const std::vector<std::int64_t>& dims, double deviation, double mean = 0)
    {
        std::size_t count = 1;
        for (const std::int64_t size : dims)
            count *= std::size_t(size);
        std::vector<float> values(count);
        for (float& value : values)
            value = float(mean + deviation * m_normal(m_random));
        return floats(name, dims, values);
    }

    struct Attribute {
        std::string name;
        std::vector<std::int64_t> integers; ///< one: an INT unless isList
        bool isList = false;
        double number = NAN;
        std::string text = {};
    };
    std::string node(
        const std::string& type, const std::vector<std::string>& inputs,
        const std::vector<Attribute>& attributes = {})
    {
        auto& node = *graph().add_node();
        node.set_op_type(type);
        const std::string name = type + "_" + std::to_string(graph().node_size());
        node.set_name(name);
        for (const std::string& input : inputs)
            node.add_input(input);
        for (const Attribute& given : attributes) {
            auto& attribute = *node.add_attribute();
            attribute.set_name(given.name);
            if (!given.text.empty()) {
                attribute.set_type(::onnx::AttributeProto::STRING);
                attribute.set_s(given.text);
            } else if (!std::isnan(given.number)) {
                attribute.set_type(::onnx::AttributeProto::FLOAT);
                attribute.set_f(float(given.number));
            } else if (given.isList) {
                attribute.set_type(::onnx::AttributeProto::INTS);
                for (const std::int64_t value : given.integers)
                    attribute.add_ints(value);
            } else {
                attribute.set_type(::onnx::AttributeProto::INT);
                attribute.set_i(given.integers.at(0));
            }
        }
        node.add_output(name + "_y");
        return name + "_y";
    }

    /// Weights and bias are made: NAME.weight [outputs, inputs / groups, kernel, kernel], NAME.bias.
    std::string convolution(
        const std::string& name, const std::string& x, std::int64_t inputs, std::int64_t outputs,
        std::int64_t kernel, std::int64_t groups = 1, std::int64_t stride = 1, bool bias = true)
    {
        std::vector<std::string> given{
            x,
            random(
                name + ".weight", {outputs, inputs / groups, kernel, kernel},
                1.4 / std::sqrt(double(inputs / groups * kernel * kernel)))};
        if (bias)
            given.push_back(random(name + ".bias", {outputs}, 0.1));
        const std::int64_t pad = kernel / 2;
        return node(
            "Conv", given,
            {{"kernel_shape", {kernel, kernel}, true},
             {"pads", {pad, pad, pad, pad}, true},
             {"strides", {stride, stride}, true},
             {"group", {groups}}});
    }
    std::string batchNorm(const std::string& name, const std::string& x, std::int64_t channels)
    {
        return node(
            "BatchNormalization",
            {x, random(name + ".weight", {channels}, 0.2, 1), random(name + ".bias", {channels}, 0.2),
             random(name + ".mean", {channels}, 0.2), random(name + ".variance", {channels}, 0.1, 1)},
            {{"epsilon", {}, false, 1e-5}});
    }

    void save(const std::filesystem::path& path) const
    {
        std::ofstream file(path, std::ios::binary | std::ios::trunc);
        m_model.SerializeToOstream(&file);
    }

private:
    ::onnx::ModelProto m_model;
    std::mt19937 m_random{20240607};
    std::normal_distribution<double> m_normal;
};

/// Two classes of layers: plain and depthwise convolutions, a norm, a product behind them. [1, 3, 16, 16] ->
/// [1, 10].
inline OnnxNetwork smallClassifier(int operatorSet = 13)
{
    OnnxNetwork n(operatorSet);
    std::string x = n.input("picture", {1, 3, 16, 16});
    x = n.node("Relu", {n.batchNorm("norm1", n.convolution("conv1", x, 3, 8, 3, 1, 1, false), 8)});
    x = n.node("MaxPool", {x}, {{"kernel_shape", {2, 2}, true}, {"strides", {2, 2}, true}});
    x = n.node("Relu", {n.convolution("depthwise", x, 8, 8, 3, 8)});
    x = n.node("Relu", {n.convolution("pointwise", x, 8, 32, 1)});
    x = n.node("GlobalAveragePool", {x});
    x = n.node("Flatten", {x}, {{"axis", {1}}});
    x = n.node(
        "Gemm", {x, n.random("head.weight", {10, 32}, 0.3), n.random("head.bias", {10}, 0.1)},
        {{"transB", {1}}});
    n.output(x);
    return n;
}

/// Super-resolution times two: [1, 1, 12, 14] -> [1, 1, 24, 28], with a transposed convolution on the way.
inline OnnxNetwork smallUpscaler(int operatorSet = 13)
{
    OnnxNetwork n(operatorSet);
    std::string x = n.input("picture", {1, 1, 12, 14});
    x = n.node("LeakyRelu", {n.convolution("conv1", x, 1, 12, 5)}, {{"alpha", {}, false, 0.1}});
    x = n.node("PRelu", {n.convolution("conv2", x, 12, 8, 3), n.random("slopes", {8, 1, 1}, 0.1, 0.2)});
    const std::string up = n.node(
        "ConvTranspose", {x, n.random("up.weight", {8, 4, 4, 4}, 0.15), n.random("up.bias", {4}, 0.1)},
        {{"kernel_shape", {4, 4}, true}, {"pads", {1, 1, 1, 1}, true}, {"strides", {2, 2}, true}});
    x = n.node(
        "DepthToSpace", {n.convolution("conv3", n.node("Relu", {up}), 4, 4, 3, 1, 2)},
        {{"blocksize", {2}}, {"mode", {}, false, NAN, "CRD"}});
    n.output(x);
    return n;
}

/// Products of matrices whose inner size is no multiple of a block: [1, 1, 8, 10] -> [1, 7].
inline OnnxNetwork smallPerceptron(int operatorSet = 13)
{
    OnnxNetwork n(operatorSet);
    std::string x = n.input("picture", {1, 1, 8, 10});
    // The batch as exporters take it: one number out of the shape.
    const std::string batch = n.node("Gather", {n.node("Shape", {x}), n.whole("zero", {0}, true)});
    x = n.node(
        "Reshape",
        {x,
         n.node(
             "Concat", {n.node("Unsqueeze", {batch, n.whole("axes", {0})}), n.whole("rest", {80})},
             {{"axis", {0}}})});
    x = n.node("MatMul", {x, n.random("first", {80, 96}, 0.15)});
    x = n.node("Relu", {n.node("Add", {x, n.random("first.bias", {96}, 0.1)})});
    x = n.node("MatMul", {x, n.random("second", {96, 33}, 0.15)});
    x = n.node("Relu", {x});
    x = n.node("Gemm", {x, n.random("third", {33, 7}, 0.2), n.random("third.bias", {7}, 0.1)});
    n.output(x);
    return n;
}
