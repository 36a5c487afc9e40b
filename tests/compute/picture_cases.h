#pragma once

#include "core/backend/backend.h"

#include "tests/support/numbers.h"

#include <QString>

/// Ops of networks on pictures, for every backend that has them.
namespace tritloom {

inline Tensor gaussian(Shape shape, unsigned seed, float scale = 1)
{
    std::vector<float> values = fixture::normalValues(TensorType{nullptr, shape}.elements(), seed, scale);
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

struct OpCase {
    std::string name;
    Op op;
    std::vector<Tensor> inputs;
};

inline Op windowed(OpKind kind, Lists lists, double groups = 1)
{
    return {kind, {{"groups", groups}}, std::move(lists)};
}

/// Odd shapes on purpose: one pixel, one channel, sizes that no vector divides, strides that leave a rest.
inline std::vector<OpCase> pictureCases()
{
    std::vector<OpCase> list;
    const auto add = [&](std::string name, Op op, std::vector<Tensor> inputs) {
        list.push_back({std::move(name), std::move(op), std::move(inputs)});
    };
    unsigned seed = 1;
    for (const std::size_t groups : {1, 2, 6}) {
        for (const std::int64_t stride : {1, 2, 3}) {
            for (const std::int64_t dilation : {1, 2}) {
                const auto op = [&](OpKind kind, std::int64_t pad) {
                    return windowed(
                        kind,
                        {{"kernel", {3, 2}},
                         {"strides", {stride, 1}},
                         {"dilations", {dilation, 1}},
                         {"pads", {pad, 0, pad, 1}}},
                        double(groups));
                };
                const std::string name =
                    fmt::format("groups {} stride {} dilation {}", groups, stride, dilation);
                add("convolution " + name, op(OpKind::Convolution, 1),
                    {gaussian({2, 6, 11, 7}, seed), gaussian({12, 6 / groups * 6}, seed + 1),
                     gaussian({12}, seed + 2)});
                add("convolution without bias " + name, op(OpKind::Convolution, 0),
                    {gaussian({1, 6, 11, 7}, seed), gaussian({12, 6 / groups * 6}, seed + 1)});
                add("transposed " + name, op(OpKind::TransposedConvolution, 1),
                    {gaussian({2, 6, 5, 4}, seed), gaussian({12 / groups * 6, 6}, seed + 1),
                     gaussian({12}, seed + 2)});
                seed += 3;
            }
        }
    }
    add("convolution 1d", windowed(OpKind::Convolution, {{"kernel", {5}}, {"pads", {2, 2}}}),
        {gaussian({1, 3, 17}, 1), gaussian({4, 15}, 2), gaussian({4}, 3)});
    add("convolution 3d",
        windowed(OpKind::Convolution, {{"kernel", {2, 3, 3}}, {"pads", {0, 1, 1, 0, 1, 1}}}),
        {gaussian({1, 2, 4, 5, 6}, 1), gaussian({3, 36}, 2), gaussian({3}, 3)});
    add("one pixel", windowed(OpKind::Convolution, {{"kernel", {1, 1}}}),
        {gaussian({1, 64, 1, 1}, 1), gaussian({10, 64}, 2)});
    add("pads before the picture alone",
        windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {2, 2, 0, 0}}}),
        {gaussian({1, 4, 8, 8}, 1), gaussian({4, 36}, 2)});
    add("output padding",
        windowed(
            OpKind::TransposedConvolution,
            {{"kernel", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}, {"outputPadding", {1, 1}}}),
        {gaussian({1, 4, 5, 5}, 1), gaussian({3 * 9, 4}, 2), gaussian({3}, 3)});
    const Tensor picture = gaussian({2, 8, 9, 7}, 5, 2);
    for (int f = 0; f <= int(UnaryFunction::Not); ++f)
        add(fmt::format("unary {}", f), {OpKind::Unary, {{"function", double(f)}, {"a", 0.4}, {"b", 0.9}}},
            {picture});
    for (int f = 0; f <= int(BinaryFunction::Xor); ++f)
        for (const Shape& shape :
             {Shape{2, 8, 9, 7}, {8, 1, 1}, {1, 8, 1, 1}, {7}, {1}, {2, 1, 9, 1}, {2, 1, 1, 1}})
            add(fmt::format("binary {} [{}]", f, fmt::join(shape, ", ")),
                {OpKind::Binary, {{"function", double(f)}}}, {picture, gaussian(shape, 6)});
    add("binary that grows", {OpKind::Binary, {{"function", double(BinaryFunction::Add)}}},
        {gaussian({1, 3}, 1), gaussian({4, 1}, 2)});
    const Tensor scale = gaussian({8}, 1), bias = gaussian({8}, 2), mean = gaussian({8}, 3);
    const Tensor variance = Tensor::adoptFloats({8}, {0.1f, 1, 2, 3, 0.5f, 0.01f, 4, 1});
    add("batch norm", {OpKind::BatchNorm, {{"epsilon", 1e-5}}}, {picture, scale, bias, mean, variance});
    for (const double groups : {1.0, 2.0, 8.0})
        add(fmt::format("group norm {}", groups),
            {OpKind::GroupNorm, {{"groups", groups}, {"epsilon", 1e-5}}}, {picture, scale, bias});
    add("group norm without scale", {OpKind::GroupNorm, {{"groups", 4}, {"epsilon", 1e-5}}}, {picture});
    add("max pool",
        windowed(OpKind::MaxPool, {{"kernel", {3, 2}}, {"strides", {2, 2}}, {"pads", {1, 0, 1, 1}}}),
        {picture});
    Op up = windowed(OpKind::MaxPool, {{"kernel", {2, 2}}, {"strides", {2, 2}}});
    up.attributes["ceil"] = 1;
    add("max pool rounded up", up, {picture});
    add("reshape", {OpKind::Reshape, {}, {{"shape", {2, 504}}}}, {picture});
    const Tensor rows = gaussian({67, 35}, 8);
    add("transpose", {OpKind::Transpose, {}, {{"permutation", {1, 0}}}}, {rows});
    add("transpose of one row", {OpKind::Transpose, {}, {{"permutation", {1, 0}}}}, {gaussian({1, 35}, 8)});
    add("transpose of four dimensions", {OpKind::Transpose, {}, {{"permutation", {0, 2, 3, 1}}}}, {picture});
    for (int axis = 0; axis < 4; ++axis) {
        Shape other{2, 8, 9, 7};
        other[std::size_t(axis)] = 3;
        add(fmt::format("concat {}", axis), {OpKind::Concat, {{"axis", double(axis)}}},
            {picture, gaussian(other, 9), picture});
    }
    add("columns", {OpKind::StridedSlice, {}, {{"starts", {0, 17}}, {"sizes", {67, 18}}, {"steps", {1, 1}}}},
        {rows});
    add("rows from the end",
        {OpKind::StridedSlice, {}, {{"starts", {66, 0}}, {"sizes", {33, 35}}, {"steps", {-2, 1}}}}, {rows});
    add("layer norm", {OpKind::LayerNorm, {{"epsilon", 1e-5}}}, {rows, gaussian({35}, 1), gaussian({35}, 2)});
    for (const auto& [times, name] :
         {std::pair{2.0, "doubled"}, {3.0, "tripled"}, {1.5, "half as large again"}}) {
        Op larger{
            OpKind::Resize,
            {{"mode", double(ResizeMode::Nearest)},
             {"transform", double(ResizeTransform::Asymmetric)},
             {"nearest", double(ResizeNearest::Floor)},
             {"scale2", times},
             {"scale3", times}}};
        larger.lists["sizes"] = {2, 8, std::int64_t(9 * times), std::int64_t(7 * times)};
        add(name, larger, {picture});
        larger.attributes["mode"] = double(ResizeMode::Linear);
        add(fmt::format("{} between", name), larger, {picture});
    }
    for (const std::size_t keys : {1, 7, 130})
        add(fmt::format("attention to all of {}", keys), {OpKind::Attention, {{"heads", 5}, {"causal", 0}}},
            {rows, gaussian({keys, 35}, 3), gaussian({keys, 35}, 4)});
    return list;
}

/// What some backends leave to the reference: those that have an op must agree with it here too.
inline std::vector<OpCase> furtherPictureCases()
{
    std::vector<OpCase> list;
    const auto add = [&](std::string name, Op op, std::vector<Tensor> inputs) {
        list.push_back({std::move(name), std::move(op), std::move(inputs)});
    };
    const Tensor picture = gaussian({2, 8, 9, 7}, 5, 2);
    for (const double counted : {0.0, 1.0})
        for (const double up : {0.0, 1.0}) {
            Op pool = windowed(
                OpKind::AveragePool, {{"kernel", {3, 2}}, {"strides", {2, 3}}, {"pads", {1, 0, 1, 1}}});
            pool.attributes = {{"countPadding", counted}, {"ceil", up}};
            add(fmt::format("average pool, padding {}, ceil {}", counted, up), pool, {picture});
        }
    add("average pool of lines", windowed(OpKind::AveragePool, {{"kernel", {4}}}), {gaussian({2, 3, 11}, 1)});
    add("max pool with dilation", windowed(OpKind::MaxPool, {{"kernel", {2, 3}}, {"dilations", {3, 2}}}),
        {picture});
    const int nearest = int(ResizeMode::Nearest), cubic = int(ResizeMode::Cubic);
    for (int mode = nearest; mode <= cubic; ++mode)
        for (int transform = 0; transform <= int(ResizeTransform::HalfPixelSymmetric); ++transform)
            for (int rule = 0; rule <= (mode == nearest ? int(ResizeNearest::Ceil) : 1); ++rule) {
                Op op{
                    OpKind::Resize,
                    {{"mode", double(mode)},
                     {"transform", double(transform)},
                     {"nearest", double(rule)},
                     {"excludeOutside", double(rule)},
                     {"scale2", 13.0 / 9},
                     {"scale3", 5.0 / 7}},
                    {{"sizes", {2, 8, 13, 5}}}};
                add(fmt::format("resize {} {} {}", mode, transform, rule), op, {picture});
            }
    add("resize a line", {OpKind::Resize, {{"mode", 1}, {"scale2", 2}}, {{"sizes", {1, 3, 10}}}},
        {gaussian({1, 3, 5}, 1)});
    const Tensor small = gaussian({2, 3, 5, 4}, 7);
    for (int mode = 0; mode < 4; ++mode)
        add(fmt::format("pad {}", mode),
            {OpKind::Pad, {{"mode", double(mode)}, {"value", -1.5}}, {{"pads", {0, 1, 2, 3, 0, 0, 3, 1}}}},
            {small});
    add("pad by less than nothing", {OpKind::Pad, {}, {{"pads", {0, 0, -1, 2, 0, 0, 1, -2}}}}, {small});
    for (const Shape& shape : {Shape{2, 3, 5, 4}, {3, 1, 1}, {1}, {2, 1, 1, 4}})
        add(fmt::format("where [{}]", fmt::join(shape, ", ")), {OpKind::Where, {}},
            {Tensor::adoptFloats({5, 1}, {0, 1, 0, 2, 0}), small, gaussian(shape, 9)});
    add("expand", {OpKind::Expand, {}, {{"shape", {4, 2, 3, 5, 7}}}}, {gaussian({2, 1, 5, 1}, 3)});
    for (int f = 0; f <= int(ReduceFunction::SumSquare); ++f)
        for (const std::vector<std::int64_t>& axes :
             {std::vector<std::int64_t>{2, 3}, {1}, {0, 2}, {3}, {0, 1, 2, 3}})
            add(fmt::format("reduce {} over {}", f, fmt::join(axes, ", ")),
                {OpKind::Reduce, {{"function", double(f)}, {"keep", double(f % 2)}}, {{"axes", axes}}},
                {small});
    add("mean of a large plane", {OpKind::Reduce, {}, {{"axes", {2, 3}}}}, {gaussian({1, 2, 101, 97}, 3)});
    for (int axis = 0; axis < 4; ++axis)
        for (const double other : {0.0, 1.0}) {
            add(fmt::format("softmax {} {}", axis, other),
                {OpKind::Softmax, {{"axis", double(axis)}, {"logarithm", other}}}, {small});
            add(fmt::format("arg reduce {} {}", axis, other),
                {OpKind::ArgReduce, {{"axis", double(axis)}, {"largest", other}, {"keep", other}}}, {small});
        }
    const auto product = [&](const std::string& name, Shape a, Shape b) {
        add("mat mul " + name, {OpKind::MatMul, {}}, {gaussian(std::move(a), 1), gaussian(std::move(b), 2)});
    };
    product("of matrices", {37, 19}, {19, 66});
    product("of one row", {1, 5}, {5, 1});
    product("of vectors", {70}, {70});
    product("of a vector and matrices", {7}, {3, 7, 5});
    product("of heads", {2, 3, 33, 8}, {2, 3, 8, 40});
    product("that broadcasts", {4, 1, 5, 6}, {3, 6, 34});
    add("gather channels", {OpKind::Gather, {{"axis", 1}}},
        {picture, Tensor::adoptFloats({4}, {0, -1, 3, 3})});
    add("gather a matrix", {OpKind::Gather, {{"axis", 0}}},
        {small, Tensor::adoptFloats({2, 3}, {0, 1, 1, -2, -1, 0})});
    add("gather one", {OpKind::Gather, {{"axis", 2}}}, {small, Tensor::adoptFloats({}, {3})});
    for (const double first : {0.0, 1.0})
        add(fmt::format("depth to space {}", first),
            {OpKind::DepthToSpace, {{"block", 2}, {"columnsFirst", first}}}, {picture});
    add("blocks of three", {OpKind::DepthToSpace, {{"block", 3}}}, {gaussian({1, 18, 2, 5}, 2)});
    add("space to depth", {OpKind::SpaceToDepth, {{"block", 3}}}, {gaussian({2, 2, 6, 9}, 2)});
    for (const double size : {1.0, 4.0, 5.0})
        add(fmt::format("local response norm {}", size),
            {OpKind::LocalResponseNorm, {{"size", size}, {"alpha", 0.3}, {"beta", 0.6}, {"bias", 1.5}}},
            {picture});
    add("pixels backwards",
        {OpKind::StridedSlice,
         {},
         {{"starts", {1, 0, 8, 6}}, {"sizes", {2, 3, 5, 4}}, {"steps", {-1, 2, -2, -2}}}},
        {picture});
    add("transpose of six dimensions", {OpKind::Transpose, {}, {{"permutation", {0, 4, 2, 5, 3, 1}}}},
        {gaussian({2, 3, 2, 3, 2, 2}, 4)});
    add("many channels", windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {1, 1, 1, 1}}}),
        {gaussian({2, 19, 13, 17}, 1), gaussian({70, 171}, 2, 0.1f), gaussian({70}, 3)});
    add("groups of many",
        windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}}, 2),
        {gaussian({3, 10, 9, 11}, 1), gaussian({66, 45}, 2, 0.2f), gaussian({66}, 3)});
    add("depthwise", windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {1, 1, 1, 1}}}, 11),
        {gaussian({2, 11, 7, 6}, 1), gaussian({11, 9}, 2), gaussian({11}, 3)});
    add("transposed in groups of five channels",
        windowed(
            OpKind::TransposedConvolution,
            {{"kernel", {4, 3}},
             {"strides", {2, 3}},
             {"dilations", {1, 2}},
             {"pads", {1, 2, 0, 1}},
             {"outputPadding", {1, 0}}},
            3),
        {gaussian({2, 15, 5, 6}, 1), gaussian({4 * 12, 15}, 2, 0.3f), gaussian({12}, 3)});
    // Large enough to be cut into pieces: pictures, groups, outputs and rows.
    add("many pictures", windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {1, 1, 1, 0}}}),
        {gaussian({7, 17, 23, 29}, 1), gaussian({33, 153}, 2, 0.1f), gaussian({33}, 3)});
    add("large pictures in groups",
        windowed(OpKind::Convolution, {{"kernel", {3, 2}}, {"strides", {1, 2}}, {"pads", {1, 1, 2, 0}}}, 3),
        {gaussian({2, 36, 61, 67}, 1), gaussian({105, 72}, 2, 0.1f), gaussian({105}, 3)});
    add("large pictures in small groups",
        windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {1, 1, 1, 1}}}, 70),
        {gaussian({2, 140, 67, 89}, 1), gaussian({140, 18}, 2, 0.1f), gaussian({140}, 3)});
    add("a long line",
        windowed(OpKind::Convolution, {{"kernel", {7}}, {"dilations", {2}}, {"pads", {3, 5}}}, 2),
        {gaussian({1, 40, 4001}, 1), gaussian({70, 140}, 2, 0.1f), gaussian({70}, 3)});
    add("a large volume",
        windowed(
            OpKind::Convolution,
            {{"kernel", {3, 3, 2}}, {"strides", {2, 1, 1}}, {"pads", {1, 1, 0, 1, 0, 1}}}),
        {gaussian({1, 16, 17, 23, 21}, 1), gaussian({40, 288}, 2, 0.1f), gaussian({40}, 3)});
    add("transposed large pictures in groups",
        windowed(
            OpKind::TransposedConvolution,
            {{"kernel", {4, 3}}, {"strides", {2, 1}}, {"pads", {1, 0, 1, 1}}, {"outputPadding", {1, 0}}}, 2),
        {gaussian({2, 48, 31, 37}, 1), gaussian({21 * 12, 48}, 2, 0.1f), gaussian({42}, 3)});
    add("transposed 1d", windowed(OpKind::TransposedConvolution, {{"kernel", {5}}, {"strides", {3}}}),
        {gaussian({1, 9, 7}, 1), gaussian({10, 9}, 2)});
    return list;
}

/// What the backend makes of it, or what it says.
inline Result<std::vector<float>> resultOf(Backend& backend, const OpCase& c)
{
    std::vector<DeviceTensor> devices;
    for (const Tensor& input : c.inputs)
        devices.push_back(TRY(backend.upload(input)));
    return TRY(backend.download(TRY(backend.run(c.op, devices, {})))).toFloats();
}

/// Which of the numbers differ too much, in words; nothing where all agree. Large ones may differ by more.
inline QString
differenceOf(const std::vector<float>& actual, const std::vector<float>& expected, float tolerance)
{
    if (actual.size() != expected.size())
        return QString("%1 numbers, expected %2").arg(actual.size()).arg(expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i)
        if (!(std::isnan(actual[i]) && std::isnan(expected[i])) && actual[i] != expected[i]
            && !(std::abs(actual[i] - expected[i]) <= tolerance * std::max(1.0f, std::abs(expected[i]))))
            return QString("[%1]: %2, expected %3").arg(i).arg(actual[i]).arg(expected[i]);
    return {};
}

} // namespace tritloom
