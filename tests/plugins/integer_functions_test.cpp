#include "core/method/dyadic.h"
#include "plugins/integer_functions/integer_functions.h"
#include "plugins/integer_functions/integer_tables.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

__extension__ using Wide = __int128;

} // namespace

/// The checks of methods/hawq-v3.md, bct.md, quant-survey.md and lrp-qvit.md on arithmetic without floats.
/// A whole network in whole numbers (hawq-v3, check 5) is integer_network_test's.
class IntegerFunctionsTest : public QObject {
    Q_OBJECT

private slots:
    // hawq-v3 1, quant-survey 1
    void scalesAsWholeNumbers_data()
    {
        QTest::addColumn<double>("scale");
        QTest::addColumn<qint64>("multiplier");
        QTest::addColumn<int>("shift");
        QTest::newRow(".0003051") << .0003051 << qint64(1341843991) << 42;
        QTest::newRow(".75") << .75 << qint64(1610612736) << 31;
        QTest::newRow("1/3") << 1. / 3 << qint64(1431655765) << 32;
        QTest::newRow("1.5") << 1.5 << qint64(1610612736) << 30;
        QTest::newRow(".0023456") << .0023456 << qint64(1289507237) << 39;
        QTest::newRow("survey") << .0072474 << qint64(1992150143) << 38;
    }
    void scalesAsWholeNumbers()
    {
        QFETCH(double, scale);
        QFETCH(qint64, multiplier);
        QFETCH(int, shift);
        const Dyadic found = dyadicOf(scale);
        QCOMPARE(qint64(found.multiplier), multiplier);
        QCOMPARE(found.shift, shift);
    }
    void noScaleIsOffByMore()
    {
        QVERIFY(std::abs(dyadicOf(.0003051).value() / .0003051 - 1) < 3.5e-10);
        std::mt19937_64 random(1);
        std::uniform_real_distribution<double> power(-20, 5);
        for (int i = 0; i < 100'000; ++i) {
            const double scale = std::exp2(power(random));
            const Dyadic found = dyadicOf(scale);
            QVERIFY(found.multiplier >= std::int64_t{1} << 30 && found.multiplier < std::int64_t{1} << 31);
            QVERIFY(std::abs(found.value() / scale - 1) <= std::ldexp(1, -31));
        }
        // All but a power of two is rounded up to the next.
        QCOMPARE(dyadicOf(std::nextafter(1.0, 0)).multiplier, std::int64_t{1} << 30);
        QCOMPARE(dyadicOf(std::nextafter(1.0, 0)).value(), 1.0);
    }
    // hawq-v3 1, 2, quant-survey 1
    void sumsAreRescaledHalvesUp()
    {
        QCOMPARE(rescaled(12345, dyadicOf(.0023456)), std::int64_t(29));
        QCOMPARE(rescaled(-12345, dyadicOf(.0023456)), std::int64_t(-29));
        QCOMPARE(rescaled(12345, dyadicOf(.0072474)), std::int64_t(89));
        QCOMPARE(rescaled(1, dyadicOf(.5)), std::int64_t(1));
        QCOMPARE(rescaled(-1, dyadicOf(.5)), std::int64_t(0));
        QCOMPARE(rescaled(3, dyadicOf(.5)), std::int64_t(2));
    }
    // hawq-v3 3
    void noSumIsTooLarge()
    {
        std::mt19937_64 random(2);
        std::uniform_int_distribution<std::int64_t> sums(
            -(std::int64_t{1} << 31) + 1, (std::int64_t{1} << 31) - 1);
        std::uniform_real_distribution<double> power(-24, 0);
        int off = 0;
        for (int i = 0; i < 1'000'000; ++i) {
            const std::int64_t sum = sums(random);
            const Dyadic scale = dyadicOf(std::exp2(power(random)));
            // 128 bits as the reference.
            const Wide exact =
                (Wide(sum) * scale.multiplier + (std::int64_t{1} << (scale.shift - 1))) >> scale.shift;
            const std::int64_t found = rescaled(sum, scale);
            QCOMPARE(found, std::int64_t(exact));
            const auto simulated = std::int64_t(std::floor(double(sum) * scale.value() + .5));
            QVERIFY(std::abs(simulated - found) <= 1);
            off += simulated != found ? 1 : 0;
        }
        qInfo("%d of 10^6 differ in 53 bits", off);
    }
    // bct 5
    void tablesAreTheFunctionRounded()
    {
        const auto gelu = [](double x) { return x * .5 * std::erfc(-x / std::sqrt(2.)); };
        for (int shift = -12; shift <= 4; ++shift) {
            const FunctionTable table = tableOf(gelu, shift);
            double largest = 0;
            for (int code = -128; code <= 127; ++code)
                largest = std::max(largest, std::abs(gelu(code * std::exp2(shift))));
            // Nothing is clipped, and half the scale would clip.
            QVERIFY(largest <= 127 * std::exp2(table.shift) && largest > 127 * std::exp2(table.shift - 1));
            for (int code = -128; code <= 127; ++code) {
                const double quotient = gelu(code * std::exp2(shift)) / std::exp2(table.shift);
                double expected = std::round(quotient); // halves away from zero, but to even:
                if (std::abs(quotient - std::trunc(quotient)) == .5)
                    expected = 2 * std::round(quotient / 2);
                QCOMPARE(table.at(std::int8_t(code)), expected * std::exp2(table.shift));
            }
        }
    }
    void codesClipNothing()
    {
        const std::vector<float> values{.31f, -.12f, .05f, .44f};
        const ShiftedCodes found = shiftedCodes(values);
        QCOMPARE(found.shift, -8); // .44 / 127 = .00346
        QCOMPARE(found.codes, (std::vector<std::int8_t>{79, -31, 13, 113}));
        QCOMPARE(shiftedCodes(std::vector<float>(3)).codes, std::vector<std::int8_t>(3));
    }
    // bct 6
    void rowsOfASoftmaxSumToOne()
    {
        // The check allows a row of one 255.5 to 256.5, where no byte lies.
        QCOMPARE(integerSoftmax(std::vector<std::int8_t>{-7}, -4), std::vector<std::uint8_t>{255});
        std::mt19937 random(3);
        std::uniform_int_distribution<int> codes(-128, 127);
        for (const std::size_t width : {2u, 3u, 10u, 64u, 197u, 1000u})
            for (int shift = -7; shift <= 0; ++shift)
                for (int trial = 0; trial < 20; ++trial) {
                    std::vector<std::int8_t> row(width);
                    for (std::int8_t& code : row)
                        code = std::int8_t(codes(random));
                    const auto made = integerSoftmax(row, shift);
                    const double sum = std::accumulate(made.begin(), made.end(), 0.0);
                    QVERIFY2(
                        std::abs(sum - 256) <= double(width) / 2,
                        qPrintable(QString("%1 of %2").arg(sum).arg(width)));
                    const auto largest = std::ranges::max_element(row) - row.begin();
                    QCOMPARE(made[std::size_t(largest)], *std::ranges::max_element(made));
                }
    }
    // lrp-qvit 5
    void halfOctavesByHand()
    {
        QVERIFY(isNear(halfOctaveValue(15), .00552, 5e-6));
        QCOMPARE(halfOctaveCode(.5, 4), 2);
        QVERIFY(isNear(-2 * std::log2(.6), 1.474, 5e-4));
        QCOMPARE(halfOctaveCode(.6, 4), 1);
        QVERIFY(isNear(halfOctaveValue(1), .7071, 5e-5));
        QCOMPARE(halfOctaveCode(0, 4), 15);
        QCOMPARE(halfOctaveCode(1, 4), 0);
        for (int code = 0; code < 16; ++code)
            QCOMPARE(halfOctaveCode(halfOctaveValue(code), 4), code);
    }

    void aNetworkWithAttentionHasBoth()
    {
        PictureOptions options;
        options.source.limit = 1;
        options.calibrationCount = 1;
        options.task.steps = 2;
        const auto probe = samplePictureProbe("generation/denoise.onnx", {}, options);
        const auto report = IntegerFunctions().run(probe.get(), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables.size(), std::size_t(2));
        int softmaxes = 0, others = 0;
        for (const auto& row : report->tables[0].rows) {
            qInfo(
                "%s %s: %s, %s, %s", row[0].c_str(), row[1].c_str(), row[2].c_str(), row[3].c_str(),
                row[4].c_str());
            QVERIFY(std::stod(row[2]) > 0 && std::stod(row[2]) < .05);
            ++(row[1] == "softmax" ? softmaxes : others);
        }
        QVERIFY(softmaxes > 0 && others > 0);
        QCOMPARE(report->tables[1].rows.size(), probe->layers().size());
        for (const auto& row : report->tables[1].rows)
            QVERIFY(std::stod(row[4]) <= std::ldexp(1, -31));
    }
    void aNetworkWithoutTellsSo()
    {
        PictureOptions options;
        options.source.limit = 2;
        options.calibrationCount = 1;
        const auto probe = samplePictureProbe("classification/shapes.onnx", {}, options);
        const auto report = IntegerFunctions().run(probe.get(), {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables.size(), std::size_t(1));
        QVERIFY(report->paragraphs.back().find("needs replacing") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(IntegerFunctionsTest)
#include "integer_functions_test.moc"
