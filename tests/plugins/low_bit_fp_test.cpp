#include "plugins/adaround/adaround.h"
#include "plugins/float_splits/float_splits.h"
#include "plugins/low_bit_fp/low_bit_fp.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

/// The checks of methods/low-bit-fp-diffusion.md that concern weights.
class LowBitFloatTest : public QObject {
    Q_OBJECT

private slots:
    // low-bit-fp-diffusion 1, 2, 3, 4
    void gridsByHand()
    {
        const auto grid = [](int e, int m, double bias) {
            std::vector<double> values;
            for (int field = 0; field < 1 << e; ++field)
                for (int code = 0; code < 1 << m; ++code)
                    values.push_back(
                        field == 0 ? std::exp2(1 - bias) * code / std::exp2(m)
                                   : std::exp2(field - bias) * (1 + code / std::exp2(m)));
            return values;
        };
        QCOMPARE(grid(2, 1, 1), (std::vector<double>{0, .5, 1, 1.5, 2, 3, 4, 6}));
        QCOMPARE(grid(3, 0, 3), (std::vector<double>{0, .25, .5, 1, 2, 4, 8, 16}));
        QCOMPARE(grid(1, 2, 1).back(), 1.75);
        QCOMPARE(largestFloat(4, 3, 7), 480.0);
        QCOMPARE(largestFloat(5, 2, 15), 114688.0);
        QCOMPARE(largestFloat(3, 4, 3), 31.0);
        QCOMPARE(largestFloat(2, 5, 1), 7.875);
        const double given[] = {.2, .3, .75, 1.2, 1.3, 2.4, 2.6, 4.9, 5.1, 7};
        const double expected[] = {0, .5, 1, 1, 1.5, 2, 3, 4, 6, 6};
        for (std::size_t i = 0; i < std::size(given); ++i)
            QCOMPARE(roundToFloat(given[i], 2, 1, 1), expected[i]);
        std::mt19937 random(9);
        std::uniform_real_distribution<double> real(-3, 3);
        const struct {
            int e, m;
            double bias;
        } splits[] = {{2, 1, 1}, {3, 0, 2.37}, {4, 3, 7.5}, {2, 5, 1.2}};
        for (const auto& s : splits) {
            QVERIFY(isNear(biasFor(s.e, s.m, largestFloat(s.e, s.m, s.bias)), s.bias, 1e-12));
            const auto values = grid(s.e, s.m, s.bias);
            for (int i = 0; i < 5000; ++i) {
                const double x = real(random);
                double nearest = 1e9;
                for (const double value : values)
                    nearest = std::min({nearest, std::fabs(x - value), std::fabs(x + value)});
                QVERIFY(isNear(std::fabs(x - roundToFloat(x, s.e, s.m, s.bias)), nearest, 1e-12));
            }
        }
    }
    // low-bit-fp-diffusion 5: the order of the splits
    void splitsInTheirOrder()
    {
        const auto normal = normalValues(20'000, 11);
        std::mt19937 random(12);
        std::exponential_distribution<float> exponential(std::sqrt(2.0f));
        std::uniform_real_distribution<float> uniform(-std::sqrt(3.0f), std::sqrt(3.0f));
        std::student_t_distribution<float> student(4);
        std::vector<float> laplace, flat, tailed;
        for (int i = 0; i < 20'000; ++i) {
            laplace.push_back(random() % 2 == 0 ? exponential(random) : -exponential(random));
            flat.push_back(uniform(random));
            tailed.push_back(student(random) / std::sqrt(2.0f));
        }
        const auto error = [](const std::vector<float>& values, int bits, int exponent) {
            return relativeClippedError(values, values.size(), splitLevels(bits, exponent));
        };
        const double whole = error(normal, 4, 0), two = error(normal, 4, 2), three = error(normal, 4, 3);
        QVERIFY2(
            two < whole && whole < three, qPrintable(QString("%1 %2 %3").arg(two).arg(whole).arg(three)));
        QVERIFY(isNear(whole, .01348, .0007));
        QVERIFY(isNear(two, .01302, .0007));
        QVERIFY(isNear(three, .0374, .002));
        QVERIFY(isNear(error(normal, 4, 1), whole, 1e-4)); // one exponent bit makes whole numbers
        QVERIFY(error(laplace, 4, 2) < error(laplace, 4, 0));
        QVERIFY(error(tailed, 4, 2) < error(tailed, 4, 0));
        QVERIFY(error(flat, 4, 0) < error(flat, 4, 2));
        QVERIFY(error(normal, 8, 2) < error(normal, 8, 0) && error(normal, 8, 0) < error(normal, 8, 3));
        QVERIFY(error(laplace, 8, 2) < error(laplace, 8, 0));
    }
    void theSearchIsNoWorseThanEveryClipItTries()
    {
        const auto format = parseNumberFormat("fp4e2g64").value();
        const LayerProblem problem = layer(16, 256, 6);
        const auto weights = problem.weights.toFloats();
        const double found =
            meanSquaredError(weights, LowBitFloat().quantize(problem, format, {}, {}).value().tensor());
        const double expected = relativeClippedError(weights, 64, splitLevels(4, 2)) * [&] {
            double power = 0;
            for (const float w : weights)
                power += double(w) * double(w);
            return power / double(weights.size());
        }();
        QVERIFY2(found <= expected * 1.001, qPrintable(QString("%1 > %2").arg(found).arg(expected)));
        QVERIFY(!LowBitFloat().supports(*parseNumberFormat("int4g64a").value()));
        QVERIFY(!LowBitFloat().supports(*parseNumberFormat("f16").value()));
    }
    // low-bit-fp-diffusion 6: learned rounding stays on the uneven grid and helps on every layer
    void learnedRoundingHelpsOnAnUnevenGrid()
    {
        const auto format = parseNumberFormat("fp4e2g64").value();
        int better = 0;
        for (unsigned seed = 0; seed < 5; ++seed) {
            const LayerProblem problem = layer(8, 128, 20 + seed);
            const Tensor learned =
                AdaRound().quantize(problem, format, {{"iterations", 300}}, {}).value().tensor();
            const Tensor nearest = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
            QCOMPARE(learned.type().format->id(), format->id());
            better += outputError(problem, learned) < outputError(problem, nearest) ? 1 : 0;
        }
        QCOMPARE(better, 5);
    }
};

QTEST_APPLESS_MAIN(LowBitFloatTest)
#include "low_bit_fp_test.moc"
