#include "plugins/adaquant/adaquant.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class AdaQuantTest : public QObject {
    Q_OBJECT

private slots:
    void withoutIterationsItIsRounding()
    {
        const LayerProblem problem = layer(6, 128, 1);
        for (const char* id : {"int4g64", "q4_k", "nf4g64"}) {
            const auto format = parseNumberFormat(id).value();
            QVERIFY(
                bytesOf(AdaQuant()
                            .quantize(problem, format, {{"iterations", 0}, {"weighted", 0}}, {})
                            .value()
                            .tensor())
                == bytesOf(RoundToNearest().quantize(problem, format, {}, {}).value().tensor()));
        }
    }

    void calibrationBeatsRounding_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id : {"int4g128", "int3g64a", "q4_k", "nf4g64"})
            QTest::addRow("%s", id) << QString(id);
    }
    void calibrationBeatsRounding()
    {
        QFETCH(QString, format);
        static const LayerProblem problem = layer(24, 256, 5);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const Tensor ours = AdaQuant().quantize(problem, parsed, {}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor();
        const double ratio = outputError(problem, ours) / outputError(problem, plain);
        qInfo("%s: %.3f of the loss of rounding", qPrintable(format), ratio);
        QVERIFY2(ratio < 0.8, qPrintable(QString::number(ratio))); // the brief expects more than 20 %
    }

    void inputsItHasNotSeenGainToo()
    {
        // Calibrated on one sample of inputs, judged on another of the same kind.
        const LayerProblem seen = layer(24, 256, 5);
        LayerProblem other = seen;
        std::mt19937 random(9);
        std::vector<float> gram = seen.gram->toFloats();
        // A second sample around the same Gram matrix: its Wishart noise for 2048 tokens.
        std::normal_distribution<float> normal(0, 1 / std::sqrt(2048.0f));
        for (std::size_t i = 0; i < 256; ++i)
            for (std::size_t j = i; j < 256; ++j)
                gram[i * 256 + j] = gram[j * 256 + i] =
                    gram[i * 256 + j] + normal(random) * std::sqrt(gram[i * 257] * gram[j * 257]) * 0.2f;
        other.gram = Tensor::adoptFloats({256, 256}, gram);
        const auto format = parseNumberFormat("int4g128").value();
        const Tensor ours = AdaQuant().quantize(seen, format, {}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(seen, format, {}, {}).value().tensor();
        QVERIFY(outputError(other, ours) < outputError(other, plain));
    }
};

QTEST_APPLESS_MAIN(AdaQuantTest)
#include "adaquant_test.moc"
