#include "core/format/bitmod_format.h"
#include "core/format/bitmod_super_format.h"
#include "core/format/group_grids.h"
#include "tests/core/format_fixture.h"

#include <QTest>

#include <set>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

std::vector<float> studentValues(std::size_t count, int freedom, unsigned seed)
{
    std::mt19937 random(seed);
    std::student_t_distribution<float> student(static_cast<float>(freedom));
    std::vector<float> values(count);
    for (float& value : values)
        value = student(random);
    return values;
}

/// What one grid alone leaves of a group, with the extreme at its top.
double errorOf(std::span<const float> values, std::span<const float> levels, float top)
{
    float largest = 0;
    for (const float value : values)
        largest = std::max(largest, std::fabs(value));
    const float scale = largest / top;
    double sum = 0;
    for (const float value : values) {
        float best = std::numeric_limits<float>::max();
        for (const float level : levels)
            best = std::min(best, std::fabs(value - scale * level));
        sum += double(best) * double(best);
    }
    return sum;
}

} // namespace

class BitmodTest : public QObject {
    Q_OBJECT

private slots:
    void secondLevelScalesByHand()
    {
        const std::vector<float> scales{.031f, .027f, .05f, .011f};
        const auto found = bitmodSuperFormat::secondLevel(scales, .05f);
        QVERIFY(std::fabs(found.unit - 1.96078e-4f) < 1e-9f);
        QCOMPARE(found.numbers, (std::vector<std::uint8_t>{158, 138, 255, 56}));
        // A group that is not all zeros keeps a scale.
        QCOMPARE(
            bitmodSuperFormat::secondLevel(std::vector<float>{1, 1e-5f, 0}, 1).numbers,
            (std::vector<std::uint8_t>{255, 1, 0}));
    }

    void aSecondLevelCostsNextToNothing()
    {
        // The brief has .03808 with exact scales and with second-level ones, at 3 bits and groups of 128.
        const std::vector<float> values = normalValues(std::size_t{1} << 19, 5);
        const double exact = relativeError("bitmod3g128", values, Writer::Encode),
                     second = relativeError("bitmod3g128s8", values, Writer::Encode);
        QVERIFY2(
            deviation(exact, .0381) < .02 && deviation(second, exact) < .005,
            qPrintable(QString("%1 %2").arg(exact).arg(second)));
        QCOMPARE(
            parseNumberFormat("bitmod3g128s8").value()->bitsPerWeight(), 3 + (8 + 2) / 128. + 16 / 1024.);
    }

    void aWorkedGroup()
    {
        const std::vector<float> values{1.2f, -0.4f, 0.1f, -0.8f, 0.65f, 0, -0.15f, 0.3f};
        const double expected[] = {0.010625, 0.006875, 0.005625, 0.025625}; // mean squares, by special level
        for (const bitmod::Special special : bitmod::specials)
            QVERIFY(
                std::fabs(
                    errorOf(values, bitmod::levels(3, special), bitmod::top(3, special)) / 8
                    - expected[int(special)])
                < 1e-6);
        const std::vector<float> found = stored(*parseNumberFormat("bitmod3g8").value(), values);
        const std::vector<float> wanted{1.2f, -0.4f, 0.2f, -0.8f, 0.8f, 0, -0.2f, 0.2f};
        // 0.1 and 0.3 lie on ties, up to the rounding of the scale.
        for (const std::size_t i : {0u, 1u, 3u, 4u, 5u, 6u})
            QVERIFY(std::fabs(found[i] - wanted[i]) < 2e-3f);
    }

    void theErrorIsThatOfTheBrief_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("normal");
        QTest::addColumn<double>("student");
        QTest::newRow("3 bits") << "bitmod3g128" << 0.0379 << 0.0541;
        QTest::newRow("4 bits") << "bitmod4g128" << 0.0096 << 0.0115;
        QTest::newRow("int3") << "int3g128" << 0.0747 << 0.148;
        QTest::newRow("int4") << "int4g128" << 0.0137 << 0.0295;
        QTest::newRow("int3, asymmetric") << "int3g128a" << 0.0464 << 0.080;
        QTest::newRow("int4, asymmetric") << "int4g128a" << 0.0101 << 0.0177;
        QTest::newRow("plain floats, 3 bits") << "fp3e2g128" << 0.0569 << 0.096;
        QTest::newRow("plain floats, 4 bits") << "fp4e2g128" << 0.0118 << 0.0152;
    }
    void theErrorIsThatOfTheBrief()
    {
        QFETCH(QString, format);
        QFETCH(double, normal);
        QFETCH(double, student);
        const double found = relativeError(format.toStdString(), normalValues(1 << 19, 1));
        QVERIFY2(deviation(found, normal) < 0.03, qPrintable(QString::number(found)));
        const double tailed = relativeError(format.toStdString(), studentValues(1 << 19, 5, 2));
        QVERIFY2(deviation(tailed, student) < 0.03, qPrintable(QString::number(tailed)));
    }

    void eachKindOfGridAlone_data()
    {
        QTest::addColumn<unsigned>("bits");
        QTest::addColumn<double>("between");
        QTest::addColumn<double>("beyond");
        QTest::newRow("3 bits") << 3u << 0.0471 << 0.0385;
        QTest::newRow("4 bits") << 4u << 0.0099 << 0.0116;
    }
    void eachKindOfGridAlone()
    {
        QFETCH(unsigned, bits);
        QFETCH(double, between);
        QFETCH(double, beyond);
        using bitmod::Special;
        const std::vector<float> values = normalValues(1 << 18, 6);
        const auto bestOf = [&](Special plus, Special minus) {
            double error = 0, power = 0;
            for (std::size_t begin = 0; begin < values.size(); begin += 128) {
                const auto part = std::span(values).subspan(begin, 128);
                error += std::min(
                    errorOf(part, bitmod::levels(bits, plus), bitmod::top(bits, plus)),
                    errorOf(part, bitmod::levels(bits, minus), bitmod::top(bits, minus)));
                for (const float value : part)
                    power += double(value) * double(value);
            }
            return error / power;
        };
        const double resolution = bestOf(Special::ResolutionPlus, Special::ResolutionMinus),
                     asymmetry = bestOf(Special::AsymmetryPlus, Special::AsymmetryMinus);
        QVERIFY2(deviation(resolution, between) < 0.03, qPrintable(QString::number(resolution)));
        QVERIFY2(deviation(asymmetry, beyond) < 0.03, qPrintable(QString::number(asymmetry)));
    }

    void noGroupIsWorseThanThePlainFloats()
    {
        // The grids with one level more between the others hold all levels of the plain ones, at the same
        // scale.
        for (const unsigned bits : {3u, 4u}) {
            const auto format = parseNumberFormat(fmt::format("bitmod{}g64", bits)).value();
            const std::vector<float> values = normalValues(64 * 4000, 5 + bits);
            const std::vector<float> found = stored(*format, values);
            std::vector<float> plain(
                bitmod::levels(bits, bitmod::Special::ResolutionPlus).begin(),
                bitmod::levels(bits, bitmod::Special::ResolutionPlus).end());
            plain.erase(plain.begin() + (1 << (bits - 1)));
            for (std::size_t begin = 0; begin < values.size(); begin += 64) {
                const auto part = std::span(values).subspan(begin, 64);
                double error = 0;
                for (std::size_t i = 0; i < 64; ++i)
                    error += std::pow(double(part[i]) - double(found[begin + i]), 2);
                // The stored scale has a bit less than a half: up to 2^-10 of each weight.
                QVERIFY(
                    std::sqrt(error)
                    <= std::sqrt(errorOf(part, plain, bitmod::top(bits, bitmod::Special::ResolutionPlus)))
                        + 0.01);
            }
        }
    }

    void theGridOfAGroupIsTheOneOfItsLevels_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id : {"bitmod3g64", "bitmod4g64", "bitmod3g32s4", "bitmod4g32s4"})
            QTest::addRow("%s", id) << QString(id);
    }
    void theGridOfAGroupIsTheOneOfItsLevels()
    {
        QFETCH(QString, id);
        const auto format = parseNumberFormat(id.toStdString()).value();
        const auto* const told = dynamic_cast<const GroupGrids*>(format.get());
        QVERIFY(told != nullptr && told->gridKind() == GroupGrids::Kind::SpecialLevel);
        const std::size_t run = format->levelRun(), count = format->blockElements();
        std::vector<std::byte> packed(format->blockBytes());
        std::vector<float> levels(format->levelCount());
        std::set<std::size_t> seen;
        for (unsigned seed = 0; seed < 200; ++seed) {
            format->encode(normalValues(count, seed), packed);
            for (std::size_t begin = 0; begin < count; begin += run) {
                format->levels(packed, begin, levels);
                // The level whose mirror is none, in units of the least positive one, which is 1, or E2M1's
                // .5.
                float unit = std::numeric_limits<float>::max(), alone = 0;
                for (const float level : levels) {
                    unit = level > 0 ? std::min(unit, level) : unit;
                    if (std::ranges::find(levels, -level) == levels.end())
                        alone = level;
                }
                const double special = double(alone / unit) / (levels.size() == 16 ? 2 : 1);
                const std::size_t grid = told->gridOf(packed, begin + run - 1);
                QVERIFY(std::fabs(told->grids()[grid] - special) < 1e-3);
                seen.insert(grid);
            }
        }
        QCOMPARE(seen.size(), told->grids().size());
    }

    void normalWeightsPickAsTheBriefSays_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QList<double>>("expected");
        QTest::newRow("3 bits") << "bitmod3g128" << QList<double>{0.08, 0.08, 0.42, 0.42};
        // Where both levels between the others are nearest to nothing, the first of them is taken.
        QTest::newRow("4 bits") << "bitmod4g128" << QList<double>{0.41, 0.35, 0.12, 0.12};
    }
    void normalWeightsPickAsTheBriefSays()
    {
        QFETCH(QString, id);
        QFETCH(QList<double>, expected);
        const auto format = parseNumberFormat(id.toStdString()).value();
        const std::vector<float> values = normalValues(128 * 4000, 8);
        std::array<int, 4> counts{};
        std::vector<std::byte> packed(format->blockBytes());
        for (std::size_t begin = 0; begin < values.size(); begin += 128) {
            format->encode(std::span(values).subspan(begin, 128), packed);
            ++counts
                [(std::to_integer<unsigned>(packed[0]) & 1) * 2
                 + (std::to_integer<unsigned>(packed[1]) >> 7)];
        }
        for (int k = 0; k < 4; ++k)
            QVERIFY2(
                std::fabs(counts[std::size_t(k)] / 4000.0 - expected[k]) < 0.03,
                qPrintable(QString("%1: %2").arg(k).arg(counts[std::size_t(k)] / 4000.0)));
    }

    void turnedWeightsGiveTheMirror()
    {
        const auto format = parseNumberFormat("bitmod4g64").value();
        std::vector<float> values = normalValues(64 * 200, 9);
        const std::vector<float> found = stored(*format, values);
        for (float& value : values)
            value = -value;
        const std::vector<float> turned = stored(*format, values);
        std::size_t different = 0;
        for (std::size_t i = 0; i < values.size(); ++i)
            different += turned[i] != -found[i];
        QVERIFY(different < values.size() / 1000);
    }

    void theChoiceCostsNoBits()
    {
        QCOMPARE(parseNumberFormat("bitmod3g128").value()->bitsPerWeight(), 3.125);
    }
};

QTEST_APPLESS_MAIN(BitmodTest)
#include "bitmod_test.moc"
