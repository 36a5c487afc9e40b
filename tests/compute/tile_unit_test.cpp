#include "compute/cpu/cpu_backend.h"
#include "tests/compute/emulated_tile_unit.h"

#include <QTest>

#include <algorithm>
#include <random>
#include <vector>

using namespace tritloom;

namespace {

std::vector<const cpu::TileUnit*> units()
{
    std::vector<const cpu::TileUnit*> list{&cpu::emulatedTileUnit};
    if (const cpu::TileUnit* const unit = cpu::amxUnit())
        list.push_back(unit);
    else
        qInfo("Only the emulated unit: %s.", cpu::amxAbsence().data());
    return list;
}

struct Shape {
    std::size_t digits, codeDigits, lines, columns, depth;
};
constexpr Shape shapes[] = {
    {1, 1, 1, 64, 64},  {1, 1, 4, 32, 32}, {1, 1, 3, 16, 16},  {3, 1, 1, 256, 64}, {3, 1, 2, 96, 32},
    {1, 2, 1, 256, 64}, {3, 2, 1, 64, 64}, {3, 2, 1, 192, 64}, {2, 2, 3, 48, 16},
};

} // namespace

/// The kernels of every tile unit against loops over the definition.
class TileUnitTest : public QObject {
    Q_OBJECT

private slots:
    void sumsAreThoseOfTheDefinition_data()
    {
        QTest::addColumn<std::size_t>("index");
        const auto list = units();
        for (std::size_t i = 0; i < list.size(); ++i)
            QTest::addRow("%s", list[i]->name.data()) << i;
    }
    void sumsAreThoseOfTheDefinition()
    {
        QFETCH(std::size_t, index);
        const cpu::TileUnit& unit = *units()[index];
        std::mt19937 random(7);
        for (const auto& [digits, codeDigits, lines, columns, depth] : shapes)
            for (const std::size_t tokenTiles : {1, 2})
                for (const bool isSigned : {true, false}) {
                    const std::size_t width = lines * columns, tokens = tokenTiles * cpu::tileTokens,
                                      digitStride = width + 32, tokenStride = digits * digitStride;
                    std::vector<std::int8_t> x(tokens * tokenStride);
                    for (std::int8_t& value : x)
                        value = std::int8_t(random());
                    const std::size_t panelStride = width * 16 + 64, codeDigitStride = 2 * panelStride;
                    std::vector<std::uint8_t> codes(codeDigits * codeDigitStride);
                    for (std::uint8_t& code : codes)
                        code = std::uint8_t(random());
                    cpu::TileProduct product{
                        .tokens = x.data(),
                        .tokenStride = tokenStride,
                        .digitStride = digitStride,
                        .digits = digits,
                        .codes = codes.data(),
                        .panelStride = panelStride,
                        .codeDigitStride = codeDigitStride,
                        .codeDigits = codeDigits,
                        .lines = lines,
                        .columns = columns,
                        .depth = depth};
                    const std::size_t tileSums = 2 * tokenTiles * cpu::sumsOfTile;
                    std::vector<std::int32_t> expected(lines * product.orders() * tileSums),
                        sums(expected.size(), -1);
                    product.sums = sums.data();
                    for (std::size_t l = 0; l < lines; ++l)
                        for (std::size_t i = 0; i < codeDigits; ++i)
                            for (std::size_t j = 0; j < digits; ++j)
                                for (std::size_t t = 0; t < tokens; ++t)
                                    for (std::size_t row = 0; row < 32; ++row)
                                        for (std::size_t c = l * columns; c < (l + 1) * columns; ++c) {
                                            const std::uint8_t code = codes
                                                [i * codeDigitStride + row / 16 * panelStride + c / 4 * 64
                                                 + row % 16 * 4 + c % 4];
                                            const int level = isSigned ? int(std::int8_t(code)) : int(code);
                                            expected
                                                [(l * product.orders() + i + j) * tileSums
                                                 + (t / 16 * 2 + row / 16) * 256 + t % 16 * 16 + row % 16] +=
                                                level * x[t * tokenStride + j * digitStride + c];
                                        }
                    {
                        const cpu::TileScope scope(unit, depth);
                        (isSigned ? unit.multiplySigned : unit.multiplyUnsigned)(product, tokenTiles);
                    }
                    QVERIFY2(
                        sums == expected,
                        qPrintable(QString("%1 and %2 digits, %3 lines of %4 columns")
                                       .arg(digits)
                                       .arg(codeDigits)
                                       .arg(lines)
                                       .arg(columns)));
                }
    }

    void workIsCountedByProducts()
    {
        for (const cpu::TileUnit* const unit : units()) {
            const cpu::TileScope scope(*unit, cpu::tileColumns);
            QCOMPARE(unit->byteWork(3), 3.0 * 4 * 2 * 16 * 16 * 64);
            QCOMPARE(unit->floatWork(3), 3.0 * 4 * 2 * 16 * 16 * 32);
        }
    }

    void amxIsASetWhereItIsThere()
    {
        const std::vector<std::string> sets = cpuInstructionSets();
        const bool listed = std::count(sets.begin(), sets.end(), "AMX") == 1;
        // What the unit leaves to others runs with this one.
        const bool hasRest = std::count(sets.begin(), sets.end(), "AVX3_DL") == 1;
        QCOMPARE(listed, hasRest && cpu::amxUnit() != nullptr);
        QCOMPARE(cpu::amxAbsence().empty(), cpu::amxUnit() != nullptr);
        QCOMPARE(makeCpuBackend("AMX").has_value(), listed);
        if (listed) {
            QCOMPARE(sets.front(), "AMX"); // the best
            QVERIFY(cpu::chosenTileUnit() == cpu::amxUnit());
        }
        // The next backend decides.
        QVERIFY(makeCpuBackend(sets.back()).has_value());
        QVERIFY(cpu::chosenTileUnit() == nullptr);
    }
};

QTEST_APPLESS_MAIN(TileUnitTest)
#include "tile_unit_test.moc"
