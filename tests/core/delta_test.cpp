#include "core/method/row_packer.h"
#include "core/tensor/delta.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace tritloom;

namespace {

std::vector<float> normalValues(std::size_t count, unsigned seed, float deviation)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, deviation);
    std::vector<float> values(count);
    for (float& value : values)
        value = normal(random);
    return values;
}

Tensor sum(const std::vector<float>& base, const std::vector<float>& delta, Shape shape)
{
    std::vector<float> values = base;
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] += delta[i];
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

} // namespace

/// How a fine-tune is told from its base: the pitfalls of methods/bitdelta.md.
class DeltaTest : public QObject {
    Q_OBJECT

private slots:
    // 3 of 4 differences are there: |D| = sqrt(0.02^2 + 0.04^2 + 0.06^2), |W| = sqrt(1 + 0.25 + 0.0625 + 4).
    void theWorkedCase()
    {
        const auto found = deltaFigures(
                               Tensor::adoptFloats({2, 2}, {1.02f, -0.46f, 0.19f, 2}),
                               Tensor::adoptFloats({2, 2}, {1, -0.5f, 0.25f, 2}))
                               .value();
        QCOMPARE(found.zeroShare, 0.25);
        QVERIFY(std::fabs(found.relativeNorm - std::sqrt(0.0056) / std::sqrt(5.3125)) < 1e-6);
        QCOMPARE(found.effectiveRank, std::size_t(2));
    }

    void nothingDiffersFromItself()
    {
        const Tensor same = Tensor::adoptFloats({8, 8}, normalValues(64, 1, 1));
        const auto found = deltaFigures(same, same).value();
        QCOMPARE(found.zeroShare, 1.0);
        QCOMPARE(found.relativeNorm, 0.0);
        QCOMPARE(found.effectiveRank, std::size_t(0));
    }

    // A difference of rank 4, and the rounding to f16 of what was merged, among more rows than are looked at.
    void aMergedLoraHasALowRank()
    {
        constexpr std::size_t rows = 700, columns = 300, rank = 4;
        const std::vector<float> base = normalValues(rows * columns, 1, 0.05f),
                                 left = normalValues(rows * rank, 2, 0.05f),
                                 right = normalValues(rank * columns, 3, 0.05f);
        std::vector<float> delta(rows * columns);
        for (std::size_t r = 0; r < rows; ++r)
            for (std::size_t c = 0; c < columns; ++c)
                for (std::size_t k = 0; k < rank; ++k)
                    delta[r * columns + c] += left[r * rank + k] * right[k * columns + c];
        const Shape shape{rows, columns};
        const Tensor merged = Tensor::fromFloats(shape, sum(base, delta, shape).toFloats());
        const auto found = deltaFigures(
                               encodedAs("f16", shape, merged.toFloats()), encodedAs("f16", shape, base))
                               .value();
        QVERIFY2(found.effectiveRank <= rank, qPrintable(QString::number(found.effectiveRank)));
        // Of independent differences the most directions are needed.
        const auto full =
            deltaFigures(
                sum(base, normalValues(rows * columns, 4, 0.01f), shape), Tensor::adoptFloats(shape, std::vector<float>(base)))
                .value();
        QVERIFY2(full.effectiveRank > 150, qPrintable(QString::number(full.effectiveRank)));
    }

    void whatIsNotFiniteIsNoDifference()
    {
        const float nan = std::numeric_limits<float>::quiet_NaN(), inf = std::numeric_limits<float>::infinity();
        const auto found =
            deltaFigures(Tensor::adoptFloats({1, 3}, {nan, inf, 2}), Tensor::adoptFloats({1, 3}, {1, 1, 1})).value();
        QVERIFY(std::isfinite(found.relativeNorm));
        QVERIFY(std::fabs(found.zeroShare - 2.0 / 3) < 1e-9);
    }

    void otherShapesAreAnError()
    {
        const auto found = deltaFigures(
            Tensor::adoptFloats({2, 3}, std::vector<float>(6)), Tensor::adoptFloats({3, 2}, std::vector<float>(6)));
        QVERIFY(!found.has_value());
        QCOMPARE(found.error().message, std::string("the base is [3, 2] here, not [2, 3]"));
    }
};

QTEST_APPLESS_MAIN(DeltaTest)
#include "delta_test.moc"
