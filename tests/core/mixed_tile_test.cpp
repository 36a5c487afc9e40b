#include "core/format/mixed_tile_format.h"
#include "tests/core/format_fixture.h"

#include <QTest>

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
    void bitsAreCounted_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("bits");
        // The brief's 2.898, 2.637 and 2.766, with the wide groups' zero points filled up to whole bytes.
        QTest::newRow("g16, 3 of 16") << "mix24g16w3" << 2.898;
        QTest::newRow("g32, 3 of 16") << "mix24g32w3" << 2.637;
        QTest::newRow("g32, 4 of 16") << "mix24g32w4" << 2.766;
    }
    void bitsAreCounted()
    {
        QFETCH(QString, format);
        QFETCH(double, bits);
        const double found = parseNumberFormat(format.toStdString()).value()->bitsPerWeight();
        QVERIFY2(found >= bits - 1e-3 && found < bits + 0.01, qPrintable(QString::number(found)));
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
