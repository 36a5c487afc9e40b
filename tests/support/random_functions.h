#pragma once

#include "tests/support/onnx_network.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <optional>

/// Networks of one ONNX operator each, on values of shapes drawn from a seed: what another program computes from
/// the same file must be the same. Here what they are drawn by, functions and reductions.
namespace tritloom::fixture {

class RandomFunctions {
protected:
    explicit RandomFunctions(unsigned seed)
        : m_random(seed)
    {
        addFunctions();
        addReductions();
    }

    using Dims = std::vector<std::int64_t>;
    struct Maker {
        std::vector<int> versions;
        std::function<std::string(const std::string& type)> make;
    };

    std::int64_t drawn(std::int64_t least, std::int64_t most)
    {
        return std::uniform_int_distribution<std::int64_t>(least, most)(m_random);
    }
    bool coin() { return drawn(0, 1) == 1; }
    Dims shape(std::int64_t least = 2, std::int64_t most = 4, std::int64_t smallest = 1)
    {
        Dims dims(std::size_t(drawn(least, most)));
        for (std::int64_t& size : dims)
            size = drawn(smallest, 9);
        return dims;
    }
    /// An input of the graph; of normal numbers, or of what `value` makes of one.
    std::string
    given(const Dims& dims, const std::function<float(float)>& value = [](float x) { return 2 * x; })
    {
        std::size_t count = 1;
        for (const std::int64_t size : dims)
            count *= std::size_t(size);
        std::vector<float> values(count);
        for (float& each : values)
            each = value(std::normal_distribution<float>(0, 1)(m_random));
        m_inputs.push_back(Tensor::adoptFloats(Shape(dims.begin(), dims.end()), std::move(values)));
        return m_network.input("input" + std::to_string(m_inputs.size()), dims);
    }
    static float positive(float x) { return std::abs(x) + 0.1f; }
    static float whole(float x) { return std::round(2 * x); }
    std::string truth(const Dims& dims) { return m_network.node("Cast", {given(dims, whole)}, {{"to", {9}}}); }
    std::string ints(const Dims& values)
    {
        return m_network.whole("whole" + std::to_string(m_network.graph().initializer_size()), values);
    }
    std::string weights(const Dims& dims, double deviation = 0.4, double mean = 0)
    {
        return m_network.random(
            "weights" + std::to_string(m_network.graph().initializer_size()), dims, deviation, mean);
    }
    /// A shape that broadcasts with `dims`.
    Dims broadcast(const Dims& dims)
    {
        Dims other(dims.begin() + drawn(0, std::int64_t(dims.size()) - 1), dims.end());
        for (std::int64_t& size : other)
            size = coin() ? size : 1;
        return other;
    }
    std::int64_t axis(const Dims& dims)
    {
        const auto rank = std::int64_t(dims.size());
        return drawn(-rank, rank - 1);
    }

    void add(
        const std::vector<std::string>& types, std::vector<int> versions,
        std::function<std::string(const std::string& type)> make)
    {
        for (const std::string& type : types)
            m_makers[type] = {versions, make};
    }

    void addFunctions()
    {
        const auto plain = [this](const std::string& type) { return m_network.node(type, {given(shape())}); };
        add({"Relu", "Sigmoid", "Tanh", "Softplus", "Softsign", "Exp", "Abs", "Neg", "Floor", "Ceil", "Round", "Sign",
             "Erf", "Sin", "Cos", "Identity", "Dropout"},
            {13, 21}, plain);
        add({"HardSwish", "Mish", "Gelu"}, {20}, plain);
        add({"Swish"}, {24}, [this](const std::string& type) {
            return m_network.node(type, {given(shape())}, {{"alpha", {}, false, coin() ? 1.0 : 0.7}});
        });
        add({"Selu", "Celu", "Elu", "LeakyRelu", "ThresholdedRelu"}, {16}, [this](const std::string& type) {
            return m_network.node(type, {given(shape())}, {{"alpha", {}, false, 0.2 + 0.1 * double(drawn(1, 9))}});
        });
        add({"HardSigmoid"}, {16}, [this](const std::string& type) {
            return m_network.node(
                type, {given(shape())}, {{"alpha", {}, false, 0.3}, {"beta", {}, false, 0.1 * double(drawn(1, 9))}});
        });
        add({"Shrink"}, {16}, [this](const std::string& type) {
            return m_network.node(type, {given(shape())}, {{"lambd", {}, false, 0.7}, {"bias", {}, false, 0.2}});
        });
        add({"Log", "Sqrt", "Reciprocal"}, {13},
            [this](const std::string& type) { return m_network.node(type, {given(shape(), positive)}); });
        add({"Clip"}, {13}, [this](const std::string& type) {
            return m_network.node(
                type, {given(shape()), m_network.floats("least", {}, {-0.5f}), m_network.floats("most", {}, {1.5f})});
        });
        add({"Add", "Sub", "Mul", "Div", "Max", "Min", "PRelu"}, {13, 20}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims), given(broadcast(dims))});
        });
        add({"Pow"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims, positive), given(broadcast(dims))});
        });
        add({"Sum", "Mean"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims), given(broadcast(dims)), given(broadcast(dims))});
        });
        add({"Mod"}, {13}, [this](const std::string& type) { // of floats ONNX has C's only
            const Dims dims = shape();
            const auto wholes = [&](const std::string& x) { return m_network.node("Cast", {x}, {{"to", {7}}}); };
            return m_network.node(
                type, {wholes(given(dims, whole)), wholes(given(broadcast(dims), [](float x) {
                           return std::round(std::abs(3 * x)) + 1;
                       }))});
        });
        add({"Equal", "Greater", "Less", "GreaterOrEqual", "LessOrEqual"}, {16}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims, whole), given(broadcast(dims), whole)});
        });
        add({"And", "Or", "Xor"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {truth(dims), truth(broadcast(dims))});
        });
        add({"Not"}, {13}, [this](const std::string& type) { return m_network.node(type, {truth(shape())}); });
        add({"Where"}, {16}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {truth(broadcast(dims)), given(dims), given(broadcast(dims))});
        });
        add({"Cast", "CastLike"}, {15}, [this](const std::string& type) {
            const std::string x = given(shape());
            return type == "Cast" ? m_network.node(type, {x}, {{"to", {7}}}) : m_network.node(type, {x, ints({1})});
        });
        add({"QuantizeLinear", "DequantizeLinear"}, {13, 21}, [this](const std::string&) {
            const std::string step = m_network.floats("step", {}, {0.05f});
            auto& zero = *m_network.graph().add_initializer();
            zero.set_name("zero");
            zero.set_data_type(::onnx::TensorProto::UINT8);
            zero.set_raw_data(std::string(1, char(drawn(0, 255))));
            // Between two levels, never half-way.
            const std::string x
                = given(shape(), [](float v) { return 0.05f * (std::round(30 * v) + 0.3f); });
            return m_network.node("DequantizeLinear", {m_network.node("QuantizeLinear", {x, step, "zero"}), step, "zero"});
        });
    }

    void addReductions()
    {
        add({"Softmax", "LogSoftmax"}, {11, 13, 21}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims)}, {{"axis", {axis(dims)}}});
        });
        add({"ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1", "ReduceL2", "ReduceLogSum",
             "ReduceLogSumExp", "ReduceSumSquare", "ReduceSum"},
            {11, 20}, [this](const std::string& type) {
                const Dims dims = shape();
                Dims axes{axis(dims)};
                const std::string x = given(dims, type == "ReduceLogSum" ? &positive : [](float v) { return 2 * v; });
                const OnnxNetwork::Attribute keep{"keepdims", {drawn(0, 1)}};
                if (m_version < 13)
                    return m_network.node(type, {x}, {keep, {"axes", axes, true}});
                return m_network.node(type, {x, ints(axes)}, {keep});
            });
        add({"ArgMax", "ArgMin"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims)}, {{"axis", {axis(dims)}}, {"keepdims", {drawn(0, 1)}}});
        });
        add({"BatchNormalization"}, {9, 15}, [this](const std::string&) {
            const Dims dims = shape(3, 4);
            return m_network.batchNorm("norm", given(dims), dims[1]);
        });
        add({"InstanceNormalization"}, {13}, [this](const std::string& type) {
            const Dims dims = shape(3, 4, 2);
            return m_network.node(type, {given(dims), weights({dims[1]}, 0.3, 1), weights({dims[1]})});
        });
        add({"GroupNormalization"}, {21}, [this](const std::string& type) {
            Dims dims = shape(4, 4, 2);
            const std::int64_t groups = drawn(1, 3);
            dims[1] = groups * drawn(1, 4);
            return m_network.node(
                type, {given(dims), weights({dims[1]}, 0.3, 1), weights({dims[1]})}, {{"num_groups", {groups}}});
        });
        add({"LayerNormalization"}, {17}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 2);
            const std::int64_t from = drawn(1, std::int64_t(dims.size()) - 1);
            const Dims back(dims.begin() + from, dims.end());
            return m_network.node(type, {given(dims), weights(back, 0.3, 1), weights(back)}, {{"axis", {from}}});
        });
        add({"RMSNormalization"}, {23}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 2);
            const std::int64_t from = drawn(1, std::int64_t(dims.size()) - 1);
            return m_network.node(
                type, {given(dims), weights(Dims(dims.begin() + from, dims.end()), 0.3, 1)}, {{"axis", {from}}});
        });
        add({"LRN"}, {13}, [this](const std::string& type) {
            return m_network.node(
                type, {given(shape(4, 4))},
                {{"size", {2 * drawn(0, 3) + 1}}, {"alpha", {}, false, 0.3}, {"bias", {}, false, 1.5}});
        });
    }

    std::mt19937 m_random;
    std::map<std::string, Maker> m_makers;
    int m_version = 13;
    OnnxNetwork m_network;
    std::vector<Tensor> m_inputs;
};

} // namespace tritloom::fixture
