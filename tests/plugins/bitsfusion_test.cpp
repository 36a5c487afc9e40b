#include "plugins/bitsfusion/bitsfusion.h"
#include "plugins/threshold/threshold.h"
#include "tests/plugins/allocation_fixture.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

/// The checks of methods/bitsfusion.md that concern format, scales and allocation.
class BitsFusionTest : public QObject {
    Q_OBJECT

private slots:
    // bitsfusion 1, 2
    void scaleAndCodesInTurnByHand_data()
    {
        QTest::addColumn<int>("highest");
        QTest::addColumn<double>("scale");
        QTest::addColumn<double>("before");
        QTest::addColumn<double>("after");
        QTest::addColumn<QVector<int>>("codes");
        QTest::newRow("3 levels") << 1 << 0.9 << 0.066875 << 0.051875
                                  << QVector<int>{-1, 0, 0, 0, 0, 0, 1, 1};
        QTest::newRow("5 levels") << 2 << 0.495455 << 0.022188 << 0.018097
                                  << QVector<int>{-2, -1, 0, 0, 0, 1, 1, 2};
    }
    void scaleAndCodesInTurnByHand()
    {
        QFETCH(int, highest);
        QFETCH(double, scale);
        QFETCH(double, before);
        QFETCH(double, after);
        QFETCH(QVector<int>, codes);
        const std::vector<float> w{-.9f, -.4f, -.1f, .05f, .2f, .35f, .7f, 1.1f};
        const AlternatingFit fit = alternatingFit(w, -highest, highest, 10);
        QVERIFY2(isNear(fit.scale, scale, 1e-5), qPrintable(QString::number(fit.scale, 'g', 9)));
        QCOMPARE(QVector<int>(fit.codes.begin(), fit.codes.end()), codes);
        QVERIFY(isNear(fit.errors.front(), before, 1e-6));
        QVERIFY(isNear(fit.errors.back(), after, 1e-6));
    }
    void noHalfStepMakesItWorse()
    {
        for (unsigned seed = 0; seed < 20; ++seed) {
            const auto values = normalValues(200, seed);
            for (const int highest : {1, 2, 4, 8}) {
                const AlternatingFit fit = alternatingFit(values, -highest, highest, 60);
                for (std::size_t i = 1; i < fit.errors.size(); ++i)
                    QVERIFY(fit.errors[i] <= fit.errors[i - 1] * (1 + 1e-12));
            }
        }
    }
    // bitsfusion 3
    void balancedLevelsSuitNormalWeightsBetter()
    {
        const auto values = normalValues(100'000, 5);
        const struct {
            int lowest, highest;
            double expected;
        } rows[] = {{-1, 1, .1905}, {-1, 0, .5966}, {-2, 2, .0824},
                    {-2, 1, .1497}, {-4, 4, .0308}, {-4, 3, .0408}};
        for (const auto& row : rows) {
            const AlternatingFit fit = alternatingFit(values, row.lowest, row.highest, 60);
            QVERIFY2(
                isNear(fit.errors.back(), row.expected, 0.02 * row.expected),
                qPrintable(QString("%1..%2: %3").arg(row.lowest).arg(row.highest).arg(fit.errors.back())));
        }
    }
    // bitsfusion 4: every word of every packing is read back as written; 5: bits
    void digitsComeBackFromTheirWords()
    {
        for (const char* id : {"balanced3g40", "balanced5g56", "balanced9g40", "balanced17g56"}) {
            const auto format = parseNumberFormat(id).value();
            const std::size_t levels = format->levelCount();
            std::vector<std::byte> packed(format->blockBytes());
            std::vector<float> values(format->blockElements()), table(levels);
            values.back() = 1;
            format->encode(values, packed);
            format->levels(packed, 0, table);
            std::mt19937 random(3);
            std::vector<std::size_t> codes(values.size());
            for (int round = 0; round < 300; ++round) {
                for (std::size_t i = 0; i < codes.size(); ++i) {
                    codes[i] = round == 0 ? levels - 1 : random() % levels;
                    format->setLevel(packed, i, codes[i]);
                }
                format->decode(packed, values);
                for (std::size_t i = 0; i < codes.size(); ++i)
                    QCOMPARE(values[i], table[codes[i]]);
            }
        }
        QVERIFY(isNear(parseNumberFormat("balanced3g320").value()->bitsPerWeight(), 1.6 + 16.0 / 320, 1e-9));
        QVERIFY(isNear((std::log2(3) + std::log2(5) + std::log2(17)) / 3, 2.665, 1e-3));
    }
    void theMethodFollowsTheFit()
    {
        const auto format = parseNumberFormat("balanced3g64").value();
        const LayerProblem problem = layer(8, 256, 4);
        const auto weights = problem.weights.toFloats();
        const Tensor stored = BitsFusion().quantize(problem, format, {}, {}).value().tensor();
        double expected = 0;
        for (std::size_t begin = 0; begin < weights.size(); begin += 64)
            expected += alternatingFit(std::span(weights).subspan(begin, 64), -1, 1, 10).errors.back()
                / double(weights.size() / 64);
        QVERIFY(meanSquaredError(weights, stored) <= expected * 1.001);
    }
    void theThresholdIsTheLowestThatFits()
    {
        for (unsigned seed = 0; seed < 10; ++seed) {
            AllocationProblem problem = randomProblem(12, seed);
            std::uint64_t parameters = 0;
            for (const AllocationItem& item : problem.items)
                parameters += item.parameters;
            problem.byteBudget = parameters * 4 / 8;
            const auto solution = Threshold().allocate(problem, {}, {}).value();
            QVERIFY(totalsOf(problem, solution.chosen).bytes <= problem.byteBudget);
            // Any lower threshold, at every cost there is, needs more.
            double used = -1;
            for (const AllocationItem& item : problem.items)
                for (const AllocationOption& option : item.options)
                    if (belowThreshold(problem, option.cost) == solution.chosen)
                        used = used < 0 ? option.cost : std::min(used, option.cost);
            for (const AllocationItem& item : problem.items)
                for (const AllocationOption& option : item.options)
                    if (used >= 0 && option.cost < used)
                        QVERIFY(
                            totalsOf(problem, belowThreshold(problem, option.cost)).bytes
                            > problem.byteBudget);
            problem.byteBudget = parameters / 8;
            QVERIFY(!Threshold().allocate(problem, {}, {}));
        }
    }
};

QTEST_APPLESS_MAIN(BitsFusionTest)
#include "bitsfusion_test.moc"
