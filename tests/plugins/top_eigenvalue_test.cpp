#include "plugins/top_eigenvalue/power_iteration.h"
#include "plugins/top_eigenvalue/top_eigenvalue.h"
#include "tests/plugins/small_text_fixture.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

/// The check of methods/emq.md on power iteration, and the metric on a model.
class TopEigenvalueTest : public QObject {
    Q_OBJECT

private:
    using Vector = std::vector<double>;

private slots:
    void theLargestOfATwoByTwo()
    {
        const auto product = [](const Vector& v) -> Result<Vector> {
            return Vector{2 * v[0] + v[1], v[0] + 3 * v[1]};
        };
        for (const std::uint64_t seed : {0, 1, 2, 3}) {
            const TopEigenvalue top = topEigenvalue(2, product, 100, 1e-9, seed, {}).value();
            QVERIFY(top.isSettled);
            QVERIFY2(std::fabs(top.value - 3.618034) < 1e-6, qPrintable(QString::number(top.value, 'g', 9)));
            QVERIFY(std::fabs(std::fabs(top.direction[1] / top.direction[0]) - 1.618034) < 1e-4);
        }
    }

    void theLargestMagnitudeMayBeNegative()
    {
        const auto product = [](const Vector& v) -> Result<Vector> { return Vector{2 * v[0], -3 * v[1]}; };
        QVERIFY(std::fabs(topEigenvalue(2, product, 100, 1e-9, 1, {}).value().value + 3) < 1e-6);
    }

    void whatIsFlatHasNone()
    {
        const auto product = [](const Vector& v) -> Result<Vector> { return Vector(v.size()); };
        const TopEigenvalue top = topEigenvalue(4, product, 100, 1e-3, 1, {}).value();
        QCOMPARE(top.value, 0.0);
        QVERIFY(top.isSettled);
        QCOMPARE(top.products, std::size_t{1});
    }

    void productsRunOut()
    {
        const auto product = [](const Vector& v) -> Result<Vector> { return Vector{v[0], 1.001 * v[1]}; };
        const TopEigenvalue top = topEigenvalue(2, product, 3, 1e-12, 1, {}).value();
        QVERIFY(!top.isSettled);
        QCOMPARE(top.products, std::size_t{3});
    }

    /// The Fisher matrix of the head is known: the mean over the rows of (diag p - p p^T) x (x x^T), p the
    /// probabilities and x what the head reads.
    void theHeadsIsThatOfItsFisherMatrix()
    {
        const SmallText text;
        const auto probe = text.probe({{"int4g32", "rtn", {}}, {"int8g32", "rtn", {}}});
        const std::size_t head = probe->layers().size() - 1;
        QCOMPARE(probe->layers()[head].name, std::string("output.weight"));
        const auto scores =
            TopEigenvalueMetric().score(*probe, {{"products", 100}, {"chunks", 1}}, {}).value();
        const Graph& graph = *text.model->graph;
        const Node& norm = graph.nodes[graph.nodes.size() - 2]; // before the head
        std::vector<Tensor> normed{probe->stageInput(graph.stageCount - 1, 0).value()};
        for (const TensorId id : norm.weights)
            normed.push_back(probe->tensor(id).value());
        const Tensor x = cpuExecutor()->run(norm.op, normed, {}).value();
        const std::vector<float> weights = probe->weights(head).value().toFloats();
        const std::size_t rows = x.type().rows(), width = x.type().columns(),
                          classes = weights.size() / width;
        std::vector<Vector> chances(rows, Vector(classes));
        for (std::size_t r = 0; r < rows; ++r) {
            double total = 0;
            for (std::size_t c = 0; c < classes; ++c) {
                double logit = 0;
                for (std::size_t i = 0; i < width; ++i)
                    logit += double(weights[c * width + i]) * double(x.floats()[r * width + i]);
                total += chances[r][c] = std::exp(logit);
            }
            for (double& chance : chances[r])
                chance /= total;
        }
        const auto product = [&](const Vector& v) -> Result<Vector> {
            Vector made(v.size());
            for (std::size_t r = 0; r < rows; ++r) {
                const auto input = x.floats().subspan(r * width, width);
                Vector turned(classes);
                double mean = 0;
                for (std::size_t c = 0; c < classes; ++c) {
                    for (std::size_t i = 0; i < width; ++i)
                        turned[c] += v[c * width + i] * double(input[i]);
                    mean += chances[r][c] * turned[c];
                }
                for (std::size_t c = 0; c < classes; ++c)
                    for (std::size_t i = 0; i < width; ++i)
                        made[c * width + i] +=
                            chances[r][c] * (turned[c] - mean) * double(input[i]) / double(rows);
            }
            return made;
        };
        const double expected = topEigenvalue(weights.size(), product, 1000, 1e-6, 1, {}).value().value;
        QVERIFY2(
            std::fabs(scores.perLayer[head] / expected - 1) < .005,
            qPrintable(QString("%1, expected %2").arg(scores.perLayer[head]).arg(expected)));
    }

    void noDirectionIsMoreCurvedAndMoreBitsAreBetter()
    {
        const SmallText text;
        const auto probe = text.probe({{"int4g32", "rtn", {}}, {"int8g32", "rtn", {}}});
        const auto scores = TopEigenvalueMetric().score(*probe, {{"chunks", 1}}, {}).value();
        for (std::size_t i = 0; i < probe->layers().size(); ++i) {
            if (probe->layers()[i].name == "token_embd.weight")
                continue;
            const ModelProbe::Replaced there = probe->replacedBy(i, 0).value();
            const std::vector<float> from = probe->weights(i).value().toFloats(),
                                     to = there.weights.toFloats();
            double moved = 0;
            for (std::size_t w = 0; w < from.size(); ++w)
                moved += std::pow(double(to[w]) - double(from[w]), 2);
            const ModelProbe::Replaced replaced[] = {there};
            const double curved = 2 * probe->losses(replaced, 1).value().divergence / moved;
            QVERIFY2(
                scores.perLayer[i] > 2 * curved,
                qPrintable(QString("layer %1: %2 against %3").arg(i).arg(scores.perLayer[i]).arg(curved)));
            QVERIFY(scores.costs[i][0] > 0 && scores.costs[i][1] == 0);
        }
    }
};

QTEST_APPLESS_MAIN(TopEigenvalueTest)
#include "top_eigenvalue_test.moc"
