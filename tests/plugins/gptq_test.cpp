#include "plugins/gptq/column_order.h"
#include "plugins/gptq/gptq.h"
#include "plugins/gptq/inverse_factor.h"
#include "plugins/gptq/row_state.h"
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
