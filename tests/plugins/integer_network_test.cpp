#include "plugins/integer_network/integer_network.h"

#include "plugins/integer_network/integer_run.h"
#include "plugins/integer_network/integer_weights.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"
#include "tests/support/onnx_network.h"
#include "tests/support/shared_data.h"

#include <QDir>
#include <QImage>
#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

using Kind = IntegerStep::Kind;

/// A residual network with all that ResNet-20 and its kin have: norms, a shortcut that takes every second
/// pixel and pads channels, one that nothing changes, a sum that no rectifier follows. [1, 3, 16, 16] -> [1,
/// 7].
OnnxNetwork residualNetwork()
{
    OnnxNetwork n;
    std::string x = n.input("picture", {1, 3, 16, 16});
    x = n.node("Relu", {n.batchNorm("norm1", n.convolution("conv1", x, 3, 8, 3, 1, 1, false), 8)});
    std::string y = n.node("Relu", {n.batchNorm("norm2", n.convolution("conv2", x, 8, 8, 3), 8)});
    x = n.node("Relu", {n.node("Add", {n.batchNorm("norm3", n.convolution("conv3", y, 8, 8, 3), 8), x})});
    y = n.node("Relu", {n.convolution("conv4", x, 8, 12, 3, 1, 2)});
    y = n.convolution("conv5", y, 12, 12, 3);
    std::string shortcut = n.node(
        "Slice",
        {x, n.whole("starts", {0, 0}), n.whole("ends", {16, 16}), n.whole("axes", {2, 3}),
         n.whole("steps", {2, 2})});
    shortcut = n.node("Pad", {shortcut, n.whole("pads", {0, 2, 0, 0, 0, 2, 0, 0})});
    x = n.node("Add", {y, shortcut}); // signed
    y = n.node(
        "Clip", {n.convolution("conv6", x, 12, 12, 1), n.floats("zero", {}, {0}), n.floats("six", {}, {6})});
    x = n.node("Relu", {n.node("Add", {x, n.convolution("conv7", y, 12, 12, 3, 12)})});
    x = n.node("MaxPool", {x}, {{"kernel_shape", {2, 2}, true}, {"strides", {2, 2}, true}});
    x = n.node("GlobalAveragePool", {x});
    x = n.node("Flatten", {x}, {{"axis", {1}}});
    x = n.node(
        "Gemm", {x, n.random("head.weight", {7, 12}, 0.3), n.random("head.bias", {7}, 0.1)},
        {{"transB", {1}}});
    n.output(n.node("Softmax", {x}, {{"axis", {1}}}));
    return n;
}

/// A network of LeNet's kind: averages of 2 x 2, maps flattened into products.
OnnxNetwork flattenedNetwork()
{
    OnnxNetwork n;
    std::string x = n.input("picture", {1, 1, 12, 12});
    const std::vector<OnnxNetwork::Attribute> two{{"kernel_shape", {2, 2}, true}, {"strides", {2, 2}, true}};
    x = n.node("AveragePool", {n.node("Relu", {n.convolution("conv1", x, 1, 6, 5)})}, two);
    x = n.node("MaxPool", {n.node("Relu", {n.convolution("conv2", x, 6, 8, 3)})}, two);
    x = n.node("Flatten", {x}, {{"axis", {1}}});
    x = n.node(
        "Relu",
        {n.node("Gemm", {x, n.random("a", {20, 72}, 0.2), n.random("ab", {20}, 0.1)}, {{"transB", {1}}})});
    x = n.node("Gemm", {x, n.random("b", {5, 20}, 0.3)}, {{"transB", {1}}});
    n.output(x);
    return n;
}

/// A plan of a network and the values of a picture that it was not told ranges by.
struct Planned {
    std::unique_ptr<PictureProbe> probe;
    NetworkProbe::Values values;
    Result<IntegerPlan> plan;
};

std::filesystem::path randomPictures(const QTemporaryDir& folder, int channels, int side, int count)
{
    const QString pictures = folder.path() + "/pictures";
    QDir().mkpath(pictures);
    std::mt19937 random(5);
    for (int i = 0; i < count; ++i) {
        QImage image(side, side, channels == 1 ? QImage::Format_Grayscale8 : QImage::Format_RGB888);
        for (int y = 0; y < side; ++y)
            for (int x = 0; x < side * channels; ++x)
                image.scanLine(y)[x] = uchar(random() % 256);
        image.save(pictures + QString("/%1.png").arg(i, 3, 10, QChar('0')));
    }
    return pictures.toStdString();
}

std::unique_ptr<PictureProbe>
probeOn(const std::filesystem::path& model, const std::filesystem::path& pictures, std::size_t count)
{
    PictureOptions options;
    options.as = PictureTask::Classification;
    options.source.images = pictures;
    options.source.limit = options.calibrationCount = count;
    return pictureProbeOf(model, {}, options);
}

Planned planned(const OnnxNetwork& network, int channels, int side, const IntegerOptions& options = {})
{
    const QTemporaryDir folder;
    const std::filesystem::path path = (folder.path() + "/network.onnx").toStdString();
    network.save(path);
    auto probe = probeOn(path, randomPictures(folder, channels, side, 5), 5);
    std::map<ValueId, Histogram> ranges;
    for (std::size_t i = 0; i < 4; ++i) {
        const NetworkProbe::Values seen = probe->values(i).value();
        for (const auto& [id, tensor] : seen.values)
            ranges[id].add(tensor.toFloats());
    }
    NetworkProbe::Values values = probe->values(4).value();
    auto plan = integerPlan(*probe, values, ranges, options);
    return {std::move(probe), std::move(values), std::move(plan)};
}

double relative(const std::vector<float>& found, const std::vector<float>& expected)
{
    double error = 0, power = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        error += std::pow(double(found[i]) - double(expected[i]), 2);
        power += std::pow(double(expected[i]), 2);
    }
    return std::sqrt(error / power);
}

const std::vector<std::string>& lastRow(const Report& report)
{
    return report.tables[0].rows.back();
}

/// In steps, of any tensor: column 3, made of the same codes; 6, behind all others and simulated in 64 bits.
double largestIn(const Report& report, std::size_t column)
{
    double largest = 0;
    for (const auto& row : report.tables[0].rows)
        largest = std::max(largest, std::stod(row[column]));
    return largest;
}

/// "... simulation: 998 of 1000 (99.80 %) in 32-bit ..." -> 998
int sameClass(const Report& report)
{
    const std::string& text = report.paragraphs[0];
    return std::stoi(text.substr(text.find(": ") + 2));
}

} // namespace

/// Spec hawq-v3, check 5, and what the steps of a network in whole numbers are.
class IntegerNetworkTest : public QObject {
    Q_OBJECT

    /// Each tensor of codes, made of the same codes.
    template <typename Real>
    static void checkAlone(
        const IntegerPlan& plan, const Registers<std::int32_t>& whole, const Registers<Real>& simulated)
    {
        std::size_t count = 0, apart = 0;
        for (std::size_t s = 0; s < whole.size(); ++s) {
            const IntegerStep& step = plan.steps[s];
            if (step.kind != Kind::Round && step.kind != Kind::Given)
                continue;
            for (std::size_t i = 0; i < whole[s].size(); ++i) {
                QVERIFY(whole[s][i] >= step.low && whole[s][i] <= step.high);
                const double off = std::abs(double(whole[s][i]) - double(simulated[s][i]) / step.scales[0]);
                QVERIFY2(off < 1.001, qPrintable(QString("%1: %2 steps").arg(step.name.c_str()).arg(off)));
                apart += off > .5 ? 1 : 0;
                ++count;
            }
        }
        QVERIFY2(100 * apart <= count, qPrintable(QString("%1 of %2").arg(apart).arg(count)));
    }

private slots:
    void theSimulationIsTheNetworkRounded_data()
    {
        QTest::addColumn<bool>("isResidual");
        QTest::newRow("residual") << true;
        QTest::newRow("flattened") << false;
    }
    void theSimulationIsTheNetworkRounded()
    {
        // Every value that the steps have a register for is near what the network has there.
        QFETCH(bool, isResidual);
        const Planned made =
            isResidual ? planned(residualNetwork(), 3, 16) : planned(flattenedNetwork(), 1, 12);
        QVERIFY2(made.plan, made.plan ? "" : made.plan.error().message.c_str());
        const auto simulated = runSimulated<double>(*made.plan, made.values.values, nullptr, {}).value();
        for (std::size_t s = 0; s < simulated.size(); ++s) {
            const IntegerStep& step = made.plan->steps[s];
            const std::vector<float> expected = made.values.values.at(step.value).toFloats();
            QCOMPARE(simulated[s].size(), expected.size());
            const double off =
                relative(std::vector<float>(simulated[s].begin(), simulated[s].end()), expected);
            QVERIFY2(
                off < .06 || (step.kind == Kind::Add && step.rescale.size() == 2 && off < .5),
                qPrintable(QString("%1: %2").arg(step.name.c_str()).arg(off)));
        }
    }

    void wholeNumbersAreTheSimulationExceptAtTies_data() { theSimulationIsTheNetworkRounded_data(); }
    void wholeNumbersAreTheSimulationExceptAtTies()
    {
        QFETCH(bool, isResidual);
        for (const int bits : {8, 4}) {
            const IntegerOptions options{.weightBits = bits, .inputBits = bits};
            const Planned made = isResidual ? planned(residualNetwork(), 3, 16, options)
                                            : planned(flattenedNetwork(), 1, 12, options);
            QVERIFY2(made.plan, made.plan ? "" : made.plan.error().message.c_str());
            const auto whole = runWhole(*made.plan, made.values.values, {}).value();
            checkAlone(
                *made.plan, whole, runSimulated<float>(*made.plan, made.values.values, &whole, {}).value());
            checkAlone(
                *made.plan, whole, runSimulated<double>(*made.plan, made.values.values, &whole, {}).value());
        }
    }

    void productsAreSumsOfCodes()
    {
        // Convolutions of every kind by definition, in 64 bits, and what brings them to codes.
        const Planned made = planned(residualNetwork(), 3, 16);
        const IntegerPlan& plan = *made.plan;
        const auto whole = runWhole(plan, made.values.values, {}).value();
        int checked = 0;
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            const IntegerStep& step = plan.steps[s];
            if (step.kind != Kind::Product)
                continue;
            const WholeWeights& w = step.weights;
            const TapTable& t = step.taps;
            for (std::size_t i = 0; i < whole[s].size(); ++i) {
                const std::size_t o = i / t.outputSize, p = i % t.outputSize;
                std::int64_t sum = w.bias[o];
                for (std::size_t c = 0; c < w.channels; ++c)
                    for (std::size_t k = 0; k < t.taps; ++k)
                        if (const std::int32_t from = t.from[k * t.outputSize + p]; from >= 0)
                            sum += std::int64_t(w.codes[(o * w.channels + c) * t.taps + k])
                                * whole[step.from[0]]
                                       [(o / (w.outputs / w.groups) * w.channels + c) * t.inputSize
                                        + std::size_t(from)];
                QCOMPARE(std::int64_t(whole[s][i]), sum);
                QVERIFY(std::abs(double(sum)) <= w.largestSum);
            }
            ++checked;
        }
        QCOMPARE(checked, 8);
        for (std::size_t s = 0; s < plan.steps.size(); ++s) {
            const IntegerStep& step = plan.steps[s];
            if (step.kind != Kind::Add)
                continue;
            QCOMPARE(step.from.size(), std::size_t(2));
            for (std::size_t i = 0; i < whole[s].size(); ++i) {
                double sum = 0; // each branch by itself, halves up
                for (const std::size_t from : step.from) {
                    const std::vector<double>& scales = plan.steps[from].scales;
                    const std::size_t inner = step.shape[2] * step.shape[3];
                    sum += std::floor(
                        whole[from][i] * (scales[scales.size() == 1 ? 0 : i / inner] / step.scales[0]) + .5);
                }
                QVERIFY(std::abs(double(whole[s][i]) - sum) <= 1);
            }
        }
    }

    void unsignedCodesOnlyBehindRectifiers()
    {
        const Planned made = planned(residualNetwork(), 3, 16, {.inputBits = 4});
        int isUnsigned = 0, isSigned = 0;
        for (const IntegerStep& step : made.plan->steps)
            if (step.kind == Kind::Round) {
                const std::vector<float> values = made.values.values.at(step.value).toFloats();
                const bool hasNegative = *std::ranges::min_element(values) < 0;
                QVERIFY(!hasNegative || step.low < 0);
                QVERIFY(step.low == 0 ? step.high == 15 || step.high == 255 : step.low == -step.high - 1);
                ++(step.low == 0 ? isUnsigned : isSigned);
            }
        QVERIFY(isUnsigned >= 5 && isSigned >= 1);
    }

    void weightsFoldNormsAndKeepBiasesInRange()
    {
        const Tensor weights = Tensor::fromFloats({2, 2}, std::vector<float>{1, -.5f, 0, 0}),
                     bias = Tensor::fromFloats({2}, std::vector<float>{.5f, 3});
        AffineProduct product(std::vector<Tensor>{weights, bias});
        const auto part = [](float a, float b) { return Tensor::fromFloats({2}, std::vector<float>{a, b}); };
        // y = (x - mean) * scale / sqrt(variance) + bias: 2 (x - .25) + 1 and x
        QVERIFY(product.fold(std::vector<Tensor>{part(4, 1), part(1, 0), part(.25f, 0), part(4, 1)}, 0));
        QVERIFY(!product.fold(std::vector<Tensor>{part(4, 1), part(1, 0), part(.25f, 0), weights}, 0));
        const WholeWeights w = product.whole({.bits = 8, .inputScale = .01, .largestInput = 255});
        QCOMPARE(w.codes, (std::vector<std::int32_t>{127, -64, 0, 0})); // -63.5 to even
        QVERIFY(isNear(w.scales[0], 2. / 127, 1e-9));
        QCOMPARE(w.bias[0], std::int32_t(std::lround(1.5 / (2. / 127 * .01))));
        // An output without weights: the scale is what lets its bias into 32 bits.
        QVERIFY(isNear(w.bias[1] * w.scales[1] * .01, 3, 1e-6));
        QVERIFY(w.largestSum < std::ldexp(1.0, 31));
        const WholeWeights one = product.whole({.bits = 4, .isOneScale = true, .inputScale = .01});
        QCOMPARE(one.scales[0], one.scales[1]);
        QCOMPARE(one.codes[0], 7);
    }

    void otherNodesAreNamed()
    {
        OnnxNetwork n;
        std::string x = n.input("picture", {1, 1, 8, 8});
        x = n.node("Sigmoid", {n.convolution("conv", x, 1, 4, 3)});
        x = n.node("Flatten", {n.node("GlobalAveragePool", {x})}, {{"axis", {1}}});
        n.output(n.node("Gemm", {x, n.random("w", {3, 4}, 0.3)}, {{"transB", {1}}}));
        const Planned made = planned(n, 1, 8);
        QVERIFY(!made.plan);
        QCOMPARE(made.plan.error().code, ErrorCode::Unsupported);
        QVERIFY2(made.plan.error().message.starts_with("Sigmoid_2: "), made.plan.error().message.c_str());
    }

    void theSampleKeepsItsClasses_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<int>("floatScales");
        QTest::newRow("W8A8") << 8 << 0;
        QTest::newRow("W4A4") << 4 << 0;
        QTest::newRow("W8A8, scales of 32-bit floats") << 8 << 1;
    }
    void theSampleKeepsItsClasses()
    {
        QFETCH(int, bits);
        QFETCH(int, floatScales);
        const auto probe = samplePictureProbe("classification/shapes.onnx", {});
        const auto report = IntegerNetwork().run(
            probe.get(),
            {{"weight_bits", bits}, {"input_bits", bits}, {"float_scales", floatScales}, {"pictures", 0}},
            {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        for (const std::string& paragraph : report->paragraphs)
            qInfo("%s", paragraph.c_str());
        QCOMPARE(sameClass(*report), int(probe->chunkCount()));
        QVERIFY(largestIn(*report, 3) <= 1 && largestIn(*report, 6) <= 1);
        QCOMPARE(lastRow(*report)[1], std::string("int32"));
        QCOMPARE(report->tables[1].rows.size(), probe->layers().size());
    }

    void realNetworks_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QString>("pictures");
        QTest::addColumn<int>("bits");
        for (const int bits : {8, 4}) {
            QTest::addRow("ResNet-20 W%dA%d", bits, bits)
                << "img_resnet20_cifar10/derived/resnet20.safetensors"
                << "" << bits;
            QTest::addRow("MNIST W%dA%d", bits, bits) << "img_mnist_onnx/opt-mnist.onnx"
                                                      << "imgs_mnist_t10k" << bits;
        }
    }
    void realNetworks()
    {
        QFETCH(QString, model);
        QFETCH(QString, pictures);
        QFETCH(int, bits);
        TRITLOOM_NEEDS_SHARED_DATA(shared);
        constexpr int count = 40;
        const QTemporaryDir folder;
        std::filesystem::path from = shared / pictures.toStdString();
        if (pictures.isEmpty()) { // a sheet has a picture of 32 x 32 in each of its rows
            const QImage sheet(
                QString::fromStdString((shared / "imgs_cifar10_a/cifar10_batch_0.png").string()));
            QCOMPARE(sheet.width(), 1024);
            for (int i = 0; i < std::min(count, sheet.height()); ++i) {
                QImage picture(32, 32, QImage::Format_RGB32);
                for (int p = 0; p < 1024; ++p)
                    picture.setPixel(p % 32, p / 32, sheet.pixel(p, i));
                picture.save(folder.path() + QString("/%1.png").arg(i, 4, 10, QChar('0')));
            }
            from = folder.path().toStdString();
        }
        const auto probe = probeOn(shared / model.toStdString(), from, std::size_t(count));
        QCOMPARE(probe->chunkCount(), std::size_t(count));
        const auto report = IntegerNetwork().run(
            probe.get(), {{"weight_bits", bits}, {"input_bits", bits}, {"pictures", 0}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        for (const std::string& paragraph : report->paragraphs)
            qInfo("%s", paragraph.c_str());
        for (const auto& row : report->tables[0].rows)
            qInfo(
                "%s %s: %s; %s, %s; %s, %s", row[0].c_str(), row[1].c_str(), row[3].c_str(), row[4].c_str(),
                row[5].c_str(), row[6].c_str(), row[7].c_str());
        QVERIFY(sameClass(*report) > .99 * count);
        QVERIFY(largestIn(*report, 3) <= 1 && largestIn(*report, 6) < 1e-6); // the same numbers
    }
};

QTEST_GUILESS_MAIN(IntegerNetworkTest)
#include "integer_network_test.moc"
