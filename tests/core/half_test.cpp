#include "core/base/half.h"

#include <QTest>

#include <limits>

using namespace tritloom;

class HalfTest : public QObject {
    Q_OBJECT

private slots:
    void everyPatternMeansWhatTheStandardSays()
    {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const int exponent = static_cast<int>(bits >> 10 & 31);
            const int fraction = static_cast<int>(bits & 1023);
            const double sign = bits & 0x8000 ? -1 : 1;
            const float value = halfToFloat(static_cast<std::uint16_t>(bits));
            if (exponent == 31 && fraction != 0) {
                QVERIFY(std::isnan(value));
                continue;
            }
            const double expected = exponent == 31 ? sign * std::numeric_limits<double>::infinity()
                : exponent == 0                    ? sign * std::ldexp(fraction, -24)
                                                   : sign * std::ldexp(1024 + fraction, exponent - 25);
            QCOMPARE(static_cast<double>(value), expected);
            QCOMPARE(std::signbit(value), sign < 0);
        }
    }

    void everyHalfComesBack()
    {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const float value = halfToFloat(static_cast<std::uint16_t>(bits));
            if (!std::isnan(value))
                QCOMPARE(floatToHalf(value), static_cast<std::uint16_t>(bits));
        }
        QVERIFY(std::isnan(halfToFloat(floatToHalf(std::numeric_limits<float>::quiet_NaN()))));
    }

    void aFloatBetweenTwoHalvesGoesToTheNearerAndTiesToEven()
    {
        for (std::uint16_t bits = 0; bits < 0x7bff; ++bits) {
            const float low = halfToFloat(bits), high = halfToFloat(static_cast<std::uint16_t>(bits + 1));
            const float middle = (low + high) / 2; // exact: a float has 13 more bits
            const auto even = static_cast<std::uint16_t>(bits + (bits & 1));
            QCOMPARE(floatToHalf(middle), even);
            QCOMPARE(floatToHalf(std::nextafter(middle, 0.0f)), bits);
            QCOMPARE(floatToHalf(std::nextafter(middle, 1e9f)), static_cast<std::uint16_t>(bits + 1));
            QCOMPARE(floatToHalf(-middle), static_cast<std::uint16_t>(even | 0x8000));
        }
    }

    void finiteNumbersStayFiniteWhenAsked()
    {
        QCOMPARE(floatToHalf(65519.0f), std::uint16_t(0x7bff));
        QCOMPARE(floatToHalf(65520.0f), std::uint16_t(0x7c00));
        QCOMPARE(floatToFiniteHalf(65520.0f), std::uint16_t(0x7bff));
        QCOMPARE(floatToFiniteHalf(-1e30f), std::uint16_t(0xfbff));
        QCOMPARE(floatToFiniteHalf(std::numeric_limits<float>::infinity()), std::uint16_t(0x7c00));
    }

    void everyBrainFloatComesBack()
    {
        for (std::uint32_t bits = 0; bits < 0x10000; ++bits) {
            const float value = brainToFloat(static_cast<std::uint16_t>(bits));
            if (!std::isnan(value))
                QCOMPARE(floatToBrain(value), static_cast<std::uint16_t>(bits));
            else
                QCOMPARE(floatToBrain(value), static_cast<std::uint16_t>(bits | 0x40));
        }
        QCOMPARE(floatToBrain(std::bit_cast<float>(0x3f808000u)), std::uint16_t(0x3f80)); // tie, down to even
        QCOMPARE(floatToBrain(std::bit_cast<float>(0x3f818000u)), std::uint16_t(0x3f82)); // tie, up to even
        QCOMPARE(floatToBrain(std::bit_cast<float>(0x3f808001u)), std::uint16_t(0x3f81));
    }
};

QTEST_APPLESS_MAIN(HalfTest)
#include "half_test.moc"
