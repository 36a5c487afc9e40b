#include "compute/cpu/cpu_backend.h"
#include "core/backend/backend.h"

#include <QTest>

#include <random>

using namespace tritloom;

namespace {

Tensor gaussian(Shape shape, unsigned seed, float scale = 1)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, scale);
    std::vector<float> values(TensorType{nullptr, shape}.elements());
    for (float& value : values)
        value = normal(random);
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

struct Case {
    std::string name;
    Op op;
    std::vector<Tensor> inputs;
};

Op windowed(OpKind kind, Lists lists, double groups = 1)
{
    return {kind, {{"groups", groups}}, std::move(lists)};
}

/// Odd shapes on purpose: one pixel, one channel, sizes that no vector divides, strides that leave a rest.
std::vector<Case> cases()
{
    std::vector<Case> list;
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
                        {{"kernel", {3, 2}}, {"strides", {stride, 1}}, {"dilations", {dilation, 1}}, {"pads", {pad, 0, pad, 1}}},
                        double(groups));
                };
                const std::string name = fmt::format("groups {} stride {} dilation {}", groups, stride, dilation);
                add("convolution " + name, op(OpKind::Convolution, 1),
                    {gaussian({2, 6, 11, 7}, seed), gaussian({12, 6 / groups * 6}, seed + 1), gaussian({12}, seed + 2)});
                add("convolution without bias " + name, op(OpKind::Convolution, 0),
                    {gaussian({1, 6, 11, 7}, seed), gaussian({12, 6 / groups * 6}, seed + 1)});
                add("transposed " + name, op(OpKind::TransposedConvolution, 1),
                    {gaussian({2, 6, 5, 4}, seed), gaussian({12 / groups * 6, 6}, seed + 1), gaussian({12}, seed + 2)});
                seed += 3;
            }
        }
    }
    add("convolution 1d", windowed(OpKind::Convolution, {{"kernel", {5}}, {"pads", {2, 2}}}),
        {gaussian({1, 3, 17}, 1), gaussian({4, 15}, 2), gaussian({4}, 3)});
    add("convolution 3d", windowed(OpKind::Convolution, {{"kernel", {2, 3, 3}}, {"pads", {0, 1, 1, 0, 1, 1}}}),
        {gaussian({1, 2, 4, 5, 6}, 1), gaussian({3, 36}, 2), gaussian({3}, 3)});
    add("one pixel", windowed(OpKind::Convolution, {{"kernel", {1, 1}}}), {gaussian({1, 64, 1, 1}, 1), gaussian({10, 64}, 2)});
    add("pads before the picture alone", windowed(OpKind::Convolution, {{"kernel", {3, 3}}, {"pads", {2, 2, 0, 0}}}),
        {gaussian({1, 4, 8, 8}, 1), gaussian({4, 36}, 2)});
    add("output padding",
        windowed(OpKind::TransposedConvolution, {{"kernel", {3, 3}}, {"strides", {2, 2}}, {"pads", {1, 1, 1, 1}}, {"outputPadding", {1, 1}}}),
        {gaussian({1, 4, 5, 5}, 1), gaussian({3 * 9, 4}, 2), gaussian({3}, 3)});
    const Tensor picture = gaussian({2, 8, 9, 7}, 5, 2);
    for (int f = 0; f <= int(UnaryFunction::Not); ++f)
        add(fmt::format("unary {}", f), {OpKind::Unary, {{"function", double(f)}, {"a", 0.4}, {"b", 0.9}}}, {picture});
    for (int f = 0; f <= int(BinaryFunction::Xor); ++f)
        for (const Shape& shape : {Shape{2, 8, 9, 7}, {8, 1, 1}, {1, 8, 1, 1}, {7}, {1}, {2, 1, 9, 1}, {2, 1, 1, 1}})
            add(fmt::format("binary {} [{}]", f, fmt::join(shape, ", ")), {OpKind::Binary, {{"function", double(f)}}},
                {picture, gaussian(shape, 6)});
    add("binary that grows", {OpKind::Binary, {{"function", double(BinaryFunction::Add)}}}, {gaussian({1, 3}, 1), gaussian({4, 1}, 2)});
    const Tensor scale = gaussian({8}, 1), bias = gaussian({8}, 2), mean = gaussian({8}, 3);
    const Tensor variance = Tensor::adoptFloats({8}, {0.1f, 1, 2, 3, 0.5f, 0.01f, 4, 1});
    add("batch norm", {OpKind::BatchNorm, {{"epsilon", 1e-5}}}, {picture, scale, bias, mean, variance});
    for (const double groups : {1.0, 2.0, 8.0})
        add(fmt::format("group norm {}", groups), {OpKind::GroupNorm, {{"groups", groups}, {"epsilon", 1e-5}}}, {picture, scale, bias});
    add("group norm without scale", {OpKind::GroupNorm, {{"groups", 4}, {"epsilon", 1e-5}}}, {picture});
    add("max pool", windowed(OpKind::MaxPool, {{"kernel", {3, 2}}, {"strides", {2, 2}}, {"pads", {1, 0, 1, 1}}}), {picture});
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

std::vector<float> run(Backend& backend, const Case& c)
{
    std::vector<DeviceTensor> devices;
    for (const Tensor& input : c.inputs)
        devices.push_back(backend.upload(input).value());
    const auto result = backend.run(c.op, devices, {});
    if (!result)
        qFatal("%s", result.error().message.c_str());
    return backend.download(*result).value().toFloats();
}

} // namespace

/// Every CPU op of networks on pictures agrees with the reference.
class PictureConformanceTest : public QObject {
    Q_OBJECT

private slots:
    void opsAgreeWithTheReference_data()
    {
        QTest::addColumn<int>("index");
        const std::vector<Case> list = cases();
        for (std::size_t i = 0; i < list.size(); ++i)
            QTest::addRow("%s", list[i].name.c_str()) << int(i);
    }
    void opsAgreeWithTheReference()
    {
        QFETCH(int, index);
        static const std::vector<Case> list = cases();
        const Case& c = list[std::size_t(index)];
        const std::vector<float> expected = run(*makeReferenceBackend(), c), actual = run(*makeCpuBackend().value(), c);
        QCOMPARE(actual.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            QVERIFY2(
                (std::isnan(actual[i]) && std::isnan(expected[i])) || actual[i] == expected[i]
                    || std::abs(actual[i] - expected[i]) <= 2e-5f * std::max(1.0f, std::abs(expected[i])),
                qPrintable(QString("[%1]: %2, expected %3").arg(i).arg(actual[i]).arg(expected[i])));
    }
};

QTEST_APPLESS_MAIN(PictureConformanceTest)
#include "picture_conformance_test.moc"
