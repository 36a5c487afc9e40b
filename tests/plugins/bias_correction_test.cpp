#include "plugins/bias_correction/bias_correction.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

constexpr const char* classifier =
    TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx";

PictureOptions fewPictures()
{
    PictureOptions options;
    options.source.limit = 24;
    options.calibrationCount = 24;
    return options;
}

} // namespace

/// The checks of methods/adaquant.md on tuning norms and biases.
class BiasCorrectionTest : public QObject {
    Q_OBJECT

private slots:
    void aChannelByHand()
    {
        // Mean 0.3, variance 4, gamma 1.5, beta -0.2; rounding makes 0.9 z + 0.15 of z.
        const auto through = [](const NormMoments& norm, double mean, double deviation) {
            const double factor = 1.5 / std::sqrt(norm.variance);
            return std::pair{factor * (mean - norm.mean) - 0.2, factor * deviation};
        };
        const NormMoments before{0.3, 4};
        const auto [wrongMean, wrongDeviation] = through(before, 0.42, 1.8);
        QVERIFY(std::fabs(wrongMean + 0.11) < 1e-9 && std::fabs(wrongDeviation - 1.35) < 1e-9);
        const auto [mean, deviation] = through(tunedMoments(before, 0, 0.12, 0.81), 0.42, 1.8);
        QVERIFY(std::fabs(mean + 0.2) < 1e-9 && std::fabs(deviation - 1.5) < 1e-9);
    }

    void aChannelThatDiedIsNotBlownUp()
    {
        QCOMPARE(tunedMoments({0, 1}, 0, 0, 0).variance, 0.25);
        QCOMPARE(tunedMoments({0, 1}, 0, 0, 1e9).variance, 4.0);
        QCOMPARE(tunedMoments({0, 0}, 1e-5, 0, 0.25).variance, 0.0);
    }

    void whereNothingIsRoundedNothingChanges()
    {
        const auto probe = pictureProbeOf(classifier, {{"f32", "rtn", {}}}, fewPictures());
        const auto made = BiasCorrection().apply(*probe, {}, {}).value();
        QVERIFY(!made.tensors.empty());
        for (const auto& [id, tensor] : made.tensors) {
            const std::vector<float> before = probe->tensor(id).value().toFloats(), after = tensor.toFloats();
            for (std::size_t i = 0; i < before.size(); ++i)
                QVERIFY(std::fabs(before[i] - after[i]) <= 1e-6f * std::fabs(before[i]));
        }
    }

    void outputsComeNearerToTheOriginal_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* format : {"int2row", "int3row", "int4row"})
            QTest::newRow(format) << format;
    }
    void outputsComeNearerToTheOriginal()
    {
        QFETCH(QString, format);
        const std::vector<Candidate> candidates{{format.toStdString(), "rtn", {}}};
        const auto engine =
            PictureEngine::create(loadModel(classifier).value(), onlyRounding, fewPictures()).value();
        const auto corrected = engine->transformed(BiasCorrection(), {}, candidates, {}).value();
        const auto divergenceOf = [&](const PictureEngine& of) {
            const auto session = of.makeSession().value(); // from the network before transforms
            return session->evaluate(uniform(*of.model(), candidates[0]), {}).value().divergence.value;
        };
        const double plain = divergenceOf(*engine), tuned = divergenceOf(*corrected);
        QVERIFY2(tuned < 0.9 * plain, qPrintable(QString("%1 of %2").arg(tuned).arg(plain)));
    }

    void aModelWithoutBiasesSaysSo()
    {
        const SampleProbe sample = probeOf(sampleModel(), {{"int4g64a", "rtn", {}}});
        const auto made = BiasCorrection().apply(*sample.probe, {}, {});
        QVERIFY(!made.has_value());
        QCOMPARE(made.error().code, ErrorCode::Unsupported);
        const SampleProbe unasked = probeOf(sampleModel());
        QCOMPARE(BiasCorrection().apply(*unasked.probe, {}, {}).error().code, ErrorCode::InvalidInput);
    }
};

QTEST_APPLESS_MAIN(BiasCorrectionTest)
#include "bias_correction_test.moc"
