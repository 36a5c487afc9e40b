#include "core/base/half.h"
#include "core/format/bit_fields.h"
#include "core/format/level_tables.h"
#include "tests/core/format_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

/// DenseShift, BCT, RF8 and the sign format against their papers' arithmetic.
class TableFormatTest : public QObject {
    Q_OBJECT

private:
    static const std::vector<float>& normal()
    {
        static const std::vector<float> values = normalValues(std::size_t{1} << 18, 3);
        return values;
    }

private slots:
    void shiftsHaveNoZero()
    {
        QCOMPARE(shiftLevels(2), (std::vector<float>{-2, -1, 1, 2}));
        QCOMPARE(shiftLevels(3), (std::vector<float>{-8, -4, -2, -1, 1, 2, 4, 8}));
        QCOMPARE(shiftLevels(4).back(), 128.0f);
    }

    void zeroFreeShiftsLoseWhatIntegrationSays_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("expected");
        QTest::newRow("2 bits") << "shift2g262144" << 0.1581;
        QTest::newRow("3 bits") << "shift3g262144" << 0.0442;
        QTest::newRow("4 bits") << "shift4g262144" << 0.03774;
        QTest::newRow("ternary uses 3 of 4 codes") << "ternaryg262144" << 0.1902;
    }
    void zeroFreeShiftsLoseWhatIntegrationSays()
    {
        QFETCH(QString, format);
        QFETCH(double, expected);
        const double found = relativeError(format.toStdString(), normal(), Writer::Fit);
        QVERIFY2(deviation(found, expected) < 0.01, qPrintable(QString::number(found)));
    }

    // denseshift 2: what a format of powers of two means is that a half is multiplied by adding to its
    // exponent. The studio's kernels multiply 8-bit digits by whole numbers instead.
    void shiftsAreAddedToExponents()
    {
        // Nothing where the exponent is 0 (subnormals too), the largest finite half where it would pass 30.
        const auto shifted = [](std::uint16_t half, unsigned shift, bool isNegative) {
            const unsigned exponent = half >> 10 & 31, sign = (half & 0x8000u) ^ (isNegative ? 0x8000u : 0u);
            if (exponent == 0)
                return std::uint16_t(sign);
            return std::uint16_t(sign | (exponent + shift > 30 ? 0x7bffu : (half & 0x7fffu) + (shift << 10)));
        };
        QCOMPARE(floatToHalf(1.5f), std::uint16_t(0x3e00));
        QCOMPARE(shifted(0x3e00, 2, false), std::uint16_t(0x4600));
        QCOMPARE(halfToFloat(0x4600), 6.0f);
        // Unmasked additions: zeros become small numbers, and 80000 is no half.
        QVERIFY(
            std::fabs(halfToFloat(1 << 10) - 6.1e-5f) < 1e-6f
            && std::fabs(halfToFloat(3 << 10) - 2.4e-4f) < 1e-5f);
        QCOMPARE(std::uint16_t(floatToHalf(40000) + (1 << 10)), std::uint16_t(0x7ce2));
        QVERIFY(std::isnan(halfToFloat(0x7ce2)));
        for (unsigned shift = 1; shift <= 3; ++shift)
            QCOMPARE(shifted(0, shift, false), std::uint16_t(0));
        QCOMPARE(halfToFloat(shifted(floatToHalf(40000), 1, true)), -65504.0f);
        // Every level of every width times every half that stays in range: what the format decodes, exactly.
        for (const int bits : {2, 3, 4}) {
            const auto format = parseNumberFormat(fmt::format("shift{}g64", bits)).value();
            const unsigned shifts = 1u << (bits - 1);
            std::vector<float> weights(64);
            for (unsigned i = 0; i < weights.size(); ++i) {
                const float power = std::ldexp(1.0f, int(i / 2 % shifts));
                weights[i] = i % 2 == 0 ? power : -power;
            }
            const std::vector<float> found = stored(*format, weights);
            QCOMPARE(found, weights);
            for (const float weight : std::span(found).first(2 * shifts))
                for (unsigned half = 0; half < 0x7c00; ++half) {
                    const unsigned exponent = half >> 10, shift = unsigned(std::ilogb(weight));
                    if (exponent == 0 || exponent + shift > 30)
                        continue;
                    const float product = halfToFloat(std::uint16_t(half)) * weight;
                    if (halfToFloat(shifted(std::uint16_t(half), shift, weight < 0)) != product)
                        QFAIL(qPrintable(QString("%1 times %2").arg(half).arg(double(weight))));
                }
        }
    }

    void blocksOfPowersOfTwoByHand()
    {
        // 0.44 / 7 = 0.0629, so the step is 0.125.
        const std::vector<float> block{0.31f, -0.12f, 0.05f, 0.44f, 0, 0, 0, 0};
        const std::vector<float> expected{0.25f, -0.125f, 0, 0.5f, 0, 0, 0, 0};
        QCOMPARE(stored(*parseNumberFormat("bct4g8").value(), block), expected);
    }

    void nothingIsFurtherThanHalfAStep()
    {
        const auto format = parseNumberFormat("bct4g64").value();
        const std::vector<float> found = stored(*format, normal());
        for (std::size_t begin = 0; begin < normal().size(); begin += 64) {
            float largest = 0;
            for (std::size_t i = begin; i < begin + 64; ++i)
                largest = std::max(largest, std::fabs(normal()[i]));
            const float step = std::exp2(std::ceil(std::log2(largest / 7)));
            QVERIFY(step <= 2 * largest / 7);
            for (std::size_t i = begin; i < begin + 64; ++i)
                QVERIFY(std::fabs(normal()[i] - found[i]) <= step / 2);
        }
    }

    // Spec of bct, check 4. Never clipping, the step is 2^u times what it might be, u from 0 to 1, and the
    // error up to four times. Over an octave of scales the mean of 4^u is 3 / ln 4 = 2.16, which is what 8
    // bits cost in short blocks: there a lower exponent clips more than it gains. At 4 bits, or in the spec's
    // blocks of 64 x 64, it helps.
    void aPowerOfTwoCostsLittle()
    {
        for (const int bits : {4, 8}) {
            double before = 0;
            for (const int group : {8, 64, 256, 1024, 4096}) {
                const std::string id = fmt::format("bct{}g{}", bits, group),
                                  free = fmt::format("int{}g{}", bits, group);
                double plain = 0, chosen = 0;
                for (int part = 0; part < 8; ++part) {
                    std::vector<float> values = normal();
                    for (float& value : values)
                        value *= std::exp2(float(part) / 8);
                    const double real = relativeError(free, values), never = relativeError(id, values) / real;
                    QVERIFY2(never < 4, qPrintable(QString::number(never)));
                    plain += never / 8;
                    const double fitted = relativeError(id, values, Writer::Fit);
                    chosen += fitted / real / 8;
                    if (part == 0) {
                        QVERIFY(fitted > before); // smaller blocks lose less
                        before = fitted;
                    }
                }
                qInfo("%s: %.2f times, %.2f with lower exponents tried", id.c_str(), plain, chosen);
                if (bits == 4 || group == 4096)
                    QVERIFY2(chosen < 1.8, qPrintable(QString::number(chosen)));
                else
                    QVERIFY2(plain > 2 && plain < 2.6 && chosen <= plain, qPrintable(QString::number(plain)));
            }
        }
    }

    void twoPowersByHand()
    {
        QCOMPARE(roundToTwoPowers(0.3f), 0.3125f);
        QCOMPARE(roundToTwoPowers(-0.7f), -0.75f);
        QCOMPARE(roundToTwoPowers(0.046f), 0.046875f);
        QCOMPARE(roundToTwoPowers(0.0f), 0.0f);
        std::vector<float> octave;
        for (float x = 1; x <= 2; x += 1.0f / 4096)
            if (octave.empty() || octave.back() != roundToTwoPowers(x))
                octave.push_back(roundToTwoPowers(x));
        QCOMPARE(octave, (std::vector<float>{1, 1.0625f, 1.125f, 1.25f, 1.5f, 1.75f, 1.875f, 2}));
    }

    void twoPowersStandStill()
    {
        const LevelTable table = twoPowerTable();
        for (const float level : table.levels())
            QCOMPARE(roundToTwoPowers(level), level);
        QCOMPARE(table.levels().size(), std::size_t{2 * 7 * 16 + 1});
    }

    void twoPowersLoseWhatThePaperSays()
    {
        double worst = 0, sum = 0, where = 0;
        constexpr int count = 100000;
        for (int i = 0; i < count; ++i) {
            const double x = std::exp2((i + 0.5) / count);
            const double error = std::fabs(roundToTwoPowers(static_cast<float>(x)) / x - 1);
            sum += error * error;
            if (error > worst) {
                worst = error;
                where = x;
            }
        }
        QVERIFY(std::fabs(worst - 0.1082) < 2e-4 && std::fabs(where - 1.3536) < 2e-3);
        QVERIFY(std::fabs(std::sqrt(sum / count) - 0.0397) < 2e-4);
    }

    void theEightBitsOfTwoPowersHoldTheRule()
    {
        // With the extreme in the top octave, what is stored is the rule applied to the scaled value.
        const auto format = parseNumberFormat("rf8g256").value();
        const std::vector<float> found = stored(*format, normal());
        std::size_t same = 0, seen = 0;
        for (std::size_t i = 0; i < 65536; ++i)
            if (std::fabs(normal()[i]) > 0.01f) { // the smallest fall below the lowest octave
                ++seen;
                same += found[i] == roundToTwoPowers(normal()[i]);
            }
        QVERIFY(seen > 60000);
        QCOMPARE(same, seen);
    }

    void theSignLosesWhatItMust()
    {
        // 1 - 2 / pi, with the mean magnitude as the scale.
        const double found = relativeError("sign1g262144", normal());
        QVERIFY2(std::fabs(found - 0.36338) < 0.002, qPrintable(QString::number(found)));
    }

    void theMeanMagnitudeIsTheBestScaleOfSigns()
    {
        std::vector<float> importance(64, 1.0f);
        const auto format = parseNumberFormat("sign1g64").value();
        std::vector<std::byte> encoded(format->blockBytes()), fitted(format->blockBytes());
        for (std::size_t begin = 0; begin < 64 * 100; begin += 64) {
            const auto block = std::span(normal()).subspan(begin, 64);
            format->encode(block, encoded);
            format->fit(block, importance, fitted);
            std::vector<float> a(64), b(64);
            format->decode(encoded, a);
            format->decode(fitted, b);
            QCOMPARE(a, b);
        }
    }
};

QTEST_APPLESS_MAIN(TableFormatTest)
#include "table_format_test.moc"
