#include "tests/core/format_fixture.h"
#include "tests/support/nested.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class NestedFormatTest : public QObject {
    Q_OBJECT

private slots:
    void roundingTwiceByHand()
    {
        const int eight[] = {37, -90, 127, 32, 96, -128};
        const int four[] = {2, -6, 7, 2, 6, -8}, two[] = {1, -1, 1, 1, 1, -2};
        for (int i = 0; i < 6; ++i) {
            QCOMPARE(nested::roundTo(4, eight[i]), four[i]);
            QCOMPARE(nested::roundTo(2, eight[i]), two[i]);
            QCOMPARE(nested::roundTo(8, eight[i]), eight[i]);
        }
    }

    void planesRebuildEveryWidth()
    {
        // The first l planes of W + 128 and the one after it say W_l.
        for (int width = 2; width < 8; ++width)
            for (int eight = -128; eight < 128; ++eight) {
                const int dropped = 8 - width;
                const int top = ((eight + 128) >> dropped) - (1 << (width - 1)),
                          half = (eight + 128) >> (dropped - 1) & 1;
                QCOMPARE(nested::roundTo(width, eight), std::min(top + half, (1 << (width - 1)) - 1));
            }
    }

    void oneTensorIsReadAtEveryWidth()
    {
        const std::vector<float> values = normalValues(64 * 40, 1);
        const auto eight = parseNumberFormat("nested8g64").value();
        std::vector<std::byte> packed(40 * eight->blockBytes());
        for (std::size_t b = 0; b < 40; ++b)
            eight->encode(
                std::span(values).subspan(b * 64, 64),
                std::span(packed).subspan(b * eight->blockBytes(), eight->blockBytes()));
        const Tensor stored8 = Tensor::adopt({eight, {40, 64}}, packed);
        const std::vector<float> full = stored8.toFloats();
        double before = 0;
        for (int width = 7; width >= 2; --width) {
            const Tensor same = nestedAt(stored8, width);
            QCOMPARE(same.type().format->blockBytes(), std::size_t(2 + (width + 1) * 8));
            const std::vector<float> found = same.toFloats();
            for (std::size_t i = 0; i < found.size(); ++i) {
                const float scale = halfToFloat(std::uint16_t(
                    std::to_integer<unsigned>(packed[i / 64 * 66])
                    | std::to_integer<unsigned>(packed[i / 64 * 66 + 1]) << 8));
                const int code = static_cast<int>(std::nearbyint(full[i] / scale));
                const float step = scale * float(1 << (8 - width));
                QVERIFY(std::fabs(found[i] - step * float(nested::roundTo(width, code))) < 1e-5f);
            }
            const double error = relativeError(values, found);
            QVERIFY(error > before);
            before = error;
        }
    }

    // Check 4: at four bits rounding twice costs hardly more than rounding once, cutting bits off does.
    void cuttingBitsOffIsFarWorse()
    {
        const std::vector<float> values = normalValues(1 << 20, 7);
        const double step = 0.04405; // of 8 bits by the largest of the brief's samples
        double twice = 0, once = 0, cut = 0;
        for (const float value : values) {
            const int eight = std::clamp(int(std::floor(double(value) / step + 0.5)), -128, 127);
            const int direct = std::clamp(int(std::floor(double(value) / (16 * step) + 0.5)), -8, 7);
            twice += std::pow(double(value) - 16 * step * nested::roundTo(4, eight), 2);
            once += std::pow(double(value) - 16 * step * direct, 2);
            cut += std::pow(double(value) - 16 * step * (eight >> 4), 2);
        }
        const double count = double(values.size());
        QVERIFY(deviation(twice / count, 0.0419) < 0.01);
        QVERIFY(deviation(once / count, 0.0414) < 0.01);
        QVERIFY(deviation(cut / count, 0.1506) < 0.01);
    }

    void theLawOfTheMismatch()
    {
        // Rounding twice differs from rounding once at the coarse step in 2^-(D + 1) of the weights, and
        // costs a quarter of the fine step's square, whatever D.
        const std::vector<float> values = normalValues(1 << 20, 2);
        float largest = 0;
        for (const float value : values)
            largest = std::max(largest, std::fabs(value));
        const double step = double(largest) / 127;
        for (const auto& [width, share] :
             std::initializer_list<std::pair<int, double>>{{6, .125}, {4, .0312}, {3, .0156}}) {
            const int dropped = 8 - width, top = (1 << (width - 1)) - 1;
            const double coarse = step * (1 << dropped);
            std::size_t different = 0;
            double twice = 0, once = 0;
            for (const float value : values) {
                const int eight = std::clamp(int(std::floor(double(value) / step + 0.5)), -128, 127);
                const int a = nested::roundTo(width, eight);
                const int b = std::clamp(int(std::floor(double(value) / coarse + 0.5)), -top - 1, top);
                different += a != b;
                twice += std::pow(double(value) - a * coarse, 2);
                once += std::pow(double(value) - b * coarse, 2);
            }
            const double count = double(values.size());
            QVERIFY2(
                std::fabs(double(different) / count / share - 1) < 0.05,
                qPrintable(QString::number(double(different) / count)));
            QVERIFY2(
                std::fabs((twice - once) / count / (step * step / 4) - 1) < 0.1,
                qPrintable(QString::number((twice - once) / count)));
        }
    }
};

QTEST_APPLESS_MAIN(NestedFormatTest)
#include "nested_format_test.moc"
