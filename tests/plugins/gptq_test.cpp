#include "core/method/column_order.h"
#include "core/method/inverse_factor.h"
#include "core/method/row_state.h"
#include "plugins/gptq/gptq.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class GptqTest : public QObject {
    Q_OBJECT

private slots:
    void theFactorOfATwoByTwoIsThatOfTheBook()
    {
        std::vector<double> matrix{2, 1, 1, 2};
        const std::vector<float> factor = inverseFactor(matrix, 2, {}).value();
        QVERIFY(std::fabs(factor[0] - 0.816497f) < 1e-6f);
        QVERIFY(std::fabs(factor[1] + 0.408248f) < 1e-6f);
        QCOMPARE(factor[2], 0.0f);
        QVERIFY(std::fabs(factor[3] - 0.707107f) < 1e-6f);
    }

    void theFactorInvertsTheMatrix_data()
    {
        QTest::addColumn<int>("size");
        for (const int size : {1, 63, 64, 65, 200})
            QTest::addRow("%d", size) << size;
    }
    void theFactorInvertsTheMatrix()
    {
        QFETCH(int, size);
        const auto n = static_cast<std::size_t>(size);
        const std::vector<float> gram = layer(1, n, 1).gram->toFloats();
        std::vector<double> matrix(gram.begin(), gram.end());
        for (std::size_t i = 0; i < n; ++i)
            matrix[i * (n + 1)] += 0.01;
        const std::vector<double> kept = matrix;
        const std::vector<float> u = inverseFactor(matrix, n, {}).value();
        double worst = 0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                // U H U^T = I
                double sum = 0;
                for (std::size_t a = i; a < n; ++a) {
                    double inner = 0;
                    for (std::size_t b = j; b < n; ++b)
                        inner += kept[a * n + b] * u[j * n + b];
                    sum += u[i * n + a] * inner;
                }
                worst = std::max(worst, std::fabs(sum - (i == j ? 1.0 : 0.0)));
            }
        }
        QVERIFY2(worst < 1e-3, qPrintable(QString::number(worst)));
    }

    void anIndefiniteMatrixIsRefused()
    {
        std::vector<double> matrix{1, 2, 2, 1};
        QVERIFY(!inverseFactor(matrix, 2, {}).has_value());
    }

    void theSumOfVisitedErrorsIsTheOutputError()
    {
        // sum_j |w_j - q_j|^2 / U_jj^2, with w_j as it was at its turn, is tr((W - Q) H (W - Q)^T) with the
        // damped H: exact whatever Q is. Here rows are stored by hand, column by column.
        constexpr std::size_t outputs = 8, inputs = 32;
        LayerProblem problem = layer(outputs, inputs, 2);
        std::vector<float> gram = problem.gram->toFloats();
        const ColumnOrder order = orderColumns(gram, inputs, VisitOrder::Natural, 0.01, {}).value();
        const auto format = parseNumberFormat("int3g32").value();
        std::vector<float> all;
        double visited = 0;
        for (std::size_t r = 0; r < outputs; ++r) {
            std::vector<float> current(inputs);
            problem.weights.decodeRows(r, current);
            RowState row(*format, inputs);
            row.fit(0, current, order.importance);
            for (std::size_t v = 0; v < inputs; ++v) {
                const float stored = row.choose(v, current[v]);
                const float error = (current[v] - stored) / order.row(v)[v];
                visited += static_cast<double>(error) * error;
                for (std::size_t j = v; j < inputs; ++j)
                    current[j] -= error * order.row(v)[j];
                all.push_back(stored);
            }
        }
        double mean = 0;
        for (std::size_t i = 0; i < inputs; ++i)
            mean += gram[i * (inputs + 1)] / inputs;
        for (std::size_t i = 0; i < inputs; ++i)
            gram[i * (inputs + 1)] += static_cast<float>(0.01 * mean);
        problem.gram = Tensor::adoptFloats({inputs, inputs}, gram);
        const double direct = outputError(problem, Tensor::adoptFloats({outputs, inputs}, all));
        QVERIFY2(
            std::fabs(visited - direct) < 1e-3 * direct,
            qPrintable(QString("%1 and %2").arg(visited).arg(direct)));
    }

    void aPairOfWeightsByHand()
    {
        // H = [[2, 1], [1, 2]] and whole levels: (.6, .6) becomes (1, 0), (.4, .4) becomes (0, 1); the loss
        // is .56, rounding each by itself leaves .96.
        const std::vector<float> gram{2, 1, 1, 2};
        const ColumnOrder order = orderColumns(gram, 2, VisitOrder::Natural, 1e-8, {}).value();
        const auto format = parseNumberFormat("int4g8").value();
        for (const float weight : {0.6f, 0.4f}) {
            RowState row(*format, 2);
            row.fit(0, std::vector<float>{7, 7}, std::vector<float>{1, 1}); // a scale of 1
            std::vector<float> current{weight, weight};
            const float first = row.choose(0, current[0]);
            current[1] -= (current[0] - first) / order.row(0)[0] * order.row(0)[1];
            const float second = row.choose(1, current[1]);
            QCOMPARE(first, weight > 0.5f ? 1.0f : 0.0f);
            QCOMPARE(second, weight > 0.5f ? 0.0f : 1.0f);
            const float a = weight - first, b = weight - second, round = weight - std::round(weight);
            QVERIFY(std::fabs(2 * a * a + 2 * a * b + 2 * b * b - 0.56f) < 1e-6f);
            QVERIFY(std::fabs(6 * round * round - 0.96f) < 1e-6f);
        }
    }

    void staticGroupsFitTheWeightsAsGiven()
    {
        // Every scale is then the one that rounding with the same importance would have.
        constexpr std::size_t inputs = 128;
        const LayerProblem problem = layer(4, inputs, 6);
        const auto format = parseNumberFormat("int4g32").value();
        const Parameters parameters{{"act_order", 0}, {"static_groups", 1}, {"sweeps", 0}};
        const Tensor result = Gptq().quantize(problem, format, parameters, {}).value().tensor();
        const ColumnOrder order =
            orderColumns(problem.gram->toFloats(), inputs, VisitOrder::Natural, 0.01, {}).value();
        const std::vector<float> weights = problem.weights.toFloats();
        std::vector<std::byte> packed(format->blockBytes());
        std::size_t same = 0;
        for (std::size_t b = 0; b < 16; ++b) {
            const std::size_t begin = b * 32 % inputs;
            format->fit(
                std::span(weights).subspan(b * 32, 32), std::span(order.importance).subspan(begin, 32),
                packed);
            same += std::equal(
                packed.begin(), packed.begin() + 2, result.bytes().begin() + std::ptrdiff_t(b * 18));
        }
        QCOMPARE(same, std::size_t{16});
    }

    void aGramMatrixOfLowRankIsDampedUntilItFactors()
    {
        // Fewer tokens than inputs and next to no damping.
        constexpr std::size_t inputs = 96;
        LayerProblem problem{.weights = Tensor::adoptFloats({8, inputs}, normalValues(8 * inputs, 3))};
        const std::vector<float> x = normalValues(5 * inputs, 4);
        std::vector<float> gram(inputs * inputs);
        for (std::size_t t = 0; t < 5; ++t)
            for (std::size_t i = 0; i < inputs; ++i)
                for (std::size_t j = 0; j < inputs; ++j)
                    gram[i * inputs + j] += x[t * inputs + i] * x[t * inputs + j];
        problem.gram = Tensor::adoptFloats({inputs, inputs}, gram);
        const auto format = parseNumberFormat("int3g32").value();
        const Tensor ours = Gptq().quantize(problem, format, {{"dampening", 0.01}}, {}).value().tensor();
        const Tensor rounded = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
        QVERIFY(outputError(problem, ours) < 0.5 * outputError(problem, rounded));
    }

    void clearlyBeatsRounding_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<int>("actOrder");
        for (const char* format :
             {"int3g64", "int4g128", "int4g64a", "q4_0", "q4_k", "q3_k", "q2_k", "nf4g64"})
            for (const int actOrder : {0, 1})
                QTest::addRow("%s act-order %d", format, actOrder) << QString(format) << actOrder;
    }
    void clearlyBeatsRounding()
    {
        QFETCH(QString, format);
        QFETCH(int, actOrder);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        static const LayerProblem problem = layer(64, 512, 3); // once: the Gram matrix takes the time
        const Tensor ours =
            Gptq().quantize(problem, parsed, {{"act_order", double(actOrder)}}, {}).value().tensor();
        const Tensor rounded = RoundToNearest().quantize(problem, parsed, {}, {}).value().tensor();
        const double ratio = outputError(problem, ours) / outputError(problem, rounded);
        QVERIFY2(ratio < 0.75, qPrintable(QString::number(ratio)));
    }

    void uncorrelatedInputsLeaveNothingToAbsorb()
    {
        // With H = I every column is simply rounded, so both methods agree.
        LayerProblem problem = layer(5, 64, 4);
        std::vector<float> identity(64 * 64);
        for (std::size_t i = 0; i < 64; ++i)
            identity[i * 65] = 1;
        problem.gram = Tensor::adoptFloats({64, 64}, std::move(identity));
        const auto format = parseNumberFormat("q4_0").value();
        const Tensor ours = Gptq().quantize(problem, format, {}, {}).value().tensor();
        const Tensor rounded = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
        QVERIFY(bytesOf(ours) == bytesOf(rounded));
    }
};

QTEST_APPLESS_MAIN(GptqTest)
#include "gptq_test.moc"
