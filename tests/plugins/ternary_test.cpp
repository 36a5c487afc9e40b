#include "plugins/ternary/ternary.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

double relativeError(std::span<const float> weights, std::span<const float> stored)
{
    double error = 0, power = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
        error += std::pow(static_cast<double>(weights[i]) - stored[i], 2);
        power += std::pow(static_cast<double>(weights[i]), 2);
    }
    return error / power;
}

} // namespace

class TernaryTest : public QObject {
    Q_OBJECT

private slots:
    void absmeanIsThatOfThePaper()
    {
        // The worked layer of the BitNet b1.58 brief: gamma 0.28125, codes 1 -1 0 -1 / 0 1 -1 0.
        const LayerProblem problem{
            .weights = Tensor::adoptFloats({2, 4}, {0.4f, -0.2f, 0.1f, -0.5f, 0.05f, 0.6f, -0.3f, -0.1f})};
        const std::vector<float> expected{0.28125f, -0.28125f, 0, -0.28125f, 0, 0.28125f, -0.28125f, 0};
        for (const char* id : {"ternaryg8", "tq1_0", "tq2_0", "q2_0"}) {
            const Tensor result = TernaryMethod()
                                      .quantize(problem, parseNumberFormat(id).value(), {{"absmean", 1}}, {})
                                      .value()
                                      .tensor();
            QCOMPARE(result.toFloats(), expected);
        }
    }

    void theGaussianLawsHold()
    {
        // Of normal weights the absmean quantizer loses 0.2635 of the power, the best one 0.1902; fitting
        // scales to 256 weights at a time does a little better than the latter.
        constexpr std::size_t rows = 256, columns = 512;
        const LayerProblem problem{
            .weights = Tensor::adoptFloats({rows, columns}, normalValues(rows * columns, 1))};
        const auto format = parseNumberFormat("tq2_0").value();
        const std::vector<float> weights = problem.weights.toFloats();
        const Tensor absmean =
            TernaryMethod().quantize(problem, format, {{"absmean", 1}}, {}).value().tensor();
        QVERIFY(std::fabs(relativeError(weights, absmean.toFloats()) - 0.2635) < 0.003);
        const std::vector<float> found = absmean.toFloats();
        const double zeros = double(std::ranges::count(found, 0.0f)) / double(found.size());
        QVERIFY2(std::fabs(zeros - 0.3101) < 0.003, qPrintable(QString::number(zeros)));
        // The same codes with the scale of least squares lose 0.2131.
        double dot = 0, power = 0;
        for (std::size_t i = 0; i < found.size(); ++i) {
            dot += double(weights[i]) * double(found[i]);
            power += double(found[i]) * double(found[i]);
        }
        std::vector<float> scaled = found;
        for (float& value : scaled)
            value *= float(dot / power);
        QVERIFY(std::fabs(relativeError(weights, scaled) - 0.2131) < 0.003);
        const Tensor fitted = TernaryMethod().quantize(problem, format, {}, {}).value().tensor();
        const double error = relativeError(weights, fitted.toFloats());
        QVERIFY2(error < 0.1905 && error > 0.18, qPrintable(QString::number(error)));
    }

    // b1.58, check 3: never by the mean again.
    void quantizingAgainKeepsTheCodesAndShrinksTheScale()
    {
        const auto format = parseNumberFormat("tq2_0").value();
        const auto absmean = [&](const Tensor& weights) {
            return TernaryMethod()
                .quantize({.weights = weights}, format, {{"absmean", 1}}, {})
                .value()
                .tensor()
                .toFloats();
        };
        const Shape shape{64, 512};
        const std::vector<float> once = absmean(Tensor::adoptFloats(shape, normalValues(64 * 512, 3))),
                                 twice = absmean(Tensor::fromFloats(shape, once));
        const double kept = 1 - double(std::ranges::count(once, 0.0f)) / double(once.size());
        for (std::size_t i = 0; i < once.size(); ++i)
            QVERIFY(std::fabs(double(twice[i]) - kept * double(once[i])) < 2e-3);
        QVERIFY(std::fabs(kept - 0.69) < 0.01);
    }

    void ternaryWeightsComeBackWhenFitted()
    {
        std::vector<float> weights(512);
        for (std::size_t i = 0; i < weights.size(); ++i)
            weights[i] = 0.125f * static_cast<float>(static_cast<int>(i * 7 % 3) - 1);
        const LayerProblem problem{.weights = Tensor::adoptFloats({1, 512}, weights)};
        for (const char* id : {"ternaryg64", "tq1_0", "tq2_0", "q2_0"})
            QCOMPARE(
                TernaryMethod()
                    .quantize(problem, parseNumberFormat(id).value(), {}, {})
                    .value()
                    .tensor()
                    .toFloats(),
                weights);
    }
};

QTEST_APPLESS_MAIN(TernaryTest)
#include "ternary_test.moc"
