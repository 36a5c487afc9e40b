#include "plugins/bitnet/bitnet.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class BitNetTest : public QObject {
    Q_OBJECT

private:
    static std::vector<float> stored(
        std::vector<float> weights, std::size_t rows, const Parameters& parameters,
        const char* format = "sign1g8")
    {
        const std::size_t columns = weights.size() / rows;
        const LayerProblem problem{.weights = Tensor::adoptFloats({rows, columns}, std::move(weights))};
        return BitNetSign()
            .quantize(problem, parseNumberFormat(format).value(), parameters, {})
            .value()
            .tensor()
            .toFloats();
    }

private slots:
    void theWorkedLayer()
    {
        // e = 0.025, beta = 0.325.
        const float b = 0.325f;
        const std::vector<float> expected{b, -b, b, -b, b, b, -b, -b};
        for (const char* format : {"sign1g8", "sign1g64", "q1_0"}) {
            const std::vector<float> found =
                stored({0.4f, -0.2f, 0.3f, -0.5f, 0.1f, 0.6f, -0.3f, -0.2f}, 2, {}, format);
            for (std::size_t i = 0; i < 8; ++i)
                QVERIFY(std::fabs(found[i] - expected[i]) < 3e-4f);
        }
    }

    void theScaleIsBestForAZeroMeanOnly()
    {
        const std::vector<float> weights{0.9f, 0.5f, 0.3f, -0.1f};
        const auto errorOf = [&](const Parameters& parameters) {
            const std::vector<float> found = stored(weights, 1, parameters);
            double sum = 0;
            for (std::size_t i = 0; i < 4; ++i)
                sum += std::pow(double(weights[i]) - double(found[i]), 2);
            return sum;
        };
        QVERIFY(std::fabs(errorOf({}) - 0.89) < 2e-3); // beta = 0.45
        QVERIFY(std::fabs(errorOf({{"fitted", 1}}) - 0.80) < 2e-3); // 0.30
        QVERIFY(errorOf({{"centre", 0}, {"fitted", 1}}) < 0.5); // the mean was the worse choice here
    }

    void normalWeightsLoseWhatTheyMust()
    {
        const std::vector<float> weights = normalValues(512 * 512, 1);
        const std::vector<float> found = stored(weights, 512, {}, "sign1g64");
        double error = 0, power = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            error += std::pow(double(weights[i]) - double(found[i]), 2);
            power += std::pow(double(weights[i]), 2);
        }
        QVERIFY2(std::fabs(error / power - 0.36338) < 0.003, qPrintable(QString::number(error / power)));
    }

    void fittedAndNotCentredItIsWhatRoundingFinds()
    {
        for (const char* format : {"sign1g64", "q1_0"}) {
            const Tensor weights = Tensor::adoptFloats({8, 256}, normalValues(8 * 256, 5, 0.05f));
            const Tensor rounded =
                RoundToNearest()
                    .quantize({.weights = weights}, parseNumberFormat(format).value(), {}, {})
                    .value()
                    .tensor();
            const double plain = meanSquaredError(weights.toFloats(), rounded);
            const auto found = stored(weights.toFloats(), 8, {{"centre", 0}, {"fitted", 1}}, format);
            const double fitted = meanSquaredError(weights.toFloats(), Tensor::adoptFloats({8, 256}, found));
            QVERIFY2(fitted <= plain * (1 + 1e-5), qPrintable(QString("%1 > %2").arg(fitted).arg(plain)));
        }
    }

    void aFactorChangesTheScaleOnly()
    {
        std::vector<float> weights = normalValues(64, 2);
        const std::vector<float> once = stored(weights, 1, {}, "sign1g64");
        for (float& weight : weights)
            weight *= 4;
        const std::vector<float> four = stored(weights, 1, {}, "sign1g64");
        for (std::size_t i = 0; i < 64; ++i)
            QCOMPARE(four[i], 4 * once[i]);
    }

    void aTieIsMinus()
    {
        // Mean 0, and a weight of exactly that.
        QVERIFY(stored({0, 1, -1, 0}, 1, {})[0] < 0);
    }
};

QTEST_APPLESS_MAIN(BitNetTest)
#include "bitnet_test.moc"
