#include "plugins/imatrix/imatrix.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class ImatrixTest : public QObject {
    Q_OBJECT

private slots:
    void loudInputsAreSpared_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("magnitude");
        for (const char* format : {"q4_0", "q4_k", "q2_k", "q3_k", "iq4_xs", "int3g64a"})
            for (const int magnitude : {0, 1})
                QTest::addRow("%s %d", format, magnitude) << QString(format) << magnitude;
    }
    void loudInputsAreSpared()
    {
        QFETCH(QString, format);
        QFETCH(int, magnitude);
        static const LayerProblem problem = layer(16, 256, 1);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours = ImportanceMatrix()
                                .quantize(problem, parsed, {{"magnitude", double(magnitude)}}, {})
                                .value()
                                .tensor();
        const Tensor rounded = RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor();
        QVERIFY(outputError(problem, ours) < 0.98 * outputError(problem, rounded));
    }

    void isAtLeastAsGoodAsLlamaCpp_data()
    {
        // What ggml_quantize_chunk of ggml 0.21.0 (commit d99724f2b141) leaves of these weights with this
        // importance: sum of importance * error^2, and the same with the weighting it optimises itself.
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("error");
        QTest::addColumn<double>("ownError");
        const std::tuple<const char*, double, double> rows[] = {
            {"q4_0", 0.078749928, 0.0029241554},
            {"q4_1", 0.055487492, 0.0020765309},
            {"q5_0", 0.01959915, 0.00071935896},
            {"q5_1", 0.012817953, 0.00047421544},
            {"q8_0", 0.00038923624, 0.00038923624},
            {"q2_k", 0.76488416, 0.029471814},
            {"q3_k", 0.2428136, 0.011502579},
            {"q4_k", 0.05736986, 0.002745183},
            {"q5_k", 0.014529769, 0.000693584},
            {"q6_k", 0.0034933039, 0.0034933039},
            {"iq4_nl", 0.066525505, 0.003432643},
            {"iq4_xs", 0.068097963, 0.0034919667},
            {"tq1_0", 8.8832245, 0},
            {"tq2_0", 8.8832245, 0},
            {"mxfp4", 0.19396337, 0},
            {"nvfp4", 0.14276917, 0},
            {"q1_0", 4.8647907, 0},
            {"q2_0", 7.1717064, 0}};
        for (const auto& [format, error, ownError] : rows)
            QTest::addRow("%s", format) << QString(format) << error << ownError;
    }
    void isAtLeastAsGoodAsLlamaCpp()
    {
        QFETCH(QString, format);
        QFETCH(double, error);
        QFETCH(double, ownError);
        constexpr std::size_t columns = 8192;
        std::mt19937 random(2026);
        const auto uniform = [&] { return static_cast<float>(random() >> 8) * 0x1p-24f; };
        std::vector<float> weights(columns), meanSquare(columns);
        for (std::size_t i = 0; i < columns; ++i) {
            float sum = 0;
            for (int k = 0; k < 6; ++k)
                sum += uniform() - 0.5f;
            weights[i] = 0.04f * sum;
            const float loudness = uniform();
            meanSquare[i] = 0.1f + loudness * loudness * loudness * 8;
        }
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const LayerProblem problem{
            .weights = Tensor::adoptFloats({1, columns}, weights),
            .meanSquare = Tensor::adoptFloats({columns}, meanSquare)};
        const auto errorOf = [&](double magnitude, std::span<const float> importance) {
            const std::vector<float> stored = ImportanceMatrix()
                                                  .quantize(problem, parsed, {{"magnitude", magnitude}}, {})
                                                  .value()
                                                  .tensor()
                                                  .toFloats();
            double sum = 0;
            for (std::size_t i = 0; i < columns; ++i)
                sum += importance[i] * std::pow(static_cast<double>(weights[i]) - stored[i], 2);
            return sum;
        };
        const double found = errorOf(0, meanSquare);
        QVERIFY2(found <= error, qPrintable(QString("%1 > %2").arg(found).arg(error)));
        if (ownError == 0)
            return; // ggml ignores importance for this type
        std::vector<float> own = meanSquare;
        weighByMagnitude(*parsed, weights, own);
        const double ownFound = errorOf(1, own);
        QVERIFY2(ownFound <= ownError, qPrintable(QString("%1 > %2").arg(ownFound).arg(ownError)));
    }
};

QTEST_APPLESS_MAIN(ImatrixTest)
#include "imatrix_test.moc"
