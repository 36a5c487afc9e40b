#include "core/format/line_search.h"

#include "tests/support/numbers.h"

#include <QTest>

#include <bit>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

using PerLane = std::array<float, lanesOfLines>;

/// Sixteen lines of `elements`, in blocks of `linesOfBlock`, of very different sizes.
LineBatch filled(std::size_t elements, std::size_t linesOfBlock, unsigned seed)
{
    LineBatch batch(elements, linesOfBlock);
    std::vector<float> values = normalValues(lanesOfLines * elements, seed);
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] *= std::ldexp(1.0f, int(i / (elements * linesOfBlock) % 5) * 4 - 9);
    batch.load(values, squares(normalValues(values.size(), seed + 500)));
    return batch;
}

template <typename T>
void compare(const T& got, const T& expected, const char* what)
{
    QVERIFY2(std::memcmp(&got, &expected, sizeof got) == 0, what);
}

/// All searches of whole levels, on every set. unit: [16].
void sameBits(const LineSamples& samples, const LineSamples& others, const float* unit)
{
    const ScaleGrid grid = scaleGrid(wholeLines(-32, 31), ScaleSign::Any, samples.count);
    LineGrid line = lineGrid(31, OffsetSign::NotPositive, samples.count);
    line.others = line.plain; // the same candidates
    const SuperGrid signedScales{.lanes = 8, .lowestScale = -32, .highestScale = 31};
    const SuperGrid scales{.lanes = 8, .highestScale = 63};
    for (const LineKernels* const* set = lineKernelSets(); *set; ++set) {
        PerLane a, b, c, d;
        (*set)->scales(grid, samples, a.data());
        (*set)->scales(grid, others, b.data());
        compare(b, a, (*set)->name);
        (*set)->lines(line, samples, a.data(), c.data());
        (*set)->lines(line, others, b.data(), d.data());
        compare(b, a, (*set)->name);
        compare(d, c, (*set)->name);
        SuperFit one, other;
        (*set)->superScales(signedScales, grid, samples, unit, &one);
        (*set)->superScales(signedScales, grid, others, unit, &other);
        compare(other, one, (*set)->name);
        (*set)->superLines(scales, line, samples, unit, &one);
        (*set)->superLines(scales, line, others, unit, &other);
        compare(other, one, (*set)->name);
    }
}

} // namespace

class LineSearchTest : public QObject {
    Q_OBJECT

private slots:
    void allInstructionSetsGiveTheSameBits()
    {
        constexpr std::array<float, 5> table{-7, -2, 0, 3, 11};
        static constexpr TableForSearch prepared(table);
        const LineKernels& first = **lineKernelSets();
        int compared = 0;
        for (const LineKernels* const* set = lineKernelSets(); *set; ++set)
            for (const LineLevels& levels : {wholeLines(-8, 7), wholeLines(-127, 127), tableLines(prepared)})
                for (const std::size_t lines : {std::size_t(8), std::size_t(16)}) {
                    const LineBatch batch = filled(24, lines, 3);
                    const ScaleGrid grid = scaleGrid(levels, ScaleSign::Any, 24);
                    const LineGrid line = lineGrid(15, OffsetSign::NotPositive, 24);
                    PerLane a, b, c, d, e, f;
                    first.scales(grid, batch.samples(), a.data());
                    (*set)->scales(grid, batch.samples(), b.data());
                    compare(b, a, (*set)->name);
                    first.lines(line, batch.samples(), a.data(), c.data());
                    (*set)->lines(line, batch.samples(), b.data(), d.data());
                    compare(b, a, (*set)->name);
                    compare(d, c, (*set)->name);
                    first.errors(levels, batch.samples(), a.data(), c.data(), e.data());
                    (*set)->errors(levels, batch.samples(), a.data(), c.data(), f.data());
                    compare(f, e, (*set)->name);
                    std::vector<std::uint8_t> expected(24 * lanesOfLines), codes(expected.size());
                    first.codes(levels, batch.samples(), a.data(), c.data(), expected.data());
                    (*set)->codes(levels, batch.samples(), a.data(), c.data(), codes.data());
                    QVERIFY2(codes == expected, (*set)->name);
                    const SuperGrid signedScales{
                        .lanes = lines, .lowestScale = -32, .highestScale = 31, .coarse = lines == 8};
                    const SuperGrid scales{.lanes = lines, .highestScale = 15, .coarse = lines == 16};
                    SuperFit wanted, got;
                    first.superScales(signedScales, grid, batch.samples(), batch.units(), &wanted);
                    (*set)->superScales(signedScales, grid, batch.samples(), batch.units(), &got);
                    compare(got, wanted, (*set)->name);
                    first.superLines(scales, line, batch.samples(), batch.units(), &wanted);
                    (*set)->superLines(scales, line, batch.samples(), batch.units(), &got);
                    compare(got, wanted, (*set)->name);
                    ++compared;
                }
        qInfo("%d comparisons, the fastest set is %s", compared, lineKernels().name);
        QVERIFY(compared >= 6);
    }

    void linesAreArrangedAsTheyAreWritten()
    {
        const std::vector<float> values = normalValues(lanesOfLines * 28, 8, 0.02f),
                                 importance = squares(normalValues(values.size(), 9));
        const auto upTo = [](float value, std::uint32_t rest) {
            return std::bit_cast<float>(std::bit_cast<std::uint32_t>(value) & ~rest);
        };
        for (const std::size_t count : {std::size_t(4), std::size_t(16), std::size_t(28)}) {
            LineSources from;
            from.count = count;
            for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
                from.values[lane] = &values[lane * count];
                from.importance[lane] = &importance[lane * count];
                from.shrinks[lane] = std::ldexp(1.0f, int(lane) - 3);
                from.perMeans[lane] = 0.5f + float(lane);
                from.leasts[lane] = lane % 2 ? 1e-6f : 1.0f;
            }
            const std::size_t all = lanesOfLines * count;
            for (const LineKernels* const* set = lineKernelSets(); *set; ++set) {
                std::vector<float> x(all), w(all, 7), products(all);
                PerLane lowest, highest;
                (*set)->arrange(from, {x.data(), nullptr, lowest.data(), highest.data()});
                QVERIFY2(w == std::vector<float>(all, 7), (*set)->name);
                (*set)->arrange(from, {x.data(), w.data(), lowest.data(), highest.data()});
                (*set)->multiply(x.data(), w.data(), all, products.data());
                for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
                    float low = 1e30f, high = -1e30f;
                    for (std::size_t i = 0; i < count; ++i) {
                        const std::size_t at = i * lanesOfLines + lane;
                        const float value = values[lane * count + i] * from.shrinks[lane];
                        const float weight =
                            importance[lane * count + i] * from.perMeans[lane] + from.leasts[lane];
                        QCOMPARE(x[at], value);
                        QCOMPARE(w[at], upTo(weight, 0xffff));
                        QCOMPARE(products[at], upTo(value * w[at], 0xff));
                        low = std::min(low, value);
                        high = std::max(high, value);
                    }
                    QCOMPARE(lowest[lane], low);
                    QCOMPARE(highest[lane], high);
                }
            }
        }
    }

    void sizesOfABlock()
    {
        std::vector<float> values(52, 0.25f), importance(52, 3.0f);
        values[50] = -1.5f;
        for (const std::size_t count : {std::size_t(52), std::size_t(48), std::size_t(12)})
            for (const LineKernels* const* set = lineKernelSets(); *set; ++set) {
                BlockSizes sizes;
                const auto measured = [&](const std::vector<float>& x, const std::vector<float>& w) {
                    (*set)->sizes(x.data(), w.data(), count, &sizes);
                    return sizes;
                };
                QCOMPARE(measured(values, importance).largest, count == 52 ? 1.5f : 0.25f);
                QVERIFY(sizes.isEqual && sizes.isShort);
                QVERIFY(std::fabs(sizes.meanImportance - 3) < 1e-5f);
                for (const std::size_t at : {std::size_t(3), count - 1}) {
                    std::vector<float> longer = values, other = importance;
                    longer[at] = 0.1f; // 24 bits
                    other[at] = -4; // counts as nothing
                    QVERIFY(!measured(longer, importance).isShort && sizes.isEqual);
                    QVERIFY(!measured(values, other).isEqual && sizes.isShort);
                    QVERIFY(std::fabs(sizes.meanImportance - 3 * float(count - 1) / float(count)) < 1e-5f);
                }
            }
    }

    void shortNumbersThatCountTheSameGiveTheSameBits()
    {
        // What is fused for them is exact, so it is what weights of 1 give.
        for (const std::size_t elements : {std::size_t(16), std::size_t(32), std::size_t(24)}) {
            LineBatch batch(elements, 8);
            std::vector<float> values = normalValues(lanesOfLines * elements, 12, 0.02f);
            for (float& value : values)
                value = roundToHalf(value);
            std::fill_n(values.begin() + 3 * std::ptrdiff_t(elements), elements, 0.0f);
            std::fill_n(values.begin() + 5 * std::ptrdiff_t(elements), elements, 0.25f);
            batch.load(values, std::vector<float>(values.size(), 0.3f));
            const LineSamples plain = batch.samples();
            QVERIFY(plain.isPlain);
            QVERIFY(plain.isShort);
            LineSamples weighted = plain;
            weighted.isPlain = weighted.isShort = false;
            weighted.products = plain.values; // times 1
            sameBits(plain, weighted, batch.units());
            weighted.isShort = true;
            sameBits(plain, weighted, batch.units());
            values[7] = 0.1f; // 24 bits
            batch.load(values, std::vector<float>(values.size(), 0.3f));
            QVERIFY(!batch.samples().isPlain);
            values[7] = 0.125f;
            std::vector<float> importance(values.size(), 1.0f);
            importance[9] = 2;
            batch.load(values, importance);
            QVERIFY(!batch.samples().isPlain);
            // Short values that count differently: sums of their products are exact in each term too.
            batch.load(values, squares(normalValues(values.size(), 77)));
            const LineSamples some = batch.samples();
            QVERIFY(some.isShort && !some.isPlain);
            LineSamples others = some;
            others.isShort = false;
            sameBits(some, others, batch.units());
        }
    }

    void scalesAreNearlyTheBest_data()
    {
        QTest::addColumn<float>("lowest");
        QTest::addColumn<float>("highest");
        QTest::addColumn<double>("allowed"); // excess over a dense search, as a factor
        QTest::addRow("2 bits") << -2.0f << 1.0f << 1.01;
        QTest::addRow("3 bits") << -4.0f << 3.0f << 1.02;
        QTest::addRow("4 bits") << -8.0f << 7.0f << 1.04;
        QTest::addRow("5 bits") << -16.0f << 15.0f << 1.07;
    }
    void scalesAreNearlyTheBest()
    {
        QFETCH(float, lowest);
        QFETCH(float, highest);
        QFETCH(double, allowed);
        const LineLevels levels = wholeLines(lowest, highest);
        double found = 0, dense = 0;
        for (unsigned seed = 0; seed < 4; ++seed) {
            const LineBatch batch = filled(32, 1, seed);
            const PerLane none{};
            PerLane scale, error, least;
            lineKernels().scales(scaleGrid(levels, ScaleSign::Any, 32), batch.samples(), scale.data());
            lineKernels().errors(levels, batch.samples(), scale.data(), none.data(), error.data());
            least.fill(std::numeric_limits<float>::infinity());
            for (int k = 1; k < 4000; ++k)
                for (const float sign : {1.0f, -1.0f}) {
                    PerLane tried, cost;
                    tried.fill(sign * 2.5f / -lowest * float(k) / 4000);
                    lineKernels().errors(levels, batch.samples(), tried.data(), none.data(), cost.data());
                    for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
                        least[lane] = std::min(least[lane], cost[lane]);
                }
            for (std::size_t lane = 0; lane < lanesOfLines; ++lane) {
                found += double(error[lane]);
                dense += double(least[lane]);
            }
        }
        QVERIFY2(found <= dense * allowed, qPrintable(QString::number(found / dense)));
    }

    void fittedFormatsAreAboutAsGoodAsTheyWere()
    {
        // Squared errors over squared weights, equally important and not, of the search before it fused and
        // trimmed anything (revision bfa61c8). What it no longer tries costs a few thousandths, of q6_k with
        // importance fourteen.
        struct Row {
            const char* id;
            double equal, weighted;
        };
        constexpr Row rows[] = {{"q2_k", 0.082206385, 0.052427500},   {"q3_k", 0.033565944, 0.026824859},
                                {"q4_k", 0.008479841, 0.006141739},   {"q5_k", 0.002088901, 0.001620619},
                                {"q6_k", 0.000568722, 0.000474426},   {"iq4_nl", 0.009429522, 0.007539426},
                                {"iq4_xs", 0.009558469, 0.007670794}, {"q4_0", 0.015153094, 0.012804844},
                                {"q4_1", 0.008241475, 0.005896968},   {"int4g128", 0.032418624, 0.026719347}};
        constexpr std::size_t count = 256 * 256;
        std::vector<float> values = normalValues(count, 9, 0.02f);
        const std::vector<float> tail = normalValues(count, 10);
        for (std::size_t i = 0; i < count; ++i)
            values[i] = roundToHalf(values[i] * (i < count / 2 ? 1.0f : 0.5f + tail[i] * tail[i]));
        const std::vector<float> equal(count, 1.0f), different = squares(normalValues(count, 11));
        double sum = 0;
        for (const Row& row : rows)
            for (const bool isEqual : {true, false}) {
                const NumberFormatPtr format = parseNumberFormat(row.id).value();
                const std::vector<float>& importance = isEqual ? equal : different;
                std::vector<std::byte> packed(count / format->blockElements() * format->blockBytes());
                std::vector<float> decoded(count);
                format->fitBlocks(values, importance, packed);
                format->decodeBlocks(packed, decoded);
                const double ratio = weightedError(values, importance, decoded)
                    / weightedError(values, importance, std::vector<float>(count))
                    / (isEqual ? row.equal : row.weighted);
                QVERIFY2(ratio < 1.015, qPrintable(QString("%1: %2").arg(row.id).arg(ratio)));
                sum += ratio;
            }
        QVERIFY2(
            sum / (2 * std::size(rows)) <= 1.003,
            qPrintable(QString::number(sum / (2 * std::size(rows)), 'g', 9)));
    }

    void halvesAreRounded()
    {
        // A block whose best scale is between two halves: what is stored is what was found.
        for (const float size : {1e-7f, 3e-5f, 1.0f, 2e4f}) {
            LineBatch batch(32, 1);
            std::vector<float> values(32);
            for (std::size_t i = 0; i < 32; ++i)
                values[i] = size * float(int(i % 15) - 7);
            batch.load(values, std::vector<float>(32, 1.0f));
            const PerLane none{};
            const ScaleGrid grid = scaleGrid(wholeLines(-8, 7), ScaleSign::Any, 32);
            const float scale = halfScales(batch, grid, none)[0] * batch.units()[0];
            QCOMPARE(roundToHalf(scale), scale);
            QVERIFY2(
                std::fabs(std::fabs(scale) - roundToHalf(size)) <= 6e-8f + size * 1e-3f,
                qPrintable(QString("%1 for %2").arg(double(scale)).arg(double(size))));
        }
    }
};

QTEST_APPLESS_MAIN(LineSearchTest)
#include "line_search_test.moc"
