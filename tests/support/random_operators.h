#pragma once

#include "tests/support/random_functions.h"

namespace tritloom::fixture {

struct RandomOperator {
    std::string name; ///< of the operator, with its number
    OnnxNetwork network;
    std::vector<Tensor> inputs; ///< in the graph's order
};

/// All that networks on pictures are made of.
class RandomOperators final : public RandomFunctions {
public:
    explicit RandomOperators(unsigned seed)
        : RandomFunctions(seed)
    {
        addSpatial();
        addProducts();
        addLayout();
    }

    /// A network of this operator in a shape of its own, nothing where there is no way to make one.
    [[nodiscard]] std::optional<RandomOperator> of(const std::string& type, int number)
    {
        const auto found = m_makers.find(type);
        if (found == m_makers.end())
            return std::nullopt;
        const std::vector<int>& versions = found->second.versions;
        m_version = versions[std::size_t(number) % versions.size()];
        m_network = OnnxNetwork(m_version);
        m_inputs.clear();
        const std::string made = found->second.make(type);
        // Floats, and something to compute where the operator only renames.
        m_network.output(m_network.node("Neg", {m_network.node("Cast", {made}, {{"to", {1}}})}));
        return RandomOperator{
            type + " " + std::to_string(number) + ", version " + std::to_string(m_version), m_network, m_inputs};
    }

private:
    /// Attributes of a window over dimensions of at least its reach.
    std::vector<OnnxNetwork::Attribute> window(const Dims& kernel, bool dilates = true)
    {
        Dims strides, dilations, pads;
        for (std::size_t i = 0; i < kernel.size(); ++i) {
            strides.push_back(drawn(1, 3));
            dilations.push_back(dilates ? drawn(1, 2) : 1);
        }
        for (std::size_t i = 0; i < 2 * kernel.size(); ++i)
            pads.push_back(drawn(0, kernel[i % kernel.size()] - 1));
        const bool automatic = !dilates && coin();
        for (std::size_t i = 0; i < kernel.size() && automatic; ++i) // onnxruntime refuses less than no padding
            strides[i] = std::min(strides[i], kernel[i]);
        std::vector<OnnxNetwork::Attribute> list{{"kernel_shape", kernel, true}, {"strides", strides, true}};
        if (dilates)
            list.push_back({"dilations", dilations, true});
        if (automatic)
            list.push_back({"auto_pad", {}, false, NAN, coin() ? "SAME_UPPER" : "SAME_LOWER"});
        else
            list.push_back({"pads", pads, true});
        return list;
    }
    Dims kernel(std::size_t spatial)
    {
        Dims sizes(spatial);
        for (std::int64_t& size : sizes)
            size = drawn(1, 4);
        return sizes;
    }
    /// [batch, channels, ...], large enough for any window.
    Dims picture(std::int64_t channels, std::size_t spatial)
    {
        Dims dims{drawn(1, 2), channels};
        for (std::size_t i = 0; i < spatial; ++i)
            dims.push_back(drawn(8, 13));
        return dims;
    }

    void addSpatial()
    {
        add({"MaxPool", "AveragePool"}, {11, 19}, [this](const std::string& type) {
            const auto spatial = std::size_t(drawn(1, 3));
            auto attributes = window(kernel(spatial), false);
            if (type == "AveragePool")
                attributes.push_back({"count_include_pad", {drawn(0, 1)}});
            if (attributes.back().name != "auto_pad" && attributes[2].name == "pads")
                attributes.push_back({"ceil_mode", {type == "MaxPool" ? drawn(0, 1) : 0}});
            return m_network.node(type, {given(picture(drawn(1, 5), spatial))}, attributes);
        });
        add({"GlobalMaxPool", "GlobalAveragePool"}, {13}, [this](const std::string& type) {
            return m_network.node(type, {given(picture(drawn(1, 5), 2))});
        });
        add({"Resize"}, {11, 13, 19}, [this](const std::string& type) {
            const Dims dims = picture(drawn(1, 3), 2);
            Dims sizes = dims;
            sizes[2] = drawn(3, 25);
            sizes[3] = drawn(3, 25);
            const std::string mode = std::array{"nearest", "linear", "cubic"}[std::size_t(drawn(0, 2))];
            std::vector<OnnxNetwork::Attribute> attributes{
                {"mode", {}, false, NAN, mode},
                {"coordinate_transformation_mode", {}, false, NAN,
                 std::array{"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"}[std::size_t(drawn(0, 3))]}};
            if (mode == "nearest")
                attributes.push_back({"nearest_mode", {}, false, NAN, coin() ? "floor" : "round_prefer_floor"});
            const std::string none = m_network.floats("none", {0}, {});
            if (mode != "nearest" && coin()) { // elsewhere the last bit of a position decides
                const std::vector<float> times{1, 1, float(drawn(4, 30)) / 10, float(drawn(4, 30)) / 10};
                return m_network.node(
                    type, {given(dims), none, m_network.floats("times", {4}, times)}, attributes);
            }
            return m_network.node(type, {given(dims), none, none, ints(sizes)}, attributes);
        });
        add({"Upsample"}, {9}, [this](const std::string& type) {
            return m_network.node(
                type, {given(picture(drawn(1, 3), 2)), m_network.floats("times", {4}, {1, 1, float(drawn(1, 3)), 2})},
                {{"mode", {}, false, NAN, coin() ? "nearest" : "linear"}});
        });
        add({"DepthToSpace", "SpaceToDepth"}, {13}, [this](const std::string& type) {
            const std::int64_t block = drawn(1, 3), channels = drawn(1, 3);
            const bool up = type == "DepthToSpace";
            const Dims dims{drawn(1, 2), up ? channels * block * block : channels, block * drawn(1, 4), block * drawn(1, 4)};
            std::vector<OnnxNetwork::Attribute> attributes{{"blocksize", {block}}};
            if (up)
                attributes.push_back({"mode", {}, false, NAN, coin() ? "DCR" : "CRD"});
            return m_network.node(type, {given(dims)}, attributes);
        });
        add({"Pad"}, {11, 19}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 4);
            Dims pads(2 * dims.size());
            for (std::int64_t& each : pads)
                each = drawn(0, 3);
            const std::size_t most = m_version >= 19 ? 3 : 2;
            return m_network.node(
                type, {given(dims), ints(pads)},
                {{"mode", {}, false, NAN,
                  std::array{"constant", "reflect", "edge", "wrap"}[std::size_t(drawn(0, std::int64_t(most)))]}});
        });
    }

    void addProducts()
    {
        add({"Conv"}, {11}, [this](const std::string& type) {
            const auto spatial = std::size_t(drawn(1, 3));
            const std::int64_t groups = drawn(1, 3), inputs = groups * drawn(1, 4), outputs = groups * drawn(1, 5);
            const Dims size = kernel(spatial);
            Dims w{outputs, inputs / groups};
            w.insert(w.end(), size.begin(), size.end());
            auto attributes = window(size, coin());
            attributes.push_back({"group", {groups}});
            std::vector<std::string> read{given(picture(inputs, spatial)), weights(w)};
            if (coin())
                read.push_back(weights({outputs}));
            return m_network.node(type, read, attributes);
        });
        add({"ConvTranspose"}, {11}, [this](const std::string& type) {
            const auto spatial = std::size_t(drawn(1, 2));
            const std::int64_t groups = drawn(1, 3), inputs = groups * drawn(1, 4), outputs = groups * drawn(1, 5);
            const Dims size = kernel(spatial);
            Dims w{inputs, outputs / groups};
            w.insert(w.end(), size.begin(), size.end());
            auto attributes = window(size);
            attributes.push_back({"group", {groups}});
            attributes.push_back({"output_padding", Dims(spatial, 0), true});
            std::vector<std::string> read{given(picture(inputs, spatial)), weights(w)};
            if (coin())
                read.push_back(weights({outputs}));
            return m_network.node(type, read, attributes);
        });
        add({"Gemm"}, {13}, [this](const std::string& type) {
            const std::int64_t m = drawn(1, 9), k = drawn(1, 40), n = drawn(1, 20);
            const bool a = coin(), b = coin();
            return m_network.node(
                type,
                {given(a ? Dims{k, m} : Dims{m, k}), weights(b ? Dims{n, k} : Dims{k, n}),
                 weights(coin() ? Dims{n} : Dims{m, 1})},
                {{"transA", {a}}, {"transB", {b}}, {"alpha", {}, false, 0.5}, {"beta", {}, false, 1.5}});
        });
        add({"Einsum"}, {13}, [this](const std::string& type) {
            std::map<char, std::int64_t> sizes;
            const auto letters = [&](const std::string& of) {
                Dims dims;
                for (const char letter : of)
                    dims.push_back(sizes.try_emplace(letter, drawn(1, 6)).first->second);
                return given(dims);
            };
            const auto& [left, right, result] = std::array<std::array<std::string, 3>, 6>{
                {{"bhid", "bhjd", "bhij"},
                 {"bhij", "bhjd", "bihd"},
                 {"bdhn", "bdhm", "bhnm"},
                 {"ij", "k", "kji"},
                 {"bij", "bik", "b"},
                 {"bcxy", "", "ybx"}}}[std::size_t(drawn(0, 5))];
            std::vector<std::string> read{letters(left)};
            if (!right.empty())
                read.push_back(letters(right));
            return m_network.node(
                type, read, {{"equation", {}, false, NAN, left + (right.empty() ? "" : "," + right) + "->" + result}});
        });
        add({"Attention"}, {23}, [this](const std::string& type) {
            const std::int64_t batch = drawn(1, 2), keyHeads = drawn(1, 3), heads = keyHeads * drawn(1, 2),
                               queries = drawn(1, 7), keys = drawn(1, 7), size = drawn(1, 8);
            const auto in = [&](std::int64_t tokens, std::int64_t count, bool isFlat) {
                return given(isFlat ? Dims{batch, tokens, count * size} : Dims{batch, count, tokens, size});
            };
            const bool isFlat = coin();
            std::vector<std::string> read{
                in(queries, heads, isFlat), in(keys, keyHeads, isFlat), in(keys, keyHeads, isFlat)};
            if (coin())
                read.push_back(given({queries, keys}));
            std::vector<OnnxNetwork::Attribute> attributes{{"is_causal", {drawn(0, 1)}}};
            if (isFlat) {
                attributes.push_back({"q_num_heads", {heads}});
                attributes.push_back({"kv_num_heads", {keyHeads}});
            }
            if (coin())
                attributes.push_back({"scale", {}, false, 0.3});
            return m_network.node(type, read, attributes);
        });
        add({"MatMul"}, {13}, [this](const std::string& type) {
            const std::int64_t m = drawn(1, 9), k = drawn(1, 40), n = drawn(1, 20), heads = drawn(1, 4);
            if (coin())
                return m_network.node(type, {given({heads, m, k}), weights({k, n})});
            return m_network.node(type, {given({drawn(1, 2), heads, m, k}), given({coin() ? heads : 1, k, n})});
        });
    }

    void addLayout()
    {
        add({"Constant"}, {13}, [this](const std::string& type) {
            return m_network.node("Add", {given(shape()), m_network.node(type, {}, {{"value_float", {}, false, 1.5}})});
        });
        add({"ConstantOfShape"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node("Add", {given(dims), m_network.node(type, {ints(dims)})});
        });
        add({"Shape", "Size"}, {13}, [this](const std::string& type) { // beside the value that it is the shape of
            const std::string x = given(shape(4, 4));
            const std::string sizes = m_network.node("Cast", {m_network.node(type, {x})}, {{"to", {1}}});
            return m_network.node("Add", {m_network.node("ReduceMax", {x}, {{"axes", {3}, true}, {"keepdims", {0}}}),
                                          m_network.node("ReduceMax", {sizes})});
        });
        add({"Reshape"}, {13}, [this](const std::string& type) {
            const Dims dims = shape(3, 4);
            return m_network.node(type, {given(dims), ints({0, -1, dims.back()})});
        });
        add({"Flatten"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(dims)}, {{"axis", {axis(dims)}}});
        });
        add({"Squeeze", "Unsqueeze"}, {11, 13}, [this](const std::string& type) {
            Dims dims = shape(3, 4), axes{drawn(0, 2)};
            if (type == "Squeeze")
                dims[std::size_t(axes[0])] = 1;
            const std::string x = given(dims);
            return m_version < 13 ? m_network.node(type, {x}, {{"axes", axes, true}})
                                  : m_network.node(type, {x, ints(axes)});
        });
        add({"Transpose"}, {13}, [this](const std::string& type) {
            const Dims dims = shape(2, 5);
            Dims order(dims.size());
            for (std::size_t i = 0; i < order.size(); ++i)
                order[i] = std::int64_t(i);
            std::shuffle(order.begin(), order.end(), m_random);
            return m_network.node(type, {given(dims)}, {{"perm", order, true}});
        });
        add({"Concat"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            const std::int64_t along = axis(dims);
            Dims other = dims;
            other[std::size_t(along < 0 ? along + std::int64_t(dims.size()) : along)] = drawn(1, 9);
            return m_network.node(type, {given(dims), given(other), given(dims)}, {{"axis", {along}}});
        });
        add({"Slice"}, {13}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 4);
            const std::int64_t step = coin() ? drawn(1, 3) : -drawn(1, 3);
            return m_network.node(
                type, {given(dims), ints({step > 0 ? drawn(0, 2) : -1}), ints({step > 0 ? 100 : drawn(0, 1)}),
                       ints({axis(dims)}), ints({step})});
        });
        add({"Split"}, {13}, [this](const std::string& type) {
            Dims dims = shape(2, 4, 3);
            const std::int64_t along = drawn(0, std::int64_t(dims.size()) - 1), size = dims[std::size_t(along)];
            const std::int64_t first = drawn(1, size - 1);
            const std::string left = m_network.node(type, {given(dims), ints({first, size - first})}, {{"axis", {along}}});
            m_network.graph().mutable_node(m_network.graph().node_size() - 1)->add_output("right");
            return m_network.node("Concat", {"right", left}, {{"axis", {along}}});
        });
        add({"Gather"}, {13}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 2);
            return m_network.node(type, {given(dims), ints({0, -1, 1})}, {{"axis", {axis(dims)}}});
        });
        add({"Expand"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            return m_network.node(type, {given(broadcast(dims)), ints(dims)});
        });
        add({"Tile"}, {13}, [this](const std::string& type) {
            const Dims dims = shape();
            Dims times(dims.size());
            for (std::int64_t& each : times)
                each = drawn(1, 3);
            return m_network.node(type, {given(dims), ints(times)});
        });
        add({"Trilu"}, {14}, [this](const std::string& type) {
            const Dims dims = shape(2, 4, 5);
            std::vector<std::string> inputs{given(dims)};
            if (coin())
                inputs.push_back(m_network.whole("k" + inputs[0], {drawn(-3, 3)}, true));
            return m_network.node(type, inputs, {{"upper", {drawn(0, 1)}}});
        });
        add({"Range"}, {13}, [this](const std::string& type) {
            const std::int64_t count = drawn(1, 9);
            const auto one = [this](const char* name, std::int64_t value) { return m_network.whole(name, {value}, true); };
            const std::string list = m_network.node(type, {one("from", 3), one("to", 3 + 2 * count), one("by", 2)});
            return m_network.node("Add", {given({2, count}), m_network.node("Cast", {list}, {{"to", {1}}})});
        });
    }
};

} // namespace tritloom::fixture
