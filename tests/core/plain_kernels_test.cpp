#include "core/format/plain_kernels.h"

#include "core/base/half.h"
#include "core/format/block_format.h"
#include "core/format/ternary_kernels.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

/// What needs no search, in every instruction set, against the plain functions.
class PlainKernelsTest : public QObject {
    Q_OBJECT

    static std::vector<float> numbersOfAllSizes(std::size_t count)
    {
        std::vector<float> values = normalValues(count, 3);
        for (std::size_t i = 0; i < count; ++i) // from below the smallest half to beyond the largest
            values[i] = std::ldexp(values[i], int(i % 50) - 30);
        return values;
    }

private slots:
    void halvesBecomeTheirFloats()
    {
        std::vector<std::uint16_t> halves(65536 + 1);
        std::iota(halves.begin(), halves.end(), std::uint16_t(0));
        for (const PlainKernels* const* set = plainKernelSets(); *set; ++set)
            for (const std::size_t count : {std::size_t(65536), std::size_t(5), std::size_t(31)}) {
                std::vector<float> values(count);
                const auto* const odd = reinterpret_cast<const std::byte*>(halves.data()) + 1;
                (*set)->fromHalves(halves.data(), count, values.data());
                for (std::size_t i = 0; i < count; ++i)
                    QCOMPARE(
                        std::bit_cast<unsigned>(values[i]), std::bit_cast<unsigned>(halfToFloat(halves[i])));
                (*set)->fromHalves(odd, count, values.data()); // as in a file whose header has an odd length
                std::uint16_t last;
                std::memcpy(&last, odd + 2 * (count - 1), sizeof last);
                QCOMPARE(std::bit_cast<unsigned>(values.back()), std::bit_cast<unsigned>(halfToFloat(last)));
            }
    }

    void oneNumberThatIsNotFiniteIsSeen()
    {
        for (const PlainKernels* const* set = plainKernelSets(); *set; ++set)
            for (std::size_t count = 0; count < 40; ++count) {
                std::vector<float> values(count, std::numeric_limits<float>::max());
                QVERIFY((*set)->allFinite(values.data(), count));
                for (const float wrong :
                     {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                      std::numeric_limits<float>::quiet_NaN()})
                    for (float& value : values) {
                        const float before = std::exchange(value, wrong);
                        QVERIFY(!(*set)->allFinite(values.data(), count));
                        value = before;
                    }
            }
    }

    void floatsBecomeTheNearestHalves()
    {
        std::vector<float> values = numbersOfAllSizes(20'000);
        for (unsigned half = 0; half < 0x7c00; ++half) { // and what lies in the middle of two
            const float below = halfToFloat(std::uint16_t(half)),
                        above = halfToFloat(std::uint16_t(half + 1));
            if (std::isfinite(above))
                values.push_back((below + above) / (half % 2 ? 2 : -2));
        }
        values.insert(values.end(), {0.0f, -0.0f, 65504, -65504, 65519, 65520, 1e30f, -1e30f});
        for (const PlainKernels* const* set = plainKernelSets(); *set; ++set) {
            std::vector<std::uint16_t> halves(values.size());
            (*set)->toHalves(values.data(), values.size(), halves.data());
            for (std::size_t i = 0; i < values.size(); ++i)
                QCOMPARE(halves[i], floatToHalf(std::clamp(values[i], -65504.0f, 65504.0f)));
        }
    }

    void theExtremeIsTheFirstOfTheLargest()
    {
        constexpr std::size_t groups = 40, group = 48;
        std::vector<float> values = numbersOfAllSizes(groups * group);
        std::fill_n(values.begin(), group, 0.0f);
        values[group + 7] = -1e6f;
        values[group + 40] = 1e6f;
        values[2 * group + 47] = -1e6f;
        values[2 * group + 3] = 1e6f;
        for (const PlainKernels* const* set = plainKernelSets(); *set; ++set) {
            std::vector<float> found(groups);
            (*set)->extremes(values.data(), groups, group, found.data());
            for (std::size_t g = 0; g < groups; ++g)
                QCOMPARE(found[g], extreme(std::span(values).subspan(g * group, group)));
        }
    }

    void codesAreThoseOfTheNearestLevels()
    {
        constexpr std::size_t groups = 64, group = 32;
        std::vector<float> values = normalValues(groups * group, 5), factors(groups);
        for (std::size_t i = 0; i < values.size(); i += 3) // halves are where the two ways differ
            values[i] = std::round(values[i] * 8) / 2;
        for (std::size_t g = 0; g < groups; ++g)
            factors[g] = g % 2 ? 1.0f : -1.7f;
        const CodeGrid away{.lowest = -7, .highest = 7, .first = -8, .halfUp = false};
        const CodeGrid up{.lowest = -8, .highest = 7, .first = -8, .halfUp = true};
        for (float& value : values)
            value = std::clamp(value, -4.6f, 4.6f);
        for (const PlainKernels* const* set = plainKernelSets(); *set; ++set)
            for (const CodeGrid& grid : {away, up}) {
                std::vector<std::uint8_t> codes(values.size());
                (*set)->codes(values.data(), groups, group, factors.data(), grid, codes.data());
                for (std::size_t i = 0; i < values.size(); ++i) {
                    const float position = values[i] * factors[i / group];
                    const float expected = grid.halfUp ? std::min(15.0f, std::floor(position + 8.5f))
                                                       : std::clamp(std::round(position), -7.0f, 7.0f) + 8;
                    QCOMPARE(float(codes[i]), expected);
                }
            }
    }

    void ternaryWeightsAreThoseBeyondTheThreshold()
    {
        for (const std::size_t group : {8, 24, 64, 4096, 9000}) {
            constexpr std::size_t groups = 3;
            std::vector<float> values = normalValues(groups * group, 11);
            std::fill_n(values.begin(), group, 0.0f);
            std::vector<float> first;
            for (const TernaryKernels* const* set = ternaryKernelSets(); *set; ++set) {
                std::vector<float> scales(groups);
                std::vector<std::uint8_t> codes(values.size());
                (*set)->encode(values.data(), groups, group, scales.data(), codes.data());
                for (std::size_t g = 0; g < groups; ++g) {
                    double sum = 0, above = 0;
                    std::size_t count = 0;
                    for (std::size_t i = g * group; i < (g + 1) * group; ++i)
                        sum += std::abs(double(values[i]));
                    for (std::size_t i = g * group; i < (g + 1) * group; ++i) {
                        const double far = std::abs(double(values[i])) / (0.7 * sum / double(group));
                        if (std::abs(far - 1) > 1e-5) // else either is right
                            QCOMPARE(int(codes[i]), far > 1 ? (values[i] > 0 ? 2 : 0) : 1);
                        above += codes[i] != 1 ? std::abs(double(values[i])) : 0;
                        count += codes[i] != 1;
                    }
                    const double mean = count > 0 ? above / double(count) : 0;
                    QVERIFY(std::abs(double(scales[g]) - mean) <= 1e-6 * mean);
                }
                first = first.empty() ? scales : first;
                QCOMPARE(scales, first); // the same bits
            }
        }
    }

    void blocksTogetherAreBlocksAlone_data()
    {
        QTest::addColumn<QString>("id");
        for (const NumberFormatFamily& family : numberFormatFamilies())
            for (const std::string& id : family.examples())
                if (!parseNumberFormat(id).value()->isFloat())
                    QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }
    void blocksTogetherAreBlocksAlone()
    {
        QFETCH(QString, id);
        const NumberFormatPtr format = parseNumberFormat(id.toStdString()).value();
        if (!format->isWritable())
            return;
        constexpr std::size_t blocks = 131; // more than fit together
        const std::size_t elements = format->blockElements(), bytes = format->blockBytes();
        std::vector<float> values = normalValues(blocks * elements, 7);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] *= std::ldexp(1.0f, int(i / elements % 7) * 5 - 15);
        std::fill_n(values.begin() + std::ptrdiff_t(3 * elements), elements, 0.0f);
        for (const bool finite : {true, false}) {
            if (!finite)
                values[elements + 1] = std::numeric_limits<float>::quiet_NaN();
            std::vector<std::byte> together(blocks * bytes, std::byte{0xa5}), alone(together.size());
            format->encodeBlocks(values, together);
            for (std::size_t b = 0; b < blocks; ++b)
                format->encode(
                    std::span(values).subspan(b * elements, elements),
                    std::span(alone).subspan(b * bytes, bytes));
            QVERIFY2(together == alone, qPrintable(id));
        }
    }
};

QTEST_APPLESS_MAIN(PlainKernelsTest)
#include "plain_kernels_test.moc"
