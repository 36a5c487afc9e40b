#include "core/method/step_shares.h"
#include "plugins/step_groups/step_groups.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

/// The checks of methods/eda-dm.md and quest.md that concern which steps calibrate and what ranges they
/// share.
class DiffusionCalibrationTest : public QObject {
    Q_OBJECT

private slots:
    // eda-dm 1, 2
    void samplesAStepByHand()
    {
        const StepFeature features[] = {{{4, 0}, 2}, {{2, 1}, 2}, {{1, 1}, 2}, {{.9f, 1.1f}, 2}, {{0, 2}, 2}};
        const StepShares shares = stepShares(features, 1, 1.2);
        QCOMPARE(shares.density, (std::vector<double>{0, 2, 3, 3, 2}));
        const double diversity[] = {1.76523, .79717, .64207, .68526, 2.07172},
                     expected[] = {.16708, .14122, .17723, .18365, .33082};
        for (std::size_t t = 0; t < 5; ++t) {
            QVERIFY(isNear(shares.diversity[t], diversity[t], 1e-4));
            QVERIFY(isNear(shares.shares[t], expected[t], 1e-4));
        }
        QCOMPARE(wholeCounts(shares.shares, 20), (std::vector<std::size_t>{3, 3, 4, 4, 6}));
        const StepFeature equal[] = {{{1, 2}, 2}, {{1, 2}, 2}, {{1, 2}, 2}, {{1, 2}, 2}};
        QCOMPARE(wholeCounts(stepShares(equal, 1, 1.2).shares, 8), (std::vector<std::size_t>{2, 2, 2, 2}));
        for (const std::size_t total : {1u, 7u, 100u, 1023u}) {
            const auto counts = wholeCounts(shares.shares, total);
            QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::size_t{0}), total);
        }
        const double times[] = {1, .75, .5, .25, 0};
        const auto normal = normalShares(times, .25, .3);
        QVERIFY(std::ranges::max_element(normal) - normal.begin() == 3);
    }

    // quest 1, 2, 3, 4
    void affineNumbersByHand()
    {
        const Affine numbers{.step = .2, .zero = 5, .top = 15};
        const double x[] = {.23, -1.3, 2.5, .46}, values[] = {.2, -1, 2, .4}, step[] = {-.15, -5, 10, -.3},
                     input[] = {1, 0, 0, 1};
        const int codes[] = {6, 0, 15, 7};
        for (std::size_t i = 0; i < 4; ++i) {
            QCOMPARE(numbers.code(x[i]), codes[i]);
            QVERIFY(isNear(numbers.value(x[i]), values[i], 1e-12));
            QVERIFY(isNear(numbers.slopeOfStep(x[i]), step[i], 1e-12));
            QCOMPARE(numbers.slopeOfInput(x[i]), input[i]);
        }
    }
    void stepsFallIntoGroups()
    {
        for (std::size_t step = 0; step < 10; ++step)
            QCOMPARE(groupOfStep(step, 200, 20), std::size_t(0));
        QCOMPARE(groupOfStep(10, 200, 20), std::size_t(1));
        QCOMPARE(groupOfStep(199, 200, 20), std::size_t(19));
        QCOMPARE(groupOfStep(49, 50, 20), std::size_t(19));
        for (std::size_t step = 0; step < 20; ++step) {
            QCOMPARE(groupOfStep(step, 20, 20), step);
            QCOMPARE(groupOfStep(step, 20, 1), std::size_t(0));
        }
    }
    void oneRangeForAllStepsIsWorst_data()
    {
        QTest::addColumn<int>("bits");
        QTest::addColumn<double>("first");
        QTest::addColumn<double>("last");
        QTest::addColumn<double>("mean");
        QTest::addColumn<double>("own");
        QTest::newRow("4 bits") << 4 << .555 << .0185 << .0732 << .0118;
        QTest::newRow("8 bits") << 8 << -1. << -1. << .000724 << .0000807;
    }
    void oneRangeForAllStepsIsWorst()
    {
        QFETCH(int, bits);
        QFETCH(double, first);
        QFETCH(double, last);
        QFETCH(double, mean);
        QFETCH(double, own);
        constexpr std::size_t steps = 20, count = 20000;
        std::vector<std::vector<float>> flow;
        std::vector<float> all;
        for (std::size_t t = 0; t < steps; ++t) {
            flow.push_back(normalValues(count, unsigned(50 + t), float(.2 + 1.8 * double(t) / 19)));
            all.insert(all.end(), flow.back().begin(), flow.back().end());
        }
        const Affine shared = bestAffine(all, bits);
        double sum = 0, grouped = 0;
        for (const auto& values : flow) {
            sum += relativeError(values, shared) / steps;
            grouped += relativeError(values, bestAffine(values, bits)) / steps;
        }
        const auto told = [&](const char* what, double found, double expected) {
            return QString("%1 %2, expected %3").arg(what).arg(found).arg(expected);
        };
        if (first > 0) {
            const double a = relativeError(flow.front(), shared), b = relativeError(flow.back(), shared);
            QVERIFY2(isNear(a, first, .15 * first), qPrintable(told("first", a, first)));
            QVERIFY2(isNear(b, last, .15 * last), qPrintable(told("last", b, last)));
        }
        QVERIFY2(isNear(sum, mean, .15 * mean), qPrintable(told("mean", sum, mean)));
        QVERIFY2(isNear(grouped, own, .15 * own), qPrintable(told("grouped", grouped, own)));
    }
};

QTEST_APPLESS_MAIN(DiffusionCalibrationTest)
#include "diffusion_calibration_test.moc"
