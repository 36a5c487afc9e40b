#include "core/graph/composed_matrix.h"
#include "plugins/bitstack/bitstack.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const NumberFormatPtr sign = parseNumberFormat("sign").value();

double energy(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values)
        sum += double(value) * double(value);
    return sum;
}

double relativeRest(const Tensor& weights, const Tensor& found)
{
    std::vector<float> rest = weights.toFloats();
    const std::vector<float> values = found.toFloats();
    for (std::size_t i = 0; i < rest.size(); ++i)
        rest[i] -= values[i];
    return energy(rest) / energy(weights.toFloats());
}

} // namespace

/// The checks of methods/bitstack.md.
class BitStackTest : public QObject {
    Q_OBJECT

private slots:
    void workedCase()
    {
        const std::vector<float> magnitudes{3, 1, 2, 4}, signs{1, -1, -1, 1};
        const Factors factors = rankFactors(magnitudes, 2, 2, 1, 0, {}).value();
        const double expected[] = {1.72361, -2.06525, -2.78885, 3.34164};
        double rest = 0;
        for (std::size_t r = 0; r < 2; ++r)
            for (std::size_t c = 0; c < 2; ++c) {
                const double value = double(signs[r * 2 + c] * factors.left[r] * factors.right[c]);
                QVERIFY(std::fabs(value - expected[r * 2 + c]) < 1e-4);
                rest += std::pow(double(signs[r * 2 + c] * magnitudes[r * 2 + c]) - value, 2);
            }
        QVERIFY(std::fabs(rest - 3.81966) < 1e-4);
    }

    void aRankOneMagnitudeIsExact()
    {
        const std::size_t rows = 24, columns = 40;
        std::vector<float> u = normalValues(rows, 1), v = normalValues(columns, 2),
                           magnitudes(rows * columns);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                magnitudes[r * columns + c] = std::fabs(u[r]) * std::fabs(v[c]);
        const double whole = energy(magnitudes);
        const Factors factors = rankFactors(magnitudes, rows, columns, 1, 0, {}).value();
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                magnitudes[r * columns + c] -= factors.left[r] * factors.right[c];
        // Of the energy, as the other checks count; floats say a product of two within 1e-7 of itself.
        QVERIFY2(energy(magnitudes) < 1e-14 * whole, qPrintable(QString::number(energy(magnitudes) / whole)));
    }

    void gaussianResidualsFallAsTheSpecSays_data()
    {
        QTest::addColumn<int>("rank");
        QTest::addColumn<QList<double>>("expected");
        QTest::newRow("1") << 1 << QList<double>{0.3615, 0.1288, 0.0570, 0.0317};
        QTest::newRow("16") << 16 << QList<double>{0.3232, 0.1045, 0.0392, 0.0168};
    }
    void gaussianResidualsFallAsTheSpecSays()
    {
        QFETCH(int, rank);
        QFETCH(QList<double>, expected);
        LayerProblem problem{.weights = Tensor::adoptFloats({512, 512}, normalValues(512 * 512, 3))};
        double last = 1;
        for (int blocks = 1; blocks <= expected.size(); ++blocks) {
            const Parameters parameters{{"blocks", double(blocks)}, {"rank", double(rank)}};
            const auto made = BitStack().quantize(problem, sign, parameters, {}).value();
            const double rest = relativeRest(problem.weights, made.dense().value());
            QVERIFY2(
                std::fabs(rest - expected[blocks - 1]) < 0.03 * expected[blocks - 1],
                qPrintable(QString::number(rest)));
            QVERIFY(rest < last);
            last = rest;
            QCOMPARE(made.bytes(), BitStack().storedBytes(512, 512, sign, parameters));
        }
    }

    void aLongerStackBeginsWithTheShorter()
    {
        const LayerProblem problem = layer(48, 64, 4);
        const auto two = BitStack().quantize(problem, sign, {{"blocks", 2}}, {}).value();
        const auto four = BitStack().quantize(problem, sign, {{"blocks", 4}}, {}).value();
        for (std::size_t i = 0; i < two.replacement()->parts.size(); ++i)
            QVERIFY(
                bytesOf(two.replacement()->parts[i].tensor) == bytesOf(four.replacement()->parts[i].tensor));
    }

    // Checks 6 and 8: scaling by loudness is undone by the graph, and every block stands on what is stored.
    void enoughBlocksAreTheLayerItself()
    {
        const LayerProblem problem = layer(48, 64, 8);
        const auto made =
            BitStack().quantize(problem, sign, {{"blocks", 8}, {"rank", 16}}, {}).value().dense().value();
        const double rest = relativeRest(problem.weights, made);
        QVERIFY2(rest < 1e-5, qPrintable(QString::number(rest)));
        const LayerProblem plain{.weights = Tensor::adoptFloats({128, 96}, normalValues(128 * 96, 9))};
        const auto one = BitStack().quantize(plain, sign, {{"blocks", 1}}, {}).value(),
                   two = BitStack().quantize(plain, sign, {{"blocks", 2}}, {}).value();
        std::vector<float> residual = plain.weights.toFloats();
        const std::vector<float> stored = one.dense().value().toFloats();
        for (std::size_t i = 0; i < residual.size(); ++i)
            residual[i] -= stored[i];
        std::vector<std::vector<float>> signs;
        for (const LayerReplacement::Part& part : two.replacement()->parts)
            if (part.tensor.type().format->id() == "sign")
                signs.push_back(part.tensor.toFloats());
        QCOMPARE(signs.size(), std::size_t(2));
        std::size_t others = 0; // where the residual is what rounding of sums leaves
        for (std::size_t i = 0; i < residual.size(); ++i)
            others += (residual[i] >= 0) != (signs[1][i] >= 0) && std::fabs(residual[i]) > 1e-5f ? 1 : 0;
        QCOMPARE(others, std::size_t(0));
    }

    void loudInputsAreSpared()
    {
        const LayerProblem problem = layer(64, 96, 5);
        LayerProblem unheard = problem;
        unheard.meanSquare.reset();
        const Tensor scaled = BitStack().quantize(problem, sign, {{"blocks", 2}}, {}).value().dense().value();
        const Tensor plain = BitStack().quantize(unheard, sign, {{"blocks", 2}}, {}).value().dense().value();
        QVERIFY(outputError(problem, scaled) < outputError(problem, plain));
    }

    void signsWithFactorsBeatFactorsAlone()
    {
        // One block of rank 16 and factors of rank 32 take the same bytes.
        const std::vector<float> values = normalValues(512 * 512, 6);
        const Factors factors = rankFactors(values, 512, 512, 32, 0, {}).value();
        std::vector<float> rest = values;
        for (std::size_t r = 0; r < 512; ++r)
            for (std::size_t k = 0; k < 32; ++k)
                for (std::size_t c = 0; c < 512; ++c)
                    rest[r * 512 + c] -= factors.left[r * 32 + k] * factors.right[k * 512 + c];
        QVERIFY(std::fabs(energy(rest) / energy(values) - 0.789) < 0.01);
    }

    void aModelImprovesAlongItsStack()
    {
        static const BitStack method;
        std::vector<Candidate> candidates;
        for (int blocks = 1; blocks <= 4; ++blocks)
            candidates.push_back({"sign", "bitstack", {{"blocks", blocks}}});
        const SampleProbe sample = probeOf(
            sampleModel(), candidates, [](std::string_view) -> const LayerMethod* { return &method; });
        double last = 1e9;
        std::uint64_t bytes = 0;
        for (std::size_t blocks = 0; blocks < candidates.size(); ++blocks) {
            const double divergence = lossesAs(*sample.probe, blocks).divergence;
            QVERIFY2(divergence < last, qPrintable(QString("%1 blocks: %2").arg(blocks + 1).arg(divergence)));
            last = divergence;
            QVERIFY(sample.probe->bytes(0, blocks) > bytes);
            bytes = sample.probe->bytes(0, blocks);
        }
    }

    void bitsOfTheTable()
    {
        QCOMPARE(
            BitStack().storedBytes(4096, 4096, sign, {{"blocks", 1}}) - 2 * 4096,
            std::size_t(2.25 * 1024 * 1024));
        QCOMPARE(
            BitStack().storedBytes(14336, 4096, sign, {{"blocks", 1}}) - 2 * 4096,
            std::size_t(7.5625 * 1024 * 1024));
        QCOMPARE(
            BitStack().storedBytes(1024, 4096, sign, {{"blocks", 1}}) - 2 * 4096,
            std::size_t(0.65625 * 1024 * 1024));
    }
};

QTEST_APPLESS_MAIN(BitStackTest)
#include "bitstack_test.moc"
