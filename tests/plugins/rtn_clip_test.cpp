#include "plugins/rtn/rtn.h"
#include "plugins/rtn_clip/rtn_clip.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class RtnClipTest : public QObject {
    Q_OBJECT

private slots:
    void theWorkedGroup_data()
    {
        QTest::addColumn<double>("exponent");
        QTest::addColumn<int>("steps");
        QTest::addColumn<double>("share");
        QTest::addColumn<double>("step");
        QTest::addColumn<double>("error");
        QTest::newRow("all of the range, 2.4") << 2.4 << 1 << 1.0 << 0.428571 << 0.060748;
        QTest::newRow("all of the range, 2") << 2.0 << 1 << 1.0 << 0.428571 << 0.129337;
        QTest::newRow("the best for 2.4") << 2.4 << 80 << 0.96 << 0.411429 << 0.055463;
        QTest::newRow("the best for 2") << 2.0 << 80 << 0.95 << 0.407143 << 0.115561;
    }
    void theWorkedGroup()
    {
        QFETCH(double, exponent);
        QFETCH(int, steps);
        QFETCH(double, share);
        QFETCH(double, step);
        QFETCH(double, error);
        const std::vector<float> values{-1, -.35f, -.2f, .05f, .15f, .3f, .4f, 2};
        const Clip clip = bestClip(values, 7, exponent, steps);
        QVERIFY(std::fabs(clip.share - share) < 1e-9);
        QVERIFY(std::fabs(double(clip.step) - step) < 1e-6);
        QVERIFY2(std::fabs(clip.error - error) < 1e-6, qPrintable(QString::number(clip.error, 'g', 8)));
    }

    void largeErrorsAreFewer()
    {
        // Exponent 4 against 1: the largest error shrinks, the mean one grows.
        const LayerProblem problem{.weights = Tensor::adoptFloats({32, 256}, normalValues(32 * 256, 5))};
        const auto format = parseNumberFormat("int3g64a").value();
        const std::vector<float> weights = problem.weights.toFloats();
        const auto errors = [&](double exponent) {
            const std::vector<float> stored = ClippedRounding()
                                                  .quantize(problem, format, {{"exponent", exponent}}, {})
                                                  .value()
                                                  .tensor()
                                                  .toFloats();
            double fourth = 0, mean = 0;
            for (std::size_t i = 0; i < weights.size(); ++i) {
                const double e = std::fabs(double(weights[i]) - double(stored[i]));
                fourth += e * e * e * e;
                mean += e;
            }
            return std::pair(fourth, mean);
        };
        const auto [highFourth, highMean] = errors(4);
        const auto [lowFourth, lowMean] = errors(1);
        QVERIFY(highFourth < lowFourth);
        QVERIFY(lowMean < highMean);
    }

    void clippingBeatsTheWholeRange_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id : {"int3g128", "int4g128", "int3g64a", "int4g128a", "q4_0", "q4_1"})
            QTest::addRow("%s", id) << QString(id);
    }
    void clippingBeatsTheWholeRange()
    {
        QFETCH(QString, format);
        const LayerProblem problem{.weights = Tensor::adoptFloats({16, 256}, normalValues(16 * 256, 6))};
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const std::vector<float> weights = problem.weights.toFloats();
        const auto square = [&](const Tensor& stored) {
            double sum = 0;
            const std::vector<float> found = stored.toFloats();
            for (std::size_t i = 0; i < weights.size(); ++i)
                sum += std::pow(double(weights[i]) - double(found[i]), 2);
            return sum;
        };
        const Tensor clipped =
            ClippedRounding().quantize(problem, parsed, {{"exponent", 2}}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, parsed, {{"search", 0}}, {}).value().tensor();
        QVERIFY(square(clipped) < square(plain));
    }
};

QTEST_APPLESS_MAIN(RtnClipTest)
#include "rtn_clip_test.moc"
