#include "plugins/bitdelta/bitdelta.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const NumberFormatPtr sign = parseNumberFormat("sign").value();

LayerProblem pair(Shape shape, std::vector<float> tuned, std::vector<float> base)
{
    LayerProblem problem{.weights = Tensor::adoptFloats(shape, std::move(tuned))};
    problem.base = Tensor::adoptFloats(shape, std::move(base));
    return problem;
}

std::vector<float> dense(const LayerProblem& problem, const Parameters& parameters = {})
{
    return BitDelta().quantize(problem, sign, parameters, {}).value().dense().value().toFloats();
}

double relativeRest(const LayerProblem& problem, const std::vector<float>& found)
{
    const std::vector<float> tuned = problem.weights.toFloats(), base = problem.base->toFloats();
    double rest = 0, delta = 0;
    for (std::size_t i = 0; i < tuned.size(); ++i) {
        rest += std::pow(double(tuned[i]) - double(found[i]), 2);
        delta += std::pow(double(tuned[i]) - double(base[i]), 2);
    }
    return rest / delta;
}

} // namespace

/// The checks of methods/bitdelta.md.
class BitDeltaTest : public QObject {
    Q_OBJECT

private slots:
    void workedCase()
    {
        const LayerProblem problem = pair({2, 2}, {1.02f, -0.46f, 0.19f, 2}, {1, -0.5f, 0.25f, 2});
        const auto found = BitDelta().quantize(problem, sign, {}, {}).value();
        const std::vector<float> expected{1.03f, -0.47f, 0.22f, 2.03f},
            values = found.dense().value().toFloats();
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::fabs(values[i] - expected[i]) < 1e-6f);
        QVERIFY(std::fabs(found.replacement()->parts[2].tensor.toFloats()[0] - 0.03f) < 1e-7f);
    }

    void theResidualFollowsTheGaussianLaw()
    {
        constexpr std::size_t rows = 256, columns = 512;
        const std::vector<float> base = normalValues(rows * columns, 1);
        std::vector<float> tuned = base;
        const std::vector<float> delta = normalValues(rows * columns, 2, 0.05f);
        for (std::size_t i = 0; i < tuned.size(); ++i)
            tuned[i] += delta[i];
        const LayerProblem problem = pair({rows, columns}, tuned, base);
        const double expected[] = {0.3634, 0.1304, 0.0584, 0.0329, 0.0227}; // 1 - 2 / pi, then as the spec
        for (int masks = 1; masks <= 5; ++masks) {
            const double rest = relativeRest(problem, dense(problem, {{"masks", double(masks)}}));
            QVERIFY2(
                std::fabs(rest - expected[masks - 1]) < 0.02 * expected[masks - 1] + 0.0005,
                qPrintable(QString::number(rest)));
        }
    }

    void anotherScaleIsWorse()
    {
        const std::vector<float> base = normalValues(512, 3), delta = normalValues(512, 4, 0.1f);
        std::vector<float> tuned = base;
        double alpha = 0;
        for (std::size_t i = 0; i < tuned.size(); ++i) {
            tuned[i] += delta[i];
            alpha += std::fabs(double(delta[i])) / 512;
        }
        const LayerProblem problem = pair({8, 64}, tuned, base);
        const double best = relativeRest(problem, dense(problem));
        for (const double factor : {0.99, 1.01}) {
            std::vector<float> other = base;
            for (std::size_t i = 0; i < other.size(); ++i)
                other[i] += float((tuned[i] - base[i] >= 0 ? 1 : -1) * alpha * factor);
            QVERIFY(relativeRest(problem, other) > best);
        }
    }

    void aModelThatDidNotMoveGivesItsBaseBack()
    {
        const std::vector<float> base = normalValues(256, 5);
        const LayerProblem problem = pair({4, 64}, base, base);
        QCOMPARE(dense(problem), base);
    }

    void bytesAreOneBitAWeightAndAScale()
    {
        const LayerProblem problem = pair({16, 64}, normalValues(1024, 6), normalValues(1024, 6));
        QCOMPARE(BitDelta().quantize(problem, sign, {}, {}).value().bytes(), std::size_t(16 * 8 + 4));
        QCOMPARE(
            BitDelta().storedBytes(16, 64, sign, {{"masks", 3}, {"by_row", 1}}),
            std::size_t(3 * (16 * 8 + 32)));
        // The linear layers of a 7 B Llama: 6,476,005,376 weights, the table's size but for 224 scales.
        std::size_t bytes = 0;
        for (int block = 0; block < 32; ++block) {
            for (int i = 0; i < 4; ++i)
                bytes += BitDelta().storedBytes(4096, 4096, sign, {}) - 4;
            bytes += 2 * (BitDelta().storedBytes(11008, 4096, sign, {}) - 4);
            bytes += BitDelta().storedBytes(4096, 11008, sign, {}) - 4;
        }
        QCOMPARE(bytes, std::size_t(809500672));
    }

    void aForeignBaseIsRefused()
    {
        std::vector<float> other = normalValues(1024, 8);
        for (float& value : other)
            value *= 0.1f;
        const auto result = BitDelta().quantize(pair({16, 64}, normalValues(1024, 7), other), sign, {}, {});
        QVERIFY(!result.has_value());
        QVERIFY(result.error().message.find("not what the model was tuned from") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(BitDeltaTest)
#include "bitdelta_test.moc"
