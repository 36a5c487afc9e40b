#include "compute/cpu/cpu_backend.h"
#include "compute/cpu/cpu_tensor.h"
#include "compute/cpu/packed/product.h"
#include "core/base/parallel.h"
#include "tests/compute/emulated_tile_unit.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using fixture::normalValues;

namespace {

Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns, unsigned seed)
{
    const TensorType type{format, {rows, columns}};
    const std::size_t element = format->blockElements(), row = (columns + element - 1) / element * element;
    const std::vector<float> values = normalValues(rows * row, seed);
    std::vector<std::byte> bytes(type.bytes());
    for (std::size_t b = 0; b < bytes.size() / format->blockBytes(); ++b)
        format->encode(
            std::span(values).subspan(b * element, element),
            std::span(bytes).subspan(b * format->blockBytes(), format->blockBytes()));
    return Tensor::adopt(type, std::move(bytes));
}

/// What a product reads past is filled with this, and what it writes past must still be this.
constexpr float guard = -7.25e30f;

/// y of weights and x by the packed kernels, with guards on both sides of y.
std::vector<float> product(
    const cpu::CpuTensor& weights, std::span<const float> x, std::size_t tokens, cpu::ActivationMode mode,
    bool& clean)
{
    const std::size_t rows = weights.type().rows();
    std::vector<float> room(64 + tokens * rows + 64, guard);
    const std::span<float> y = std::span(room).subspan(64, tokens * rows);
    const cpu::PackedWeights& packed = *weights.packed().value();
    const auto activations = cpu::makeActivations(packed.layout, x, tokens, mode);
    if (tokens == 1)
        cpu::multiplyColumn(packed, activations, y);
    else if (cpu::decodesColumns(packed.layout, mode))
        cpu::decodedColumns(packed, x, tokens, y, {});
    else
        cpu::multiplyColumns(packed, activations, y, {});
    clean = std::all_of(room.begin(), room.begin() + 64, [](float f) { return f == guard; })
        && std::all_of(room.end() - 64, room.end(), [](float f) { return f == guard; });
    return {y.begin(), y.end()};
}

/// The activations that a mode multiplies with, written out.
std::vector<float> rounded(const cpu::PackedLayout& layout, std::vector<float> x, std::size_t tokens)
{
    const char* const id = layout.activations == cpu::Activations8::Q8_0 ? "q8_0" : "q8_k";
    const auto number = parseNumberFormat(id).value();
    const std::size_t run =
        layout.activations == cpu::Activations8::Line ? layout.lineColumns : number->blockElements();
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < layout.columns; c += run) {
            const auto part = std::span(x).subspan(t * layout.columns + c, std::min(run, layout.columns - c));
            std::vector<float> block(run);
            std::copy(part.begin(), part.end(), block.begin());
            if (layout.activations == cpu::Activations8::Line) {
                float largest = 0;
                for (const float value : block)
                    largest = std::max(largest, std::abs(value));
                for (float& value : block)
                    value = std::nearbyint(value * (127 / largest)) * (largest / 127);
            } else {
                std::vector<std::byte> stored(number->blockBytes());
                number->encode(block, stored);
                number->decode(stored, block);
            }
            std::copy_n(block.begin(), part.size(), part.begin());
        }
    return x;
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

struct ProductShape {
    std::size_t tokens, rows, blocks, shortBy;
};
/// One of everything, edges of panels, pairs of panels and tiles of tokens, several blocks, a row that ends
/// inside a block.
constexpr ProductShape shapes[] = {
    {1, 1, 1, 0},  {1, 16, 2, 0}, {1, 33, 3, 5}, {1, 150, 5, 0},  {2, 1, 1, 0},
    {5, 17, 3, 5}, {6, 32, 2, 0}, {7, 49, 1, 0}, {13, 150, 3, 0}, {39, 83, 2, 5},
};

/// An instruction set, and whether an emulated tile unit multiplies instead of its byte dots.
struct ProductSet {
    std::string name;
    bool emulated;

    [[nodiscard]] std::string title() const { return name + (emulated ? " and emulated tiles" : ""); }
    /// Process-wide, until the next.
    [[nodiscard]] std::unique_ptr<Backend> choose() const
    {
        auto backend = makeCpuBackend(name).value();
        if (emulated)
            cpu::chooseTileUnit(&cpu::emulatedTileUnit);
        return backend;
    }
};

/// Every compiled set, AMX among them where it is; and its algorithm on every machine, with the best and the
/// lowest set.
std::vector<ProductSet> productSets()
{
    std::vector<ProductSet> sets;
    for (const std::string& name : cpuInstructionSets())
        sets.push_back({name, false});
    const std::size_t best = sets.front().name == "AMX" ? 1 : 0;
    sets.push_back({sets[best].name, true});
    sets.push_back({cpuInstructionSets().back(), true});
    return sets;
}

} // namespace

/// Every packed format, in both modes, on every instruction set, against sums in double precision.
class PackedProductTest : public QObject {
    Q_OBJECT

    static void rows()
    {
        QTest::addColumn<std::size_t>("set");
        QTest::addColumn<QString>("format");
        const std::vector<ProductSet> sets = productSets();
        for (std::size_t i = 0; i < sets.size(); ++i)
            for (const std::string& id : packedFormats())
                QTest::addRow("%s %s", sets[i].title().c_str(), id.c_str())
                    << i << QString::fromStdString(id);
    }

    static void compare(cpu::ActivationMode mode, float tolerance)
    {
        QFETCH(std::size_t, set);
        QFETCH(QString, format);
        const auto backend = productSets()[set].choose();
        const NumberFormatPtr number = parseNumberFormat(format.toStdString()).value();
        for (const auto& [tokens, outputs, blocks, shortBy] : shapes) {
            const std::size_t columns = number->blockElements() * blocks - shortBy;
            const Tensor weights = randomWeights(number, outputs, columns, unsigned(outputs));
            const std::vector<float> w = weights.toFloats(), x = normalValues(tokens * columns, 3);
            const cpu::CpuTensor tensor(weights);
            const cpu::PackedLayout layout = tensor.packed().value()->layout;
            // With floats instead of whole numbers, activations stay as they are.
            const bool asGiven =
                mode == cpu::ActivationMode::Exact || (tokens > 1 && cpu::alwaysDecodesColumns(layout));
            const std::vector<float> seen = asGiven ? x : rounded(layout, x, tokens);
            bool clean = false;
            const std::vector<float> y = product(tensor, x, tokens, mode, clean);
            QVERIFY2(clean, "written outside of the result");
            for (std::size_t t = 0; t < tokens; ++t)
                for (std::size_t r = 0; r < outputs; ++r) {
                    double expected = 0, size = 0;
                    for (std::size_t c = 0; c < columns; ++c) {
                        const double term = double(w[r * columns + c]) * double(seen[t * columns + c]);
                        expected += term;
                        size += std::abs(term);
                    }
                    QVERIFY2(
                        std::abs(double(y[t * outputs + r]) - expected) <= double(tolerance) * size + 1e-30,
                        qPrintable(QString("%1 tokens, %2 x %3, [%4, %5]: %6, expected %7")
                                       .arg(tokens)
                                       .arg(outputs)
                                       .arg(columns)
                                       .arg(t)
                                       .arg(r)
                                       .arg(y[t * outputs + r])
                                       .arg(expected)));
                }
        }
    }

private slots:
    void exactProductsAreExact_data() { rows(); }
    // The bound is relative to the sum of magnitudes: what single precision itself would keep.
    void exactProductsAreExact() { compare(cpu::ActivationMode::Exact, 1e-6f); }

    void eightBitProductsSeeRoundedActivations_data() { rows(); }
    // A tie may round to the other side: one unit of one activation in a hundred thousand.
    void eightBitProductsSeeRoundedActivations() { compare(cpu::ActivationMode::EightBit, 2e-5f); }

    void wholeNumbersAreMultipliedExactly_data()
    {
        QTest::addColumn<std::size_t>("set");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QList<float>>("levels");
        const std::vector<ProductSet> sets = productSets();
        for (std::size_t i = 0; i < sets.size(); ++i) {
            QTest::addRow("%s signs", sets[i].title().c_str()) << i << "sign1g64" << QList<float>{-1, 1};
            QTest::addRow("%s dual binary", sets[i].title().c_str())
                << i << "fdbg64" << QList<float>{-1, 0, 1, 2};
            for (int bits = 1; bits <= 8; ++bits) {
                QList<float> levels;
                for (int level = -(1 << (bits - 1)); level < 1 << (bits - 1); ++level)
                    levels.append(float(level));
                QTest::addRow("%s planes, %d bits", sets[i].title().c_str(), bits)
                    << i << QString("planes%1g128").arg(bits) << levels;
            }
            for (int bits = 2; bits <= 4; ++bits) {
                QList<float> levels;
                for (int shift = 0; shift < 1 << (bits - 1); ++shift)
                    levels << float(1 << shift) << float(-(1 << shift));
                QTest::addRow("%s shifts, %d bits", sets[i].title().c_str(), bits)
                    << i << QString("shift%1g64").arg(bits) << levels;
            }
        }
    }
    // abq-llm 2, bitnet 2, db-llm 6, denseshift 5: weights and activations that are whole numbers give the
    // sum in 64 bits. +-128 of shifts of 4 bits fit no signed byte: their levels are fractions, but dyadic
    // ones.
    void wholeNumbersAreMultipliedExactly()
    {
        QFETCH(std::size_t, set);
        QFETCH(QString, format);
        QFETCH(QList<float>, levels);
        const auto backend = productSets()[set].choose();
        const NumberFormatPtr number = parseNumberFormat(format.toStdString()).value();
        const std::size_t block = number->blockElements(), rows = 19;
        std::mt19937 random(4);
        for (const std::size_t columns : {1u, 127u, 128u, 129u, 4096u}) {
            const std::size_t blocks = (columns + block - 1) / block;
            const TensorType type{number, {rows, columns}};
            std::vector<std::byte> bytes(type.bytes());
            for (std::size_t b = 0; b < rows * blocks; ++b) {
                std::vector<float> values(block);
                for (std::size_t i = 0; i < block; ++i) // both ends, so that the scale is 1
                    values[i] = i == 0 || i + 1 == block
                        ? (i == 0 ? levels.front() : levels.back())
                        : levels[qsizetype(random() % unsigned(levels.size()))];
                number->encode(
                    values, std::span(bytes).subspan(b * number->blockBytes(), number->blockBytes()));
            }
            const Tensor weights = Tensor::adopt(type, std::move(bytes));
            const std::vector<float> w = weights.toFloats();
            for (const float value : w)
                QVERIFY2(levels.contains(value), qPrintable(QString::number(value)));
            const cpu::CpuTensor tensor(weights);
            const cpu::PackedLayout layout = tensor.packed().value()->layout;
            QCOMPARE(layout.levels == cpu::Levels::Fraction, format.startsWith("shift4"));
            for (const std::size_t tokens : {1u, 5u})
                for (int xBits = 2; xBits <= 8; ++xBits) {
                    const int top = (1 << (xBits - 1)) - 1;
                    std::vector<float> x(tokens * columns);
                    for (std::size_t i = 0; i < x.size(); ++i)
                        // One of 127 in every line, so that the scale of the activations is 1.
                        x[i] = i % columns % 32 == 0 ? 127.0f : float(int(random() % (2 * top + 1)) - top);
                    QCOMPARE(rounded(layout, x, tokens), x);
                    bool clean = false;
                    const auto y = product(tensor, x, tokens, cpu::ActivationMode::EightBit, clean);
                    for (std::size_t t = 0; t < tokens; ++t)
                        for (std::size_t r = 0; r < rows; ++r) {
                            std::int64_t expected = 0;
                            for (std::size_t c = 0; c < columns; ++c)
                                expected +=
                                    std::int64_t(w[r * columns + c]) * std::int64_t(x[t * columns + c]);
                            QVERIFY2( // QCOMPARE would forgive the last digits
                                double(y[t * rows + r]) == double(float(expected)),
                                qPrintable(QString("%1 x %2 bits: %3, not %4")
                                               .arg(columns)
                                               .arg(xBits)
                                               .arg(double(y[t * rows + r]))
                                               .arg(expected)));
                        }
                }
        }
    }

    // abq-llm 3: rows beyond what 32 bits hold of the largest codes.
    void longRowsOfTheLargestCodesDoNotOverflow()
    {
        constexpr std::size_t columns = 200 * 1024; // 255 * 127 * columns is three times 2^31
        for (const ProductSet& set : productSets()) {
            const auto backend = set.choose();
            for (const char* id : {"planes8g128", "uint8g128", "int8g64", "q8_0"}) {
                const NumberFormatPtr number = parseNumberFormat(id).value();
                const std::size_t block = number->blockElements();
                const TensorType type{number, {1, columns}};
                std::vector<std::byte> bytes(type.bytes());
                for (std::size_t b = 0; b < columns / block; ++b)
                    number->encode(
                        std::vector<float>(block, 255.0f),
                        std::span(bytes).subspan(b * number->blockBytes(), number->blockBytes()));
                const cpu::CpuTensor tensor(Tensor::adopt(type, std::move(bytes)));
                const std::vector<float> x(2 * columns, 127.0f);
                for (const std::size_t tokens : {1u, 2u})
                    for (const auto mode : {cpu::ActivationMode::Exact, cpu::ActivationMode::EightBit}) {
                        bool clean = false;
                        const auto y =
                            product(tensor, std::span(x).first(tokens * columns), tokens, mode, clean);
                        for (const float sum : y)
                            QVERIFY2(
                                std::abs(double(sum) / (255.0 * 127 * columns) - 1) < 2e-3,
                                qPrintable(QString("%1: %2").arg(id).arg(double(sum))));
                    }
            }
        }
    }

    void resultsAreEqualForAnyNumberOfThreads_data()
    {
        QTest::addColumn<std::size_t>("set");
        const std::vector<ProductSet> sets = productSets();
        for (std::size_t i = 0; i < sets.size(); ++i)
            QTest::addRow("%s", sets[i].title().c_str()) << i;
    }
    void resultsAreEqualForAnyNumberOfThreads()
    {
        QFETCH(std::size_t, set);
        const auto backend = productSets()[set].choose();
        for (const char* id : {"q4_k", "q6_k", "tq2_0", "int4g128", "nf4g64"}) {
            const NumberFormatPtr number = parseNumberFormat(id).value();
            const cpu::CpuTensor tensor(randomWeights(number, 700, 512, 1));
            for (const std::size_t tokens : {1, 19}) {
                const std::vector<float> x = normalValues(tokens * 512, 2);
                for (const auto mode : {cpu::ActivationMode::Exact, cpu::ActivationMode::EightBit}) {
                    bool clean = false;
                    setThreadCount(1);
                    const auto one = product(tensor, x, tokens, mode, clean);
                    setThreadCount(7);
                    const auto seven = product(tensor, x, tokens, mode, clean);
                    setThreadCount(0);
                    QVERIFY2(one == seven, id);
                }
            }
        }
    }

    void largeAndOddActivationsAreHeld()
    {
        const NumberFormatPtr number = parseNumberFormat("q8_0").value();
        for (const ProductSet& set : productSets()) {
            const auto backend = set.choose();
            const Tensor weights = randomWeights(number, 16, 64, 1);
            const std::vector<float> w = weights.toFloats();
            const cpu::CpuTensor tensor(weights);
            const auto at = [&](float value, std::size_t place) {
                std::vector<float> x(64);
                x[place] = value;
                bool clean = false;
                return product(tensor, x, 1, cpu::ActivationMode::Exact, clean);
            };
            for (const float value : {1e30f, -3e34f, 1.0f, 1e-28f}) {
                const auto y = at(value, 33);
                for (std::size_t r = 0; r < 16; ++r)
                    QVERIFY2(
                        std::abs(y[r] - w[r * 64 + 33] * value) <= 1e-6f * std::abs(w[r * 64 + 33] * value),
                        qPrintable(QString("%1 times %2 is %3").arg(w[r * 64 + 33]).arg(value).arg(y[r])));
            }
            // What is not a number must not turn into one.
            for (const float value :
                 {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
                for (const float result : at(value, 5))
                    QVERIFY(!std::isfinite(result));
        }
    }
};

QTEST_APPLESS_MAIN(PackedProductTest)
#include "packed_product_test.moc"
