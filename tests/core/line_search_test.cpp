#include "core/format/line_search.h"

#include "tests/support/numbers.h"

#include <QTest>

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
