#include "core/backend/backend.h"
#include "core/task/feature_network.h"
#include "tests/support/onnx_network.h"

#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

/// conv1 1 x 1 (red, minus green), ReLU, halved by the largest, conv2 1 x 1 (twice the first), mean, head.
OnnxNetwork countable(bool withLinear = false, std::int64_t side = 4)
{
    OnnxNetwork n;
    std::string x = n.input("picture", {1, 3, side, side});
    x = n.node(
        "Conv", {x, n.floats("conv1.weight", {2, 3, 1, 1}, {1, 0, 0, 0, -1, 0})},
        {{"kernel_shape", {1, 1}, true}});
    x = n.node("Relu", {x}); // Relu_2
    x = n.node("MaxPool", {x}, {{"kernel_shape", {2, 2}, true}, {"strides", {2, 2}, true}});
    x = n.node(
        "Conv", {x, n.floats("conv2.weight", {3, 2, 1, 1}, {2, 0, 0, 1, 1, 1})},
        {{"kernel_shape", {1, 1}, true}});
    x = n.node("GlobalAveragePool", {x});
    x = n.node("Flatten", {x}, {{"axis", {1}}});
    x = n.node("Gemm", {x, n.floats("head.weight", {2, 3}, {1, 0, 0, 0, 1, 1})}, {{"transB", {1}}});
    if (withLinear) {
        n.floats("lin0.model.1.weight", {1, 2, 1, 1}, {1, 0.5f});
        n.floats("lin1.model.1.weight", {1, 3, 1, 1}, {1, 2, 3});
    }
    n.output(x);
    return n;
}

Result<std::unique_ptr<FeatureNetwork>> opened(const FeatureChoice& choice)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    return FeatureNetwork::open(choice, std::make_unique<Executor>(std::move(backends)));
}

Picture ramp(std::size_t side)
{
    Picture picture(3, side, side);
    for (std::size_t i = 0; i < picture.values.size(); ++i)
        picture.values[i] = float(i) / float(picture.values.size());
    return picture;
}

constexpr Normalisation asItIs{.range = 1, .isKnown = true};

} // namespace

/// Feature networks for LPIPS, FID and KID.
class FeatureNetworkTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::filesystem::path path(const char* name) { return m_folder.filePath(name).toStdString(); }

private slots:
    void initTestCase()
    {
        countable().save(path("plain.onnx"));
        countable(true).save(path("linear.onnx"));
    }

    void choicesAreAFileAndLayers()
    {
        QCOMPARE(parseFeatureChoice("a/net.onnx").value().network, std::filesystem::path("a/net.onnx"));
        const FeatureChoice two = parseFeatureChoice("net.onnx:Relu_2,conv2").value();
        QCOMPARE(two.network, std::filesystem::path("net.onnx"));
        QCOMPARE(two.layers, (std::vector<std::string>{"Relu_2", "conv2"}));
        for (const char* const nonsense : {"", ":x", "net.onnx:", "net.onnx:a,,b"})
            QVERIFY2(!parseFeatureChoice(nonsense), nonsense);
        // A file whose name has a colon is a file.
        countable().save(path("odd:name.onnx"));
        const FeatureChoice odd = parseFeatureChoice(path("odd:name.onnx").string()).value();
        QVERIFY(odd.layers.empty());
    }

    void layersGiveWhatTheNetworkComputesThere()
    {
        const auto network = opened({path("plain.onnx"), {"Relu_2", "conv2"}, {}, asItIs}).value();
        const Picture picture = ramp(4);
        const auto seen = network->see(picture, {}).value();
        QCOMPARE(seen.maps.size(), std::size_t(2));
        QCOMPARE(seen.maps[0].channels, std::size_t(2));
        QCOMPARE(seen.maps[0].width, std::size_t(4));
        for (std::size_t i = 0; i < 16; ++i) {
            QCOMPARE(seen.maps[0].values[i], picture.values[i]);
            QCOMPARE(seen.maps[0].values[16 + i], 0.0f); // minus green, cut at 0
        }
        // The largest of each 2 x 2 is its last: 5, 7, 13, 15 of 48, twice in channel 0, once in 2, none
        // in 1.
        QCOMPARE(seen.maps[1].channels, std::size_t(3));
        QCOMPARE(seen.maps[1].values[3], 2 * picture.values[15]);
        QCOMPARE(seen.features.size(), std::size_t(3));
        QVERIFY(std::abs(seen.features[0] - 2 * 10.0 / 48) < 1e-6);
        QVERIFY(std::abs(seen.features[1]) < 1e-9);
        QVERIFY(std::abs(seen.features[2] - 10.0 / 48) < 1e-6);
        QCOMPARE(network->featureLayer(), std::string("conv2"));
        QVERIFY(network->linear().empty());
    }

    void withoutNamesTheLastMapOfEverySizeAndTheHeadsInputCount()
    {
        const auto network = opened({path("plain.onnx"), {}, {}, asItIs}).value();
        QCOMPARE(network->mapLayers(), (std::vector<std::string>{"Relu_2", "Conv_4"}));
        QVERIFY(network->featureLayer().find("Gemm_7") != std::string::npos);
        const auto seen = network->see(ramp(4), {}).value();
        QCOMPARE(seen.maps.size(), std::size_t(2));
        QCOMPARE(seen.features.size(), std::size_t(3));
        QVERIFY(std::abs(seen.features[0] - 2 * 10.0 / 48) < 1e-6);
    }

    void picturesAreGivenAsTheNetworkTakesThem()
    {
        // Of another size, grey, and normalised as ImageNet's where the file says nothing.
        const auto network = opened({path("plain.onnx"), {"conv1"}, {}, {}}).value();
        QCOMPARE(network->normalisation().mean[0], 0.485);
        Picture grey(1, 9, 7);
        std::ranges::fill(grey.values, 0.75f);
        const auto seen = network->see(grey, {}).value();
        QCOMPARE(seen.maps[0].width, std::size_t(4));
        QVERIFY(std::abs(double(seen.maps[0].values[3]) - (0.75 - 0.485) / 0.229) < 1e-5);
        QVERIFY(std::abs(double(seen.maps[0].values[16]) + (0.75 - 0.456) / 0.224) < 1e-5);
    }

    void linearWeightsComeFromTheFileThatHasThem()
    {
        const auto network = opened({path("linear.onnx"), {"Relu_2", "conv2"}, {}, asItIs}).value();
        QCOMPARE(network->linear().size(), std::size_t(2));
        QCOMPARE(network->linear()[0], (std::vector<double>{1, 0.5}));
        QCOMPARE(network->linear()[1], (std::vector<double>{1, 2, 3}));
        const auto beside =
            opened({path("plain.onnx"), {"Relu_2", "conv2"}, path("linear.onnx"), asItIs}).value();
        QCOMPARE(beside->linear(), network->linear());
        // LPIPS by hand: red alone against green alone, of a network that passes green on.
        OnnxNetwork both;
        std::string x = both.input("picture", {1, 3, 2, 2});
        x = both.node(
            "Conv", {x, both.floats("conv1.weight", {2, 3, 1, 1}, {1, 0, 0, 0, 1, 0})},
            {{"kernel_shape", {1, 1}, true}});
        both.floats("lin0.weight", {1, 2, 1, 1}, {1, 0.5f});
        both.output(both.node("Relu", {x}));
        both.save(path("both.onnx"));
        const auto small = opened({path("both.onnx"), {"conv1"}, {}, asItIs}).value();
        Picture red(3, 2, 2), green(3, 2, 2);
        std::fill_n(red.values.begin(), 4, 0.5f);
        std::fill_n(green.values.begin() + 4, 4, 0.25f);
        const auto a = small->see(red, {}).value(), b = small->see(green, {}).value();
        QVERIFY(std::abs(lpips(a.maps, b.maps, small->linear()).value() - 1.5) < 1e-8);
        QVERIFY(std::abs(lpips(a.maps, b.maps).value() - 2) < 1e-8);
        QCOMPARE(lpips(a.maps, a.maps, small->linear()).value(), 0.0);
    }

    void whatIsWrongIsSaid_data()
    {
        QTest::addColumn<QString>("network");
        QTest::addColumn<QString>("linear");
        QTest::addColumn<QString>("says");
        QTest::newRow("no such layer") << "plain.onnx:Relu_9"
                                       << ""
                                       << "has no layer 'Relu_9', its layers are Conv_1, Relu_2";
        QTest::newRow("no such file") << "none.onnx"
                                      << ""
                                      << "none.onnx";
        QTest::newRow("no linear weights there") << "plain.onnx:conv1"
                                                 << "plain.onnx"
                                                 << "has no linear weights";
        QTest::newRow("linear weights of others") << "linear.onnx:conv1"
                                                  << ""
                                                  << "linear weights of 2 layers";
    }
    void whatIsWrongIsSaid()
    {
        QFETCH(QString, network);
        QFETCH(QString, linear);
        QFETCH(QString, says);
        FeatureChoice choice = parseFeatureChoice(m_folder.filePath(network).toStdString()).value();
        if (!linear.isEmpty())
            choice.linear = m_folder.filePath(linear).toStdString();
        const auto made = opened(choice);
        QVERIFY(!made);
        const QString message = QString::fromStdString(made.error().message);
        QVERIFY2(message.contains(says), qPrintable(message));
    }
};

QTEST_GUILESS_MAIN(FeatureNetworkTest)
#include "feature_network_test.moc"
