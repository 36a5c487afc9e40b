#include "plugins/quip/block_feedback.h"
#include "plugins/quip/quip.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class QuipTest : public QObject {
    Q_OBJECT

private slots:
    void feedbackBeatsTheCodebookAlone_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"e8pg128", "e8p3g128", "e8p4g128"})
            QTest::newRow(id) << id;
    }
    void feedbackBeatsTheCodebookAlone()
    {
        QFETCH(QString, id);
        const auto format = parseNumberFormat(id.toStdString()).value();
        double ratio = 0;
        for (const unsigned seed : {1, 2, 3, 4}) { // .5 to .7 each
            const LayerProblem problem = layer(32, 256, seed);
            const Tensor ours = LatticeRounding().quantize(problem, format, {}, {}).value().tensor();
            const Tensor plain = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
            ratio += outputError(problem, ours) / outputError(problem, plain) / 4;
        }
        QVERIFY2(ratio < 0.65, qPrintable(QString::number(ratio)));
        qInfo("%.3f of the loss of rounding", ratio);
    }

    void theSumOfNormalisedErrorsIsTheOutputError()
    {
        // The block form of the identity that holds for GPTQ: with error = (w - q) of eight columns at their
        // turn, sum |error U_kk^-1|^2 is the output error under the damped Gram matrix.
        constexpr std::size_t inputs = 64;
        LayerProblem problem = layer(1, inputs, 2);
        std::vector<float> gram = problem.gram->toFloats();
        const ColumnOrder order = orderColumns(gram, inputs, VisitOrder::Natural, 0.01, {}).value();
        const BlockFeedback feedback(order);
        std::vector<float> current = problem.weights.toFloats();
        std::vector<float> stored(inputs);
        double visited = 0;
        for (std::size_t c = 0; c < inputs; c += 8) {
            std::array<float, 8> error{};
            for (std::size_t i = 0; i < 8; ++i) {
                stored[c + i] = std::round(current[c + i] * 20) / 20; // any rounding will do
                for (std::size_t j = i; j < 8; ++j)
                    error[j] += (current[c + i] - stored[c + i]) * feedback.inverse(c / 8)[i * 8 + j];
            }
            for (std::size_t i = 0; i < 8; ++i) {
                visited += double(error[i]) * double(error[i]);
                for (std::size_t j = c + 8; j < inputs; ++j)
                    current[j] -= error[i] * order.row(c + i)[j];
            }
        }
        for (std::size_t i = 0; i < inputs; ++i)
            gram[i * (inputs + 1)] += order.damping;
        problem.gram = Tensor::adoptFloats({inputs, inputs}, gram);
        const double direct = outputError(problem, Tensor::adoptFloats({1, inputs}, stored));
        QVERIFY2(
            std::fabs(visited / direct - 1) < 1e-3,
            qPrintable(QString("%1 and %2").arg(visited).arg(direct)));
    }

    void everyStageLeavesAQuarter()
    {
        const LayerProblem problem = layer(32, 256, 4);
        double last = 1e300;
        for (const char* id : {"e8pg256", "e8p3g256", "e8p4g256"}) {
            const auto format = parseNumberFormat(id).value();
            const double error =
                outputError(problem, LatticeRounding().quantize(problem, format, {}, {}).value().tensor());
            QVERIFY2(error < 0.36 * last, qPrintable(QString("%1 of %2").arg(error).arg(last)));
            last = error;
        }
    }

    void uncorrelatedInputsLeaveNothingToAbsorb()
    {
        LayerProblem problem = layer(4, 128, 3);
        std::vector<float> identity(128 * 128);
        for (std::size_t i = 0; i < 128; ++i)
            identity[i * 129] = 1;
        problem.gram = Tensor::adoptFloats({128, 128}, std::move(identity));
        const auto format = parseNumberFormat("e8pg64").value();
        QVERIFY(
            bytesOf(LatticeRounding().quantize(problem, format, {}, {}).value().tensor())
            == bytesOf(RoundToNearest().quantize(problem, format, {}, {}).value().tensor()));
    }
};

QTEST_APPLESS_MAIN(QuipTest)
#include "quip_test.moc"
