#include "core/method/soft_rounding.h"
#include "plugins/adaround/adaround.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class AdaRoundTest : public QObject {
    Q_OBJECT

private slots:
    void theStartIsWhereTheBriefSays()
    {
        for (const auto& [fraction, a] : std::initializer_list<std::pair<float, float>>{
                 {0, -2.3979f}, {.25f, -.8873f}, {.5f, 0}, {.9f, 1.6094f}}) {
            QVERIFY(std::fabs(inverseRectifiedSigmoid(fraction) - a) < 1e-4f);
            QVERIFY(std::fabs(rectifiedSigmoid(a) - fraction) < 1e-4f);
        }
    }

    // 1 - |2h - 1|^beta is 1 in the middle; from there its slope leads to what the brief says.
    void theRegulariserIsWhatItsSlopeAddsUpTo()
    {
        for (const auto& [beta, expected] :
             std::initializer_list<std::pair<float, double>>{{20, .9885}, {2, .36}}) {
            constexpr int steps = 4000;
            double value = 1;
            for (int i = 0; i < steps; ++i)
                value +=
                    .4 / steps * double(roundingRegulariserSlope(.5f + .4f * (float(i) + .5f) / steps, beta));
            QVERIFY2(std::fabs(value - expected) < 1e-4, qPrintable(QString::number(value)));
        }
    }

    void betaFallsAlongACosine()
    {
        const double expected[] = {20, 17.364, 11, 4.636, 2};
        for (int quarter = 0; quarter <= 4; ++quarter)
            QVERIFY(std::fabs(annealedBeta(quarter / 4.0) - expected[quarter]) < 1e-3);
    }

    void nothingIsLostAtTheStartAndAllIsDecidedAtTheEnd()
    {
        const LayerProblem problem = layer(32, 128, 1);
        const auto format = parseNumberFormat("int8g128").value();
        const std::vector<float> gram = problem.gram->toFloats();
        RoundingRows rows(format, problem.weights, 0, 32, gram, {}, {});
        SoftRounding rounding(rows);
        std::size_t unclipped = 0;
        for (std::size_t r = 0; r < 32; ++r) {
            bool clips = false;
            for (std::size_t i = r * 128; i < (r + 1) * 128; ++i)
                clips |= rows.lower()[i] == rows.upper()[i];
            if (clips)
                continue;
            ++unclipped;
            QVERIFY(rounding.softLoss(r, {}) < 1e-6 * rows.nearestLoss(r));
        }
        QVERIFY(unclipped > 3);
        SoftRoundingOptions options;
        options.rate = 0.03f;
        rounding.run(options, {});
        QVERIFY2(rounding.undecided() < 0.06, qPrintable(QString::number(rounding.undecided())));
        for (std::size_t r = 0; r < 32; ++r)
            QVERIFY(rows.bestLoss(r) <= rows.nearestLoss(r));
    }

    void everyWeightIsRoundedUpOrDown()
    {
        const LayerProblem problem = layer(8, 128, 2);
        const auto format = parseNumberFormat("int4g64").value();
        const Tensor ours = AdaRound().quantize(problem, format, {{"weighted", 0}}, {}).value().tensor();
        const std::vector<float> weights = problem.weights.toFloats(), found = ours.toFloats();
        for (std::size_t r = 0; r < 8; ++r) {
            RowState state(*format, 128);
            state.load(ours.row(r));
            for (std::size_t c = 0; c < 128; ++c) {
                const float weight = weights[r * 128 + c];
                const auto levels = state.levels(c);
                if (weight > levels.front() && weight < levels.back())
                    QVERIFY(std::fabs(found[r * 128 + c] - weight) < 1.001f * std::fabs(state.stepOf(c)));
            }
        }
    }

    void learningBeatsRounding_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id : {"int3g64", "int4g128", "int3g64a", "q4_k", "q2_k", "nf4g64"})
            QTest::addRow("%s", id) << QString(id);
    }
    void learningBeatsRounding()
    {
        QFETCH(QString, format);
        static const LayerProblem problem = layer(24, 256, 5);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours = AdaRound().quantize(problem, parsed, {}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor();
        const double ratio = outputError(problem, ours) / outputError(problem, plain);
        QVERIFY2(ratio < 0.7, qPrintable(QString::number(ratio)));
        qInfo("%s: %.3f of the loss of rounding", qPrintable(format), ratio);
    }
};

QTEST_APPLESS_MAIN(AdaRoundTest)
#include "adaround_test.moc"
