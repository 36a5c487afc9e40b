#include "compute/cpu/cpu_backend.h"
#include "compute/cpu/tile/float_unit_product.h"
#include "core/base/half.h"
#include "core/format/number_format.h"
#include "tests/compute/emulated_tile_unit.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>

using namespace tritloom;
using fixture::normalValues;

namespace {

struct Kind {
    const char* id;
    cpu::FloatKind kind;
};
constexpr Kind kinds[] = {
    {"f32", cpu::FloatKind::F32}, {"f16", cpu::FloatKind::F16}, {"bf16", cpu::FloatKind::BF16}};

/// Weights as a file holds them, and what they are.
struct Weights {
    std::vector<std::byte> stored;
    std::vector<float> values;

    Weights(const char* id, std::vector<float> wanted)
        : values(std::move(wanted))
    {
        const auto format = parseNumberFormat(id).value();
        stored.resize(values.size() * format->blockBytes());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const auto one = std::span(stored).subspan(i * format->blockBytes(), format->blockBytes());
            format->encode(std::span(values).subspan(i, 1), one);
            format->decode(one, std::span(values).subspan(i, 1));
        }
    }
};

struct Shape {
    std::size_t tokens, rows, columns;
};
/// Edges of tiles, pairs of panels, blocks and tasks; a row that ends inside a pair of columns.
constexpr Shape shapes[] = {{1, 1, 1},      {16, 32, 128}, {17, 33, 129},
                            {37, 150, 301}, {5, 7, 64},    {49, 16, 33}};

} // namespace

/// Products of float weights by tiles of bf16, against sums in double precision.
class FloatUnitProductTest : public QObject {
    Q_OBJECT

    static void eachUnit(const std::function<void(const cpu::TileUnit&)>& check)
    {
        check(cpu::emulatedTileUnit);
        if (const cpu::TileUnit* const unit = cpu::amxUnit())
            check(*unit);
        else
            qInfo("Only the emulated unit: %s.", cpu::amxAbsence().data());
    }

private slots:
    void productsKeepSinglePrecision_data()
    {
        QTest::addColumn<std::size_t>("kind");
        QTest::addColumn<QString>("set");
        for (const std::string& set : cpuInstructionSets())
            for (std::size_t k = 0; k < std::size(kinds); ++k)
                QTest::addRow("%s %s", kinds[k].id, set.c_str()) << k << QString::fromStdString(set);
    }
    void productsKeepSinglePrecision()
    {
        QFETCH(std::size_t, kind);
        QFETCH(QString, set);
        const auto backend = makeCpuBackend(set.toStdString()).value(); // for what surrounds the tiles
        eachUnit([&](const cpu::TileUnit& unit) {
            for (const auto& [tokens, rows, columns] : shapes) {
                const Weights w(kinds[kind].id, normalValues(rows * columns, 1));
                const std::vector<float> x = normalValues(tokens * columns, 2);
                constexpr float guard = -7.25e30f;
                std::vector<float> room(64 + tokens * rows + 64, guard);
                const auto y = std::span(room).subspan(64, tokens * rows);
                cpu::multiplyFloatColumns(
                    kinds[kind].kind, w.stored.data(), rows, cpu::splitTokens(x, tokens, columns), unit, y,
                    {});
                const auto isGuard = [](float value) { return value == guard; };
                QVERIFY(std::all_of(room.begin(), room.begin() + 64, isGuard));
                QVERIFY(std::all_of(room.end() - 64, room.end(), isGuard));
                for (std::size_t t = 0; t < tokens; ++t)
                    for (std::size_t r = 0; r < rows; ++r) {
                        double expected = 0, size = 0;
                        for (std::size_t c = 0; c < columns; ++c) {
                            const double term =
                                double(w.values[r * columns + c]) * double(x[t * columns + c]);
                            expected += term;
                            size += std::abs(term);
                        }
                        QVERIFY2(
                            std::abs(double(y[t * rows + r]) - expected) <= 4e-7 * size,
                            qPrintable(QString("%1, [%2, %3] of %4 columns: %5, expected %6")
                                           .arg(unit.name.data())
                                           .arg(t)
                                           .arg(r)
                                           .arg(columns)
                                           .arg(double(y[t * rows + r]), 0, 'g', 9)
                                           .arg(expected, 0, 'g', 9)));
                    }
            }
        });
    }

    // One column that counts: the product is as exact as one of floats, of any size.
    void singleProductsAreThoseOfFloats()
    {
        eachUnit([](const cpu::TileUnit& unit) {
            for (const float value : {1.0f, -1.0f / 3, 3.4e38f, -3e38f, 1.2345678e-30f, 7.7e20f}) {
                const Weights w("f16", normalValues(32, 5));
                std::vector<float> x(1);
                x[0] = value;
                std::vector<float> y(32);
                cpu::multiplyFloatColumns(
                    cpu::FloatKind::F16, w.stored.data(), 32, cpu::splitTokens(x, 1, 1), unit, y, {});
                for (std::size_t r = 0; r < 32; ++r) {
                    const double expected = double(w.values[r]) * double(value);
                    if (std::abs(expected) > 3.4e38)
                        QVERIFY(!std::isfinite(y[r]) || std::abs(y[r]) > 3.3e38f);
                    else
                        QVERIFY2(
                            std::abs(double(y[r]) - expected) <= 2e-7 * std::abs(expected),
                            qPrintable(QString("%1 times %2 is %3").arg(w.values[r]).arg(value).arg(y[r])));
                }
            }
            for (const float value :
                 {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
                const Weights w("f16", normalValues(32, 5));
                std::vector<float> x{value}, y(32);
                cpu::multiplyFloatColumns(
                    cpu::FloatKind::F16, w.stored.data(), 32, cpu::splitTokens(x, 1, 1), unit, y, {});
                for (const float result : y)
                    QVERIFY(!std::isfinite(result));
            }
        });
    }

    void linearLayersUseIt()
    {
        const auto backend = makeCpuBackend().value();
        const Weights w("f16", normalValues(70 * 100, 1));
        const Tensor weights = Tensor::adopt({parseNumberFormat("f16").value(), {70, 100}}, w.stored),
                     x = Tensor::adoptFloats({33, 100}, normalValues(33 * 100, 2));
        const DeviceTensor inputs[] = {backend->upload(x).value(), backend->upload(weights).value()};
        cpu::chooseTileUnit(&cpu::emulatedTileUnit);
        const auto layer =
            backend->download(backend->run({OpKind::Linear, {}}, inputs, {}).value()).value().toFloats();
        cpu::chooseTileUnit(nullptr);
        std::vector<float> y(33 * 70);
        cpu::multiplyFloatColumns(
            cpu::FloatKind::F16, w.stored.data(), 70, cpu::splitTokens(x.floats(), 33, 100),
            cpu::emulatedTileUnit, y, {});
        QVERIFY(layer == y); // bit for bit: the same kernel
    }
};

QTEST_APPLESS_MAIN(FloatUnitProductTest)
#include "float_unit_product_test.moc"
