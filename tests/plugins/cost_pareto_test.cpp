#include "core/method/layer_uses.h"
#include "core/method/pareto_front.h"
#include "plugins/cost_pareto/cost_pareto.h"
#include "plugins/static_activations/static_activations.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <algorithm>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// Convolutions and classifier of ResNet-50 for 224 x 224, the stride in the 3 x 3.
std::vector<CostedLayer> resnet50()
{
    std::vector<CostedLayer> layers;
    const auto add = [&](double side, double kernel, double inputs, double outputs) {
        const double weights = kernel * kernel * inputs * outputs;
        layers.push_back({.multiplyAdds = side * side * weights, .weights = weights});
    };
    add(112, 7, 3, 64);
    double inputs = 64, side = 56;
    const int blocks[] = {3, 4, 6, 3};
    for (int stage = 0; stage < 4; ++stage) {
        const double width = 64 << stage;
        for (int b = 0; b < blocks[stage]; ++b) {
            const double before = side;
            if (b == 0 && stage > 0)
                side /= 2;
            add(before, 1, inputs, width);
            add(side, 3, width, width);
            add(side, 1, width, 4 * width);
            if (b == 0)
                add(side, 1, inputs, 4 * width);
            inputs = 4 * width;
        }
    }
    add(1, 1, 2048, 1000);
    return layers;
}

std::vector<CostedLayer> at(std::vector<CostedLayer> layers, double bits, double ends)
{
    for (CostedLayer& layer : layers)
        layer.weightBits = layer.activationBits = bits;
    for (CostedLayer* const layer : {&layers.front(), &layers.back()})
        layer->weightBits = layer->activationBits = ends;
    for (CostedLayer& layer : layers)
        layer.storedBits = layer.weights * layer.weightBits;
    return layers;
}

const LayerMethod* withRanges(std::string_view id)
{
    static const StaticActivations ranges;
    return id == "static-activations" ? &ranges : onlyRounding(id);
}

} // namespace

/// The checks of methods/pareto-resnet.md that concern costs and the front; the quantizers have
/// aqt_rounding_test.
class CostParetoTest : public QObject {
    Q_OBJECT

private slots:
    // 4
    void costsOfResNet50()
    {
        double multiplied = 0, weights = 0;
        for (const CostedLayer& layer : resnet50()) {
            multiplied += layer.multiplyAdds;
            weights += layer.weights;
        }
        QVERIFY2(isNear(multiplied, 4.089e9, 5e5), qPrintable(QString::number(multiplied)));
        QVERIFY2(isNear(weights, 25.50e6, 5e3), qPrintable(QString::number(weights)));
        const struct {
            double bits, ends, linear, quadratic, memory;
        } rows[] = {
            {16, 16, 1, 1, 1}, {8, 8, .5, .25, .5}, {4, 4, .25, .0625, .25}, {4, 8, .2573, .0680, .2702}};
        for (const auto& row : rows) {
            const NetworkCost cost = networkCost(at(resnet50(), row.bits, row.ends));
            QVERIFY2(
                isNear(cost.linearShare, row.linear, 5e-5), qPrintable(QString::number(cost.linearShare)));
            QVERIFY2(
                isNear(cost.quadraticShare, row.quadratic, 5e-5),
                qPrintable(QString::number(cost.quadraticShare)));
            QVERIFY2(
                isNear(cost.memoryShare, row.memory, 5e-5), qPrintable(QString::number(cost.memoryShare)));
        }
    }
    void hardwareHasThreeWidths()
    {
        const double pairs[][2] = {{1, 4}, {4, 4}, {5, 8}, {8, 8}, {8.5, 16}, {32, 16}};
        for (const auto& [bits, expected] : pairs)
            QCOMPARE(hardwareBits(bits), expected);
        const CostedLayer mixed{.multiplyAdds = 10, .weights = 1, .weightBits = 3, .activationBits = 8};
        QCOMPARE(networkCost({&mixed, 1}).linear, 80.0);
        QCOMPARE(networkCost({&mixed, 1}).quadratic, 240.0);
    }
    // 5
    void whatNothingBeatsStays()
    {
        // Equal points do not beat each other; equal cost or equal quality alone does.
        const Tradeoff points[] = {{1, -.5}, {2, -.7}, {2, -.6}, {3, -.7}, {1, -.5}};
        QCOMPARE(paretoFront(points), (std::vector<bool>{true, true, false, false, true}));
    }

    void multiplicationsOfAKnownNetwork()
    {
        TRITLOOM_NEEDS_SHARED_DATA(shared);
        PictureOptions options;
        options.source.images = shared / "imgs_cifar10_a";
        options.source.limit = 2;
        const auto probe =
            pictureProbeOf(shared / "img_resnet20_cifar10/derived/resnet20.safetensors", {}, options);
        const NetworkProducts products = networkProducts(*probe).value();
        double sum = 0;
        for (const LayerUse& use : products.uses)
            sum += use.multiplyAdds;
        // 3x3x3x16 at 32x32, 6 and 5 + 5 convolutions of 16, 32, 64 channels, two that halve, 64 x 10
        const double expected = 432 * 1024. + 6 * 2304 * 1024. + 4608 * 256. + 5 * 9216 * 256. + 18432 * 64.
            + 5 * 36864 * 64. + 640;
        QCOMPARE(sum, expected);
        QCOMPARE(products.uses.size(), probe->layers().size());
    }

    void widthsAndMixturesOfTheSample()
    {
        const Parameters four{{"bits", 4}};
        const auto probe = samplePictureProbe(
            "classification/shapes.onnx",
            {{"int8row", "static-activations", {}},
             {"int4row", "static-activations", four},
             {"int2row", "rtn", {}}},
            {}, withRanges);
        const auto report = CostPareto().run(probe.get(), {{"samples", 16}, {"mixed", 2}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const auto& rows = report->tables[0].rows;
        const auto row = [&](const std::string& name) {
            return *std::ranges::find(rows, name, [](const auto& cells) { return cells[0]; });
        };
        QCOMPARE(row("16 bits")[1], std::string("1"));
        QCOMPARE(row("int8row static-activations")[1], std::string("0.5"));
        QCOMPARE(row("int8row static-activations")[2], std::string("0.25"));
        QCOMPARE(row("int4row static-activations")[2], std::string("0.0625"));
        QCOMPARE(row("int2row rtn")[1], std::string("1")); // activations are not rounded
        QCOMPARE(row("int2row rtn")[2], std::string("0.125"));
        QVERIFY(std::stod(row("int4row static-activations, ends 8")[2]) > .0625);
        QCOMPARE(rows.size(), std::size_t(1 + 2 + 1 + 2 + 1)); // mixtures between 8 and 4 bits only
        QCOMPARE(report->charts.size(), std::size_t(3));
        for (const auto& chart : report->charts)
            QCOMPARE(chart.series.back().name, std::string("not dominated"));
    }
};

QTEST_APPLESS_MAIN(CostParetoTest)
#include "cost_pareto_test.moc"
