#include "core/format/half_encoders.h"

#include "core/base/half.h"
#include "core/method/row_packer.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>
#include <limits>

using namespace tritloom;
using namespace tritloom::fixture;

/// The encoders that read halves, in every instruction set, against NumberFormat::encode().
class HalfKernelsTest : public QObject {
    Q_OBJECT

    static std::vector<std::string> ids()
    {
        std::vector<std::string> all{"int4g32", "int4g96",    "int2g32",     "int3g64",     "int5g32",
                                     "int7g64", "int8g32",    "int8g128",    "int6g4096",   "ternaryg32",
                                     "q2_0",    "ternaryg96", "ternaryg128", "ternaryg4096"};
        for (const NumberFormatFamily& family : numberFormatFamilies())
            for (const std::string& id : family.examples())
                all.push_back(id);
        return all;
    }

    /// Blocks of every kind: normal, of all sizes, zeros, both signs at the same distance, the largest
    /// halves, the smallest ones.
    static std::vector<std::uint16_t> weights(std::size_t count, std::size_t block)
    {
        const std::vector<float> normal = normalValues(count, 9);
        std::vector<std::uint16_t> halves(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t kind = i / block % 9;
            float value = normal[i];
            switch (kind) {
            case 1:
                value = std::ldexp(value, int(i % 30) - 24);
                break;
            case 2:
                value = i % 2 ? -0.0f : 0.0f;
                break;
            case 3: // the first of the two is the extreme
                value = i % block == block / 2 ? 7.0f : i % block == block - 1 ? -7.0f : std::sin(value);
                break;
            case 4:
                value = i % block == block / 4 ? -7.0f : i % block == block / 2 ? 7.0f : std::sin(value);
                break;
            case 5:
                value = i % 3 ? 65504.0f : -65504.0f;
                break;
            case 6:
                value *= 1e-7f; // scales below the normal halves
                break;
            case 7: // ties between levels
                value = std::round(value * 4) / 2;
                break;
            default:
                break;
            }
            halves[i] = floatToHalf(value);
        }
        return halves;
    }

private slots:
    void everySetGivesTheBytesOfThePlainEncoder_data()
    {
        QTest::addColumn<QString>("id");
        for (const std::string& id : ids())
            if (halfBlockOf(*parseNumberFormat(id).value()))
                QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }
    void everySetGivesTheBytesOfThePlainEncoder()
    {
        QFETCH(QString, id);
        const NumberFormatPtr format = parseNumberFormat(id.toStdString()).value();
        const HalfBlock block = *halfBlockOf(*format);
        constexpr std::size_t blocks = 61; // not whole sixteens
        const std::vector<std::uint16_t> halves = weights(blocks * block.elements, block.elements);
        std::vector<float> values(halves.size());
        for (std::size_t i = 0; i < halves.size(); ++i)
            values[i] = halfToFloat(halves[i]);
        std::vector<std::byte> expected(blocks * block.bytes), at(2 * halves.size() + 1);
        for (std::size_t b = 0; b < blocks; ++b)
            format->encode(
                std::span(values).subspan(b * block.elements, block.elements),
                std::span(expected).subspan(b * block.bytes, block.bytes));
        std::memcpy(
            at.data() + 1, halves.data(), 2 * halves.size()); // a file's header may have an odd length
        for (const HalfKernels* const* set = halfKernelSets(); *set; ++set) {
            constexpr std::size_t guard = 64;
            std::vector<std::byte> packed(expected.size() + 2 * guard, std::byte{0xa5});
            QVERIFY((*set)->encode(block, at.data() + 1, blocks, packed.data() + guard));
            for (std::size_t i = 0; i < expected.size(); ++i)
                QVERIFY2(
                    packed[guard + i] == expected[i],
                    qPrintable(QString("%1: byte %2 of block %3")
                                   .arg((*set)->name)
                                   .arg(i % block.bytes)
                                   .arg(i / block.bytes)));
            for (std::size_t i = 0; i < guard; ++i)
                QVERIFY(
                    packed[i] == std::byte{0xa5} && packed[guard + expected.size() + i] == std::byte{0xa5});
        }
    }

    void aNumberThatIsNotFiniteIsSeenWhereverItStands()
    {
        for (const char* const id : {"q8_0", "q4_0", "int4g128", "ternaryg64", "tq2_0"}) {
            const HalfBlock block = *halfBlockOf(*parseNumberFormat(id).value());
            std::vector<std::uint16_t> halves(17 * block.elements, 0x3c00);
            std::vector<std::byte> packed(17 * block.bytes);
            for (const HalfKernels* const* set = halfKernelSets(); *set; ++set)
                for (const std::uint16_t wrong : {0x7c00, 0xfc00, 0x7e01, 0xfe01})
                    for (std::size_t i = 0; i < halves.size(); i += 7) {
                        const auto before = std::exchange(halves[i], wrong);
                        QVERIFY(!(*set)->encode(block, halves.data(), 17, packed.data()));
                        halves[i] = before;
                    }
        }
    }

    void rowsOfHalvesBecomeTheBytesOfTheirFloats()
    {
        // Rows whose last block is short, and one with a number that is not finite.
        constexpr std::size_t rows = 5, columns = 300;
        std::vector<std::uint16_t> halves = weights(rows * columns, 32);
        halves[2 * columns + 17] = 0x7e00;
        std::vector<std::byte> bytes(2 * halves.size());
        std::memcpy(bytes.data(), halves.data(), bytes.size());
        const Tensor narrow =
            Tensor::adopt({parseNumberFormat("f16").value(), {rows, columns}}, std::move(bytes));
        const Tensor wide = Tensor::adoptFloats({rows, columns}, narrow.toFloats());
        for (const std::string& id : ids()) {
            const NumberFormatPtr format = parseNumberFormat(id).value();
            if (!halfBlockOf(*format))
                continue;
            const Tensor direct = packByFormat(narrow, format, {}, false, {}).value();
            const Tensor plain = packByFormat(wide, format, {}, false, {}).value();
            QVERIFY2(std::ranges::equal(direct.bytes(), plain.bytes()), id.c_str());
        }
    }

    void theFormatsThatAreMeantToBeQuickAre()
    {
        for (const char* const id : {"q8_0", "q4_0", "q5_0", "int4g32", "int4g128", "ternaryg128", "tq2_0"})
            QVERIFY2(halfBlockOf(*parseNumberFormat(id).value()), id);
        for (const char* const id : {"q4_k", "int4g64a", "int4g8", "nf4g64", "tq1_0", "f16"})
            QVERIFY2(!halfBlockOf(*parseNumberFormat(id).value()), id);
    }
};

QTEST_APPLESS_MAIN(HalfKernelsTest)
#include "half_kernels_test.moc"
