#include "core/format/group_grids.h"
#include "core/format/mixed_tile_format.h"
#include "tests/core/format_fixture.h"

#include <QTest>

#include <numeric>
#include <set>

using namespace tritloom;
using namespace tritloom::fixture;

class MixedTileTest : public QObject {
    Q_OBJECT

private:
    static double errorOf(const char* id, std::span<const float> values, mixedTile::Score score, bool clip)
    {
        const auto format = parseNumberFormat(id).value();
        const std::size_t block = format->blockElements();
        const std::vector<float> ones(block, 1.0f);
        std::vector<std::byte> packed(format->blockBytes());
        std::vector<float> found(values.size());
        for (std::size_t begin = 0; begin + block <= values.size(); begin += block) {
            mixedTile::store(
                values.subspan(begin, block), ones, mixedTileFormat::parseShape(id).value().wide, score, clip,
                packed);
            format->decode(packed, std::span(found).subspan(begin, block));
        }
        return relativeError(values, found);
    }

private slots:
    void theWidthOfAGroupIsThatOfItsLevels()
    {
        const auto format = parseNumberFormat("mix24g16w3").value();
        const auto* const told = dynamic_cast<const GroupGrids*>(format.get());
        QVERIFY(told != nullptr && told->gridKind() == GroupGrids::Kind::Bits);
        std::vector<std::byte> packed(format->blockBytes());
        format->fit(normalValues(256, 3), std::vector<float>(256, 1.0f), packed);
        std::vector<float> levels(16);
        std::size_t wide = 0;
        for (std::size_t begin = 0; begin < 256; begin += format->levelRun()) {
            format->levels(packed, begin, levels);
            const double bits = told->grids()[told->gridOf(packed, begin)];
            QCOMPARE(double(std::set<float>(levels.begin(), levels.end()).size()), std::exp2(bits));
            wide += bits == 4 ? 1 : 0;
        }
        QCOMPARE(wide, std::size_t{3});
    }

    void bitsAreCounted_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("bits");
        QTest::newRow("g16, 3 of 16") << "mix24g16w3" << 2.898;
        QTest::newRow("g32, 3 of 16") << "mix24g32w3" << 2.637;
        QTest::newRow("g32, 4 of 16") << "mix24g32w4" << 2.766;
    }
    void bitsAreCounted()
    {
        // Tiles are aligned: the least whole number of bytes that holds what the brief counts. Of the first,
        // 742 bits, that is 93 bytes and 2.906 bits a weight.
        QFETCH(QString, format);
        QFETCH(double, bits);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const double tile = std::round(bits * double(parsed->blockElements()));
        QVERIFY(std::fabs(tile / double(parsed->blockElements()) - bits) < 1e-3);
        QCOMPARE(double(parsed->blockBytes()), std::ceil(tile / 8));
    }

    void theLargestScoresAreChosen()
    {
        std::vector<double> scores(16);
        scores[0] = 1;
        scores[1] = 3;
        scores[2] = 2;
        scores[3] = 0.5;
        QCOMPARE(mixedTile::choose(scores, 1), std::uint16_t(2));
        QCOMPARE(mixedTile::choose(scores, 3), std::uint16_t(7));
        QCOMPARE(mixedTile::choose(std::vector<double>(16, 1.0), 2), std::uint16_t(3)); // ties: the first
    }

    void theLimitsAreTheWidthsThemselves()
    {
        const std::vector<float> values = normalValues(512 * 50, 1);
        const double none = errorOf("mix24g32w0", values, mixedTile::Score::Range, false),
                     some = errorOf("mix24g32w3", values, mixedTile::Score::Range, false),
                     all = errorOf("mix24g32w16", values, mixedTile::Score::Range, false);
        QVERIFY(all < some && some < none);
        // The brief measured .1649, .1203 and .0065 with scales of full precision.
        QVERIFY2(none > 0.160 && none < 0.180, qPrintable(QString::number(none)));
        QVERIFY2(some > 0.115 && some < 0.133, qPrintable(QString::number(some)));
        QVERIFY2(all > 0.0063 && all < 0.0082, qPrintable(QString::number(all)));
    }

    // Spec, check 4: where scales are the same, so that their codes say them exactly, nothing but the widths
    // is left, bit for bit.
    void theLimitsArePlainIntegers_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("plain");
        QTest::newRow("none wide") << "mix24g32w0"
                                   << "uint2g32";
        QTest::newRow("all wide") << "mix24g32w16"
                                  << "uint4g32";
    }
    void theLimitsArePlainIntegers()
    {
        QFETCH(QString, format);
        QFETCH(QString, plain);
        const auto mixed = parseNumberFormat(format.toStdString()).value(),
                   alone = parseNumberFormat(plain.toStdString()).value();
        for (unsigned seed = 0; seed < 20; ++seed) {
            std::vector<float> values = normalValues(mixed->blockElements(), seed);
            for (std::size_t i = 0; i < values.size(); ++i)
                values[i] = std::clamp(values[i], -1.5f, 1.75f);
            for (std::size_t g = 0; g < mixedTile::groups; ++g) {
                values[g * 32 + g] = 1.75f;
                values[g * 32 + g + 1] = -1.5f;
            }
            const std::vector<float> found = stored(*mixed, values), expected = stored(*alone, values);
            QCOMPARE(found, expected);
        }
    }

    void theGainIsTheBetterScore_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id : {"mix24g16w3", "mix24g32w3", "mix24g32w8"})
            QTest::addRow("%s", id) << QString(id);
    }
    void theGainIsTheBetterScore()
    {
        QFETCH(QString, format);
        const std::vector<float> values = normalValues(512 * 100, 2);
        const std::string id = format.toStdString();
        const double range = errorOf(id.c_str(), values, mixedTile::Score::Range, false),
                     gain = errorOf(id.c_str(), values, mixedTile::Score::Gain, false),
                     clipped = errorOf(id.c_str(), values, mixedTile::Score::Gain, true);
        QVERIFY(gain < range);
        QVERIFY(clipped < gain);
    }

    // Spec, checks 3 and 5: where the 4-bit groups lie, with scales of full precision. Mean squares of
    // weights of variance 1, or 2 with tails.
    void alignmentCostsLittle_data()
    {
        QTest::addColumn<std::size_t>("group");
        QTest::addColumn<bool>("tails");
        QTest::addColumn<QList<double>>("expected"); // all 2-bit, smallest, aligned, global, all 4-bit
        QTest::newRow("normal, g16") << std::size_t(16) << false
                                     << QList<double>{.1222, .1110, .0858, .0846, .0048};
        QTest::newRow("normal, g32") << std::size_t(32) << false
                                     << QList<double>{.1649, .1466, .1203, .1192, .0065};
        QTest::newRow("tails, g16") << std::size_t(16) << true
                                    << QList<double>{.2676, .2502, .1661, .1620, .0117};
    }
    void alignmentCostsLittle()
    {
        QFETCH(std::size_t, group);
        QFETCH(bool, tails);
        QFETCH(QList<double>, expected);
        std::vector<float> values = normalValues(std::size_t{1} << 20, 5);
        if (tails) {
            std::mt19937 random(6);
            std::student_t_distribution<float> student(4);
            for (float& value : values)
                value = student(random);
        }
        const std::size_t count = values.size() / group, tiles = count / mixedTile::groups, wide = 3;
        std::vector<double> ranges(count), two(count), four(count);
        for (std::size_t g = 0; g < count; ++g) {
            const auto part = std::span(values).subspan(g * group, group);
            const Range range = rangeOf(part);
            ranges[g] = double(range.highest) - double(range.lowest);
            for (const int top : {3, 15}) {
                const double step = ranges[g] / top;
                const double zero = std::nearbyint(-double(range.lowest) / step); // a whole zero point clips
                for (const float value : part) {
                    const double code =
                        std::clamp(std::nearbyint(double(value) / step) + zero, 0.0, double(top));
                    (top == 3 ? two : four)[g] +=
                        std::pow(double(value) - step * (code - zero), 2) / double(values.size());
                }
            }
        }
        const auto total = [&](const std::vector<bool>& isWide) {
            double sum = 0;
            for (std::size_t g = 0; g < count; ++g)
                sum += isWide[g] ? four[g] : two[g];
            return sum;
        };
        std::vector<std::size_t> order(count);
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::sort(order.begin(), order.end(), [&](auto a, auto b) { return ranges[a] > ranges[b]; });
        std::vector<bool> aligned(count), anywhere(count), smallest(count);
        for (std::size_t k = 0; k < tiles * wide; ++k) {
            anywhere[order[k]] = true;
            smallest[order[count - 1 - k]] = true;
        }
        for (std::size_t t = 0; t < tiles; ++t) {
            const auto mask =
                mixedTile::choose(std::span(ranges).subspan(t * mixedTile::groups, mixedTile::groups), wide);
            for (std::size_t g = 0; g < mixedTile::groups; ++g)
                aligned[t * mixedTile::groups + g] = (mask >> g & 1) != 0;
        }
        const double found[] = {
            total(std::vector<bool>(count)), total(smallest), total(aligned), total(anywhere),
            total(std::vector<bool>(count, true))};
        for (int i = 0; i < 5; ++i)
            qInfo("%.4f, %.4f in the brief", found[i], expected[i]);
        for (int i = 0; i < 5; ++i)
            QVERIFY2(deviation(found[i], expected[i]) < 0.03, qPrintable(QString::number(found[i])));
        qInfo("aligned costs %.4f of global", found[2] / found[3]);
        QVERIFY(std::fabs(found[2] / found[3] - expected[2] / expected[3]) < 0.006);
    }

    void everyNumberOfWideGroupsRoundTrips()
    {
        for (std::size_t wide = 0; wide <= mixedTile::groups; ++wide) {
            const auto format = parseNumberFormat(fmt::format("mix24g16w{}", wide)).value();
            const std::size_t count = format->blockElements();
            std::vector<std::byte> packed(format->blockBytes());
            format->encode(normalValues(count, unsigned(wide)), packed);
            const std::uint16_t mask = mixedTile::maskOf(packed);
            QCOMPARE(std::popcount(unsigned(mask)), int(wide));
            std::mt19937 random(unsigned(wide) + 50);
            std::vector<float> levels(16), expected(count), found(count);
            for (std::size_t i = 0; i < count; ++i) {
                format->levels(packed, i, levels);
                const std::size_t level = random() % 16;
                format->setLevel(packed, i, level);
                expected[i] = levels[level];
                // 2 bits have four levels, 4 bits sixteen.
                QCOMPARE(
                    std::set<float>(levels.begin(), levels.end()).size(), (mask >> (i / 16) & 1) ? 16u : 4u);
            }
            format->decode(packed, found);
            QCOMPARE(found, expected);
        }
    }

    void scalesAreSharesOfTheLargest()
    {
        // |stored - wanted| <= S / 30 wherever the share is not held up at 1.
        const auto format = parseNumberFormat("mix24g32w3").value();
        const std::vector<float> values = normalValues(512 * 20, 3);
        std::vector<std::byte> packed(format->blockBytes());
        std::vector<float> levels(16);
        for (std::size_t begin = 0; begin < values.size(); begin += 512) {
            format->encode(std::span(values).subspan(begin, 512), packed);
            const std::uint16_t mask = mixedTile::maskOf(packed);
            QCOMPARE(std::popcount(unsigned(mask)), 3);
            float base = 0;
            std::array<float, 16> wanted{}, found{};
            for (std::size_t g = 0; g < 16; ++g) {
                const auto part = std::span(values).subspan(begin + g * 32, 32);
                const Range range = rangeOf(part);
                const bool wide = (mask >> g & 1) != 0;
                wanted[g] = (range.highest - range.lowest) / (wide ? 15 : 3);
                base = std::max(base, wanted[g]);
                format->levels(packed, g * 32, levels);
                found[g] = wide ? levels[1] - levels[0] : levels[4] - levels[0];
            }
            for (std::size_t g = 0; g < 16; ++g)
                if (wanted[g] > base / 15)
                    QVERIFY(std::fabs(found[g] - wanted[g]) <= base / 30 * 1.01f);
        }
    }
};

QTEST_APPLESS_MAIN(MixedTileTest)
#include "mixed_tile_test.moc"
