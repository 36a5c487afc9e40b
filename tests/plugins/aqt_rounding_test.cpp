#include "core/backend/backend.h"
#include "core/backend/ranged_layer.h"
#include "core/export/onnx_activations.h"
#include "plugins/static_activations/static_activations.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

CompressedLayer made(const std::vector<float>& inputs, const Parameters& parameters)
{
    InputHistograms::Bucket bucket;
    bucket.whole.add(inputs);
    bucket.channels = {bucket.whole};
    const LayerProblem problem{.weights = Tensor::adoptFloats({2, 1}, {1, -1})};
    return StaticActivations()
        .quantizeWithRanges(problem, {{bucket}}, parseNumberFormat("int8g64").value(), parameters, {})
        .value();
}

/// What the layer makes of its inputs before the product.
std::vector<float> rounded(const CompressedLayer& layer, const std::vector<float>& x)
{
    const auto backend = makeReferenceBackend();
    const LayerReplacement& replacement = *layer.replacement();
    const Node& node = replacement.graph.nodes[0];
    std::vector<DeviceTensor> inputs{backend->upload(Tensor::fromFloats({x.size(), 1}, x)).value()};
    for (const TensorId id : node.weights)
        inputs.push_back(backend->upload(replacement.parts[std::size_t(id)].tensor).value());
    return backend->download(backend->run(node.op, inputs, {}).value()).value().toFloats();
}

std::vector<float> rounded(const std::vector<float>& x, double bound, double bits, double aqt)
{
    return rounded(made(x, {{"bits", bits}, {"bound", bound}, {"aqt", aqt}}), x);
}

void verifyNear(const std::vector<float>& found, const std::vector<double>& expected)
{
    QCOMPARE(found.size(), expected.size());
    for (std::size_t i = 0; i < found.size(); ++i)
        QVERIFY2(
            isNear(double(found[i]), expected[i], 1e-6),
            qPrintable(QString("%1: %2, not %3").arg(i).arg(found[i]).arg(expected[i])));
}

} // namespace

/// The checks of methods/pareto-resnet.md that concern AQT's quantizers.
class AqtRoundingTest : public QObject {
    Q_OBJECT

private slots:
    // 1
    void signedInputsGoToTheNearestHalvesUp()
    {
        verifyNear(rounded({-1.5f, -.31f, .1f, .3f, .7f, 1.4f}, 1.4, 4, 1), {-1.4, -.4, .2, .4, .8, 1.4});
        // The code -8 is never used, however small the input.
        verifyNear(rounded({-100, 100, -.1f}, 1.4, 4, 1), {-1.4, 1.4, 0});
    }
    // 2
    void unsignedInputsGoDown()
    {
        verifyNear(rounded({0, .49f, .5f, 3.9f, 7.6f, 9}, 8, 4, 1), {0, 0, .5, 3.5, 7.5, 7.5});
        // Those of a standard quantizer: 15 steps of 8 / 15.
        const double step = 8. / 15;
        verifyNear(rounded({0, .49f, .5f, 3.9f, 7.6f, 9}, 8, 4, 0), {0, step, step, 7 * step, 14 * step, 8});
    }
    // 3
    void roundingDownIsOffByHalfAStep()
    {
        std::mt19937 random(7);
        std::exponential_distribution<float> exponential(1);
        std::vector<float> x(400'000);
        for (float& value : x)
            value = exponential(random);
        const auto errors = [&](double aqt) {
            const std::vector<float> found = rounded(x, 6, 4, aqt);
            double mean = 0, square = 0;
            for (std::size_t i = 0; i < x.size(); ++i) {
                const double error = double(found[i]) - double(x[i]);
                mean += error / double(x.size());
                square += error * error / double(x.size());
            }
            return std::pair{mean, square};
        };
        // By the distribution: a step d with last code n means sum over k = 1..n of d P(code >= k) less 1.
        const auto meanError = [](double d, int n, double from) {
            double sum = 0;
            for (int k = 1; k <= n; ++k)
                sum += d * std::exp(-d * (k - from));
            return sum - 1;
        };
        const auto [downMean, downSquare] = errors(1);
        const auto [nearMean, nearSquare] = errors(0);
        qInfo(
            "down: mean %.4f, square %.4f; nearest: %.4f, %.4f", downMean, downSquare, nearMean, nearSquare);
        QVERIFY(isNear(downMean, meanError(6. / 16, 15, 0), 1.5e-3));
        QVERIFY(isNear(nearMean, meanError(6. / 15, 15, .5), 1.5e-3));
        QVERIFY(isNear(downMean, -.177, 3e-3) && isNear(nearMean, -.007, 3e-3)); // the spec's
        QVERIFY(isNear(downSquare, .0498, 1e-3) && isNear(nearSquare, .0182, 5e-4));
    }

    void theRangeGivesTheBoundUnlessItIsFixed()
    {
        const std::vector<float> x{0, 1, 2, 4};
        const auto scale = [&](const Parameters& parameters) {
            return made(x, parameters).replacement()->parts[1].tensor.toFloats()[0];
        };
        QCOMPARE(scale({{"range", 0}, {"aqt", 1}, {"bits", 4}}), 4.0f / 16);
        QCOMPARE(scale({{"range", 0}, {"bits", 4}}), 4.0f / 15);
        QCOMPARE(scale({{"range", 0}, {"bits", 4}, {"bound", 6}}), 6.0f / 15);
        QCOMPARE(scale({{"aqt", 1}, {"bits", 4}, {"bound", 6}}), 6.0f / 16);
    }

    void onlyTheReferenceRoundsDown()
    {
        const std::vector<float> x{0, 1, 2, 4};
        QVERIFY(rangedLayer(*made(x, {}).replacement(), {}).has_value());
        QVERIFY(!rangedLayer(*made(x, {{"aqt", 1}}).replacement(), {}).has_value());
        QVERIFY(tritloom::onnx::roundedInputOf(*made(x, {}).replacement(), "conv", "int8g64").has_value());
        const auto refused = tritloom::onnx::roundedInputOf(*made(x, {{"aqt", 1}}).replacement(), "conv", "int8g64");
        QVERIFY(!refused.has_value());
        QCOMPARE(refused.error().code, ErrorCode::Unsupported);
        QVERIFY(refused.error().message.find("aqt=0") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(AqtRoundingTest)
#include "aqt_rounding_test.moc"
