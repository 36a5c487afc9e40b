#include "compute/cpu/cpu_tensor.h"
#include "compute/cpu/kernels.h"

#include <QTest>

#include <algorithm>
#include <random>

using namespace tritloom;

namespace {

/// Random bytes that every format reads as finite numbers: half-precision scales are small.
Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    const TensorType type{format, {rows, columns}};
    std::vector<std::byte> bytes(type.bytes());
    std::vector<float> block(format->blockElements());
    for (std::size_t at = 0; at < bytes.size(); at += format->blockBytes()) {
        const float scale = std::exp(normal(random));
        for (float& value : block)
            value = scale * normal(random);
        format->encode(block, std::span(bytes).subspan(at, format->blockBytes()));
    }
    return Tensor::adopt(type, std::move(bytes));
}

std::vector<std::string> packedFormats()
{
    std::vector<std::string> ids;
    for (const NumberFormatFamily& family : numberFormatFamilies())
        for (const std::string& id : family.examples())
            if (cpu::packedFormatOf(*parseNumberFormat(id).value()))
                ids.push_back(id);
    for (const char* id :
         {"int4g288", "int3g16", "ternaryg1024", "int8g16a", "int5g96", "fp4e2g16"}) // lines of odd lengths
        ids.emplace_back(id);
    return ids;
}

/// Formats that are read by a row of kernels.cpp.
constexpr const char* withRows[] = {"int", "nf4", "ternary", "q1_0", "q2_", "q3_", "q4_", "q5_", "q6_", "q8_", "iq", "mxfp4", "nvfp4", "tq"};

} // namespace

/// The layout for products holds what the format holds, in about as many bytes.
class PackedWeightsTest : public QObject {
    Q_OBJECT

private slots:
    void everyRowDecodesAsItsFormatSays_data()
    {
        QTest::addColumn<QString>("format");
        for (const std::string& id : packedFormats())
            QTest::addRow("%s", id.c_str()) << QString::fromStdString(id);
    }
    void everyRowDecodesAsItsFormatSays()
    {
        QFETCH(QString, format);
        const NumberFormatPtr number = parseNumberFormat(format.toStdString()).value();
        for (const std::size_t rows : {1, 37})
            for (const std::size_t blocks : {1, 3}) {
                // The last block of a row may be short.
                const std::size_t columns = number->blockElements() * blocks - (blocks == 3 ? 5 : 0);
                const Tensor weights = randomWeights(number, rows, columns, unsigned(rows + blocks));
                const std::vector<float> expected = weights.toFloats();
                const cpu::CpuTensor tensor(weights);
                const cpu::PackedWeights* const packed = tensor.packed().value();
                QVERIFY(packed != nullptr);
                QVERIFY(tensor.given().isEmpty());
                std::vector<float> row(columns);
                for (std::size_t r = 0; r < rows; ++r) {
                    tensor.decodeRow(r, row);
                    for (std::size_t c = 0; c < columns; ++c)
                        QVERIFY2(
                            row[c] == expected[r * columns + c],
                            qPrintable(QString("[%1, %2] is %3, not %4")
                                           .arg(r)
                                           .arg(c)
                                           .arg(row[c])
                                           .arg(expected[r * columns + c])));
                }
            }
    }

    // What a product reads is what limits its speed.
    void theLayoutIsNoLargerThanTheFormat_data() { everyRowDecodesAsItsFormatSays_data(); }
    void theLayoutIsNoLargerThanTheFormat()
    {
        QFETCH(QString, format);
        const NumberFormatPtr number = parseNumberFormat(format.toStdString()).value();
        const TensorType type{number, {64, number->blockElements() * 64}};
        const auto layout = cpu::packedLayout(cpu::packedFormatOf(*number)->layout, type);
        QVERIFY(layout.has_value());
        const double growth = double(layout->bytes()) / double(type.bytes());
        qInfo("%s: %.3f of the format's bytes", qPrintable(format), growth);
        // Digits to other bases than 2 become bits: they cost more time than their bytes save. Codes of formats
        // that have no row of their own are kept in what there are kernels for.
        const bool isCoded = std::none_of(std::begin(withRows), std::end(withRows), [&](const char* begin) {
            return format.startsWith(begin);
        });
        // Vectors of a codebook, and groups of two widths in tiles, lie as single codes: decoding them anew
        // for each product would take longer than their bytes.
        const bool isUnfolded = format.startsWith("e8p") || format.startsWith("mix24");
        // Levels that lie with the weights are read as bytes, so that one table serves all.
        const bool isRead = format.startsWith("book");
        QVERIFY2(
            growth
                <= (format == "tq1_0" ? 1.23
                        : isRead      ? 3.6
                        : isUnfolded  ? 2.8
                        : isCoded     ? 1.5
                                      : 1.04),
            qPrintable(QString::number(growth)));
    }

    void smallFloatsAreWholeNumbersOverTheLargest()
    {
        for (const char* id : {"fp3e2g64", "fp4e1g64", "fp4e2g64", "fp4e2g16", "fp4e3g64", "kfp3e2g64"}) {
            const auto packed = cpu::packedFormatOf(*parseNumberFormat(id).value());
            QVERIFY2(packed && packed->layout.levels == cpu::Levels::Table, id);
        }
        // 192 steps to the largest of this one fit no signed byte.
        QVERIFY(
            cpu::packedFormatOf(*parseNumberFormat("kfp4e2g64").value())->layout.levels
            == cpu::Levels::Fraction);
    }

    void groupsThatFillNoSpanAreLeftAsTheyAre()
    {
        for (const char* id : {"int4g8", "int4g24", "int4g72"}) {
            const NumberFormatPtr number = parseNumberFormat(id).value();
            const cpu::CpuTensor tensor(randomWeights(number, 3, 144, 1));
            QVERIFY(tensor.packed().value() == nullptr);
            QVERIFY(!tensor.given().isEmpty());
        }
    }
};

QTEST_APPLESS_MAIN(PackedWeightsTest)
#include "packed_weights_test.moc"
