#include "core/graph/composed_matrix.h"
#include "plugins/pb_llm/pb_llm.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const NumberFormatPtr sign = parseNumberFormat("sign").value();

CompressedLayer make(const LayerProblem& problem, const Parameters& parameters)
{
    return PbLlm().quantize(problem, sign, parameters, {}).value();
}

/// Inputs that do not know of each other: no error is fed forward.
LayerProblem independent(std::vector<float> weights, std::size_t outputs, std::size_t inputs)
{
    LayerProblem problem{.weights = Tensor::adoptFloats({outputs, inputs}, std::move(weights))};
    std::vector<float> gram(inputs * inputs);
    for (std::size_t i = 0; i < inputs; ++i)
        gram[i * (inputs + 1)] = 1;
    problem.gram = Tensor::adoptFloats({inputs, inputs}, std::move(gram));
    return problem;
}

} // namespace

/// The checks of methods/pb-llm.md.
class PbLlmTest : public QObject {
    Q_OBJECT

private slots:
    void workedRow()
    {
        const LayerProblem problem = independent({.3f, -.1f, .2f, -.4f, .6f, -.2f}, 1, 6);
        const auto made = make(problem, {{"salient", 0}});
        const auto& parts = made.replacement()->parts;
        QVERIFY(std::fabs(parts[1].tensor.toFloats()[0] - 0.3f) < 2e-4f); // alpha and mean are halves
        QVERIFY(std::fabs(parts[3].tensor.toFloats()[0] - 0.066667f) < 1e-4f);
        QVERIFY(std::fabs(outputError(problem, made.dense().value()) - 0.133333) < 1e-4);
    }

    // Check 2: another scale is worse by n (0.01 alpha)^2.
    void theScaleIsTheBest()
    {
        constexpr std::size_t inputs = 200;
        const LayerProblem problem = independent(normalValues(inputs, 6), 1, inputs);
        const auto made = make(problem, {{"salient", 0}});
        const float alpha = made.replacement()->parts[1].tensor.toFloats()[0],
                    mean = made.replacement()->parts[3].tensor.toFloats()[0];
        const std::vector<float> weights = problem.weights.toFloats(), found = made.dense().value().toFloats();
        const auto errorOf = [&](double scale) {
            double sum = 0;
            for (std::size_t i = 0; i < inputs; ++i)
                sum += std::pow(double(weights[i]) - double(mean) - (found[i] > mean ? scale : -scale), 2);
            return sum;
        };
        const double least = errorOf(double(alpha)), step = 0.01 * double(alpha);
        for (const double sign : {-1.0, 1.0}) {
            const double more = (errorOf(double(alpha) + sign * step) - least) / (double(inputs) * step * step);
            QVERIFY2(std::fabs(more - 1) < 0.2, qPrintable(QString::number(more))); // alpha is a half
        }
    }

    void theReleasedAveragesAreShrunk()
    {
        const std::size_t inputs = 100;
        const LayerProblem problem = independent(normalValues(inputs, 1), 1, inputs);
        const Parameters masked{{"salient", 10}, {"by_gram", 0}};
        Parameters released = masked;
        released["as_released"] = 1;
        const float mean = make(problem, masked).replacement()->parts[3].tensor.toFloats()[0];
        const float shrunk = make(problem, released).replacement()->parts[3].tensor.toFloats()[0];
        QVERIFY(std::fabs(shrunk - 0.9f * mean) < 1e-3f * std::fabs(mean) + 1e-5f);
    }

    void allSalientIsEightBits()
    {
        const LayerProblem problem = layer(16, 64, 2);
        const std::vector<float> weights = problem.weights.toFloats();
        const Tensor found = make(problem, {{"salient", 100}}).dense().value();
        const double error = outputError(problem, found);
        const double norm = outputError(problem, Tensor::adoptFloats({16, 64}, std::vector<float>(16 * 64)));
        QVERIFY(error < 2e-4 * norm);
    }

    void theErrorIsGptqs()
    {
        // sum |w - q|^2 / U_jj^2 = tr((W - Q) H (W - Q)^T) for any elementwise quantizer means that feeding
        // errors forward pays: below the error of the same quantizer without it.
        const LayerProblem problem = layer(32, 96, 3);
        LayerProblem deaf = independent(problem.weights.toFloats(), 32, 96);
        const double fed = outputError(problem, make(problem, {{"salient", 0}}).dense().value());
        const double plain = outputError(problem, make(deaf, {{"salient", 0}}).dense().value());
        QVERIFY2(fed < plain, qPrintable(QString("%1 %2").arg(fed).arg(plain)));
    }

    void moreSalientWeightsAreBetterAndTheGramChoosesThemBetter()
    {
        int better = 0;
        for (unsigned seed = 10; seed < 20; ++seed) {
            const LayerProblem problem = layer(24, 64, seed);
            double last = 1e300;
            for (const double share : {0.0, 5.0, 10.0, 20.0, 40.0}) {
                const double error =
                    outputError(problem, make(problem, {{"salient", share}}).dense().value());
                QVERIFY(error < last);
                last = error;
            }
            const double byGram = outputError(problem, make(problem, {{"salient", 10}}).dense().value());
            const double byMagnitude =
                outputError(problem, make(problem, {{"salient", 10}, {"by_gram", 0}}).dense().value());
            better += byGram <= byMagnitude ? 1 : 0;
        }
        QVERIFY2(better >= 6, qPrintable(QString::number(better)));
    }

    void bytesFollowTheFormula()
    {
        const LayerProblem problem = layer(40, 128, 4);
        for (const double share : {0.0, 10.0, 100.0})
            QCOMPARE(
                make(problem, {{"salient", share}}).bytes(),
                PbLlm().storedBytes(40, 128, sign, {{"salient", share}}));
        // 2 + 8 rho bits with mask and a full sign plane: 2.8 at 10 %, but for row parameters.
        const double bits = 8.0 * double(PbLlm().storedBytes(4096, 4096, sign, {})) / (4096.0 * 4096.0);
        QVERIFY2(std::fabs(bits - 2.8) < 0.02, qPrintable(QString::number(bits)));
    }
};

QTEST_APPLESS_MAIN(PbLlmTest)
#include "pb_llm_test.moc"
