#include "core/image/mean_discrepancy.h"

#include <QTest>

#include <cmath>
#include <limits>
#include <random>

using namespace tritloom;

namespace {

FeatureSet setOf(std::size_t dimension, std::vector<double> values)
{
    return {dimension, std::move(values)};
}

/// Normal numbers of deviation 1 around `mean`.
FeatureSet normal(std::size_t count, std::size_t dimension, unsigned seed, double mean = 0)
{
    std::mt19937 random(seed);
    std::normal_distribution<double> draw(mean);
    FeatureSet set{dimension, std::vector<double>(count * dimension)};
    for (double& value : set.values)
        value = draw(random);
    return set;
}

FeatureSet without(FeatureSet set, std::size_t picture)
{
    const auto begin = set.values.begin() + std::ptrdiff_t(picture * set.dimension);
    set.values.erase(begin, begin + std::ptrdiff_t(set.dimension));
    return set;
}

void near(double actual, double expected, double tolerance)
{
    QVERIFY2(
        std::abs(actual - expected) <= tolerance,
        qPrintable(QString("%1, expected %2").arg(actual, 0, 'g', 15).arg(expected, 0, 'g', 15)));
}

} // namespace

/// FID, KID and LPIPS against closed forms and sums by hand (image-quality-metrics).
class FeatureDistanceTest : public QObject {
    Q_OBJECT

private slots:
    void fidOfGaussiansHasItsClosedForm()
    {
        near(frechetDistance(FeatureMoments{{0}, {1}}, FeatureMoments{{1}, {4}}).value(), 2, 1e-12);
        const FeatureMoments first{{0, 0}, {2, 0.5, 0.5, 1}}, second{{1, -1}, {1, -0.3, -0.3, 3}};
        near(frechetDistance(first, second).value(), 2.929311854967774, 1e-12);
        near(frechetDistance(second, first).value(), 2.929311854967774, 1e-12);
        near(frechetDistance(first, first).value(), 0, 1e-12);
        // Diagonal matrices: a sum over dimensions of (s1 - s2)^2, here with deviations of 0 among them.
        const FeatureMoments flat{{0, 0, 0}, {4, 0, 0, 0, 0, 0, 0, 0, 9}},
            other{{0, 0, 2}, {1, 0, 0, 0, 1, 0, 0, 0, 0}};
        near(frechetDistance(flat, other).value(), 4 + 1 + 1 + 9, 1e-12);
    }

    void fidOfPicturesCountsOneLess()
    {
        // Two pictures a side: variances with N - 1 are 1 and 4, means 0 and 1.
        const double a = std::sqrt(0.5);
        near(frechetDistance(setOf(1, {-a, a}), setOf(1, {1 - 2 * a, 1 + 2 * a})).value(), 2, 1e-12);
    }

    void fidOfFewerPicturesThanNumbersIsARealNumberAndMarked_data()
    {
        QTest::addColumn<int>("count");
        QTest::addColumn<double>("expected");
        QTest::newRow("fewer than numbers") << 50 << 44.1;
        QTest::newRow("as many and one") << 65 << 33.9;
        QTest::newRow("200") << 200 << 11.1;
        QTest::newRow("1000") << 1000 << 2.18;
    }
    void fidOfFewerPicturesThanNumbersIsARealNumberAndMarked()
    {
        QFETCH(int, count);
        QFETCH(double, expected);
        const FeatureSet a = normal(std::size_t(count), 64, 1), b = normal(std::size_t(count), 64, 2);
        near(frechetDistance(a, b).value(), expected, 0.12 * expected);
        QCOMPARE(isBiasedFrechet(a, b), count < 640);
        const KernelDistance kid = kernelDistance(a, b).value();
        QVERIFY2(
            std::abs(kid.value) < 4 * kid.error,
            qPrintable(QString("%1 ± %2").arg(kid.value).arg(kid.error)));
    }

    void kidOfFourPicturesIsTheSumByHand()
    {
        const FeatureSet x = setOf(2, {1, 0, 0, 1}), y = setOf(2, {1, 1, 0, 0});
        near(kernelDistance(x, y).value().value, -2.375, 1e-12);
        near(kernelDistance(y, x).value().value, -2.375, 1e-12);
        // Of sets of other sizes: k(x, x') = (2 + 1)^3 = 27 for the pairs of one set, (0 + 1)^3 between them.
        const FeatureSet one = setOf(1, {std::sqrt(2), std::sqrt(2), std::sqrt(2)}), zero = setOf(1, {0, 0});
        near(kernelDistance(one, zero).value().value, 27 + 1 - 2, 1e-12);
    }

    void kidsErrorIsTheJackknifes()
    {
        const FeatureSet a = normal(7, 3, 5), b = normal(7, 3, 6, 0.5);
        const auto spread = [](const std::vector<double>& values) {
            double mean = 0, squares = 0;
            for (const double value : values)
                mean += value / double(values.size());
            for (const double value : values)
                squares += (value - mean) * (value - mean);
            return squares * double(values.size() - 1) / double(values.size());
        };
        std::vector<double> pairs, first, second;
        for (std::size_t i = 0; i < 7; ++i)
            pairs.push_back(kernelDistance(without(a, i), without(b, i)).value().value);
        near(kernelDistance(a, b).value().error, std::sqrt(spread(pairs)), 1e-12);
        const FeatureSet more = normal(9, 3, 8, 0.5);
        for (std::size_t i = 0; i < 7; ++i)
            first.push_back(kernelDistance(without(a, i), more).value().value);
        for (std::size_t i = 0; i < 9; ++i)
            second.push_back(kernelDistance(a, without(more, i)).value().value);
        near(kernelDistance(a, more).value().error, std::sqrt(spread(first) + spread(second)), 1e-12);
    }

    void kidsErrorIsHowFarItSpreads_data()
    {
        QTest::addColumn<double>("shift");
        QTest::addColumn<double>("ratio");
        QTest::newRow("other distributions") << 0.8 << 1.0;
        // Without a difference the terms of first order are gone, and of those of second the jackknife counts
        // double.
        QTest::newRow("one distribution") << 0.0 << std::sqrt(2.0);
    }
    void kidsErrorIsHowFarItSpreads()
    {
        QFETCH(double, shift);
        QFETCH(double, ratio);
        std::vector<double> values;
        double mean = 0, told = 0, spread = 0;
        for (unsigned i = 0; i < 60; ++i) {
            const KernelDistance kid =
                kernelDistance(normal(80, 4, 2 * i), normal(80, 4, 2 * i + 1, shift)).value();
            values.push_back(kid.value);
            mean += kid.value / 60;
            told += kid.error / 60;
        }
        for (const double value : values)
            spread += (value - mean) * (value - mean) / 59;
        near(told / std::sqrt(spread), ratio, 0.3 * ratio);
        if (shift == 0)
            QVERIFY(std::abs(mean) < 4 * std::sqrt(spread / 60)); // no bias
    }

    void kidTellsOtherDistributionsApart()
    {
        const KernelDistance kid = kernelDistance(normal(200, 8, 1), normal(200, 8, 2, 1)).value();
        QVERIFY(kid.value > 10 * kid.error);
        // The mean of x.y is 8 between pictures of the second and 0 else: E(u + 1)^3 differs by what it does
        // for both.
        QVERIFY(kid.value > 5);
    }

    void largeSetsAreComparedBySubsets()
    {
        const FeatureSet a = normal(300, 4, 11), b = normal(260, 4, 12, 0.7);
        const KernelDistance whole = kernelDistance(a, b).value(),
                             parts = kernelDistance(a, b, {.count = 100, .size = 60, .seed = 3}).value();
        QCOMPARE(whole.subsets, std::size_t(0));
        QCOMPARE(parts.subsets, std::size_t(100));
        QVERIFY(parts.error > 0);
        near(parts.value, whole.value, 4 * parts.error / 10 + whole.error);
        QCOMPARE(kernelDistance(a, b, {.count = 100, .size = 60, .seed = 3}).value().value, parts.value);
    }

    void cmmdOfFourPicturesIsTheSumByHand()
    {
        const FeatureSet x = setOf(2, {1, 0, 0, 1}), y = setOf(2, {-1, 0, 0, -1});
        near(clipDiscrepancy(x, y).value(), 19.801326693, 1e-8);
        near(clipDiscrepancy(setOf(2, {3, 0, 0, 7}), y).value(), 19.801326693, 1e-8); // lengths do not count
        near(clipDiscrepancy(x, x).value(), 0, 1e-12);
        QVERIFY(!clipDiscrepancy(x, setOf(2, {0, 0})));
        QVERIFY(!clipDiscrepancy(x, setOf(1, {1})));
        QVERIFY(!clipDiscrepancy(x, FeatureSet()));
    }

    void lpipsOfHandMadeMaps()
    {
        // One position, directions (0.6, 0.8) and (0.8, 0.6).
        const FeatureMap x{2, 1, 1, {3, 4}}, y{2, 1, 1, {4, 3}}, longer{2, 1, 1, {30, 40}};
        near(lpips({&x, 1}, {&y, 1}).value(), 0.08, 1e-9);
        near(lpips({&y, 1}, {&x, 1}).value(), 0.08, 1e-9);
        QCOMPARE(lpips({&x, 1}, {&x, 1}).value(), 0.0);
        near(lpips({&x, 1}, {&longer, 1}).value(), 0, 1e-9);
        const std::vector<double> weights[] = {{1, 0.5}};
        near(lpips({&x, 1}, {&y, 1}, weights).value(), 0.06, 1e-9);
        // Two positions count half each, layers are added; where nothing fires there is no difference.
        const FeatureMap two{2, 1, 2, {3, 0, 4, 0}}, other{2, 1, 2, {4, 0, 3, 0}};
        const FeatureMap layersA[] = {x, two}, layersB[] = {y, other};
        near(lpips(layersA, layersB).value(), 0.08 + 0.04, 1e-9);
        QCOMPARE(pooled(FeatureMap{2, 1, 2, {1, 3, -2, 4}}), (std::vector<double>{2, 1}));
    }

    void whatDoesNotFitIsAnError()
    {
        const FeatureMap x{2, 1, 1, {3, 4}}, wide{2, 1, 2, {3, 4, 5, 6}};
        QVERIFY(!lpips({&x, 1}, {&wide, 1}));
        const std::vector<double> three[] = {{1, 1, 1}}, negative[] = {{1, -1}};
        QVERIFY(!lpips({&x, 1}, {&x, 1}, three));
        QVERIFY(!lpips({&x, 1}, {&x, 1}, negative));
        QVERIFY(!frechetDistance(setOf(1, {1}), setOf(1, {1, 2})));
        QVERIFY(!kernelDistance(setOf(1, {1, 2}), setOf(2, {1, 2, 3, 4})));
        QVERIFY(!kernelDistance(setOf(1, {1, std::numeric_limits<double>::quiet_NaN()}), setOf(1, {1, 2})));
        FeatureSet set;
        const double pair[] = {1, 2}, single[] = {1};
        QVERIFY(set.add(pair));
        QVERIFY(!set.add(single));
        QCOMPARE(set.count(), std::size_t(1));
    }
};

QTEST_APPLESS_MAIN(FeatureDistanceTest)
#include "feature_distance_test.moc"
