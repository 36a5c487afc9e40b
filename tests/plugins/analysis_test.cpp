#include "core/base/half.h"
#include "core/method/degradation_law.h"
#include "core/method/pareto_front.h"
#include "core/method/rank_correlation.h"
#include "plugins/bit_scaling/bit_scaling.h"
#include "plugins/channel_ranges/channel_ranges.h"
#include "plugins/memory_faults/memory_faults.h"
#include "plugins/memory_faults/protected_half.h"
#include "plugins/metric_ranks/metric_ranks.h"
#include "plugins/quantization_law/quantization_law.h"
#include "plugins/training_law/training_law.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

bool near(double found, double expected, double tolerance = 0.005)
{
    return std::fabs(found - expected) <= tolerance * std::fabs(expected);
}

std::vector<std::uint16_t> normalHalves(std::size_t count, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal(0, 0.05f);
    std::vector<std::uint16_t> words(count);
    for (std::uint16_t& word : words)
        word = floatToHalf(normal(random));
    return words;
}

double hardPerWord(const std::vector<std::uint16_t>& words)
{
    double sum = 0;
    for (const std::uint16_t word : words)
        sum += hardCells(word);
    return sum / double(words.size());
}

} // namespace

/// The checks of methods/stt-ram.md, undertrained-scaling.md, fp-scaling.md, emq.md and kbit-scaling.md.
class AnalysisTest : public QObject {
    Q_OBJECT

private slots:
    void theFreeBit()
    {
        for (unsigned word = 0; word < 65536; ++word) {
            const float value = halfToFloat(std::uint16_t(word));
            if (std::isfinite(value))
                QCOMPARE(canBackUp(std::uint16_t(word)), std::fabs(value) < 2);
        }
        QCOMPARE(floatToHalf(0.7f), std::uint16_t(0b0011100110011010));
        QCOMPARE(floatToHalf(-0.7f), std::uint16_t(0b1011100110011010));
        QCOMPARE(hardCells(floatToHalf(-0.7f)), 7);
        QCOMPARE(backedUp(floatToHalf(-0.7f)), std::uint16_t(0b1111100110011010));
        QCOMPARE(hardCells(backedUp(floatToHalf(-0.7f))), 6);
        QCOMPARE(hardCells(backedUp(floatToHalf(0.7f))), 6);
    }

    void codingsRoundTrip()
    {
        for (unsigned word = 0; word < 65536; ++word) {
            const auto half = std::uint16_t(word);
            if (!canBackUp(half))
                continue;
            QCOMPARE(decoded(coded(backedUp(half), Coding::NoChange), Coding::NoChange), half);
            QCOMPARE(decoded(coded(backedUp(half), Coding::Rotate), Coding::Rotate), half);
            const auto rounded = decoded(coded(backedUp(half), Coding::Round), Coding::Round);
            QVERIFY(std::abs(int(rounded) - int(half)) <= 4);
        }
    }

    void hardCellsFallAsTheSpecSays()
    {
        const auto words = normalHalves(20000, 1);
        QVERIFY(near(hardPerWord(words), 4.554, .01));
        std::vector<std::uint16_t> backed;
        for (const std::uint16_t word : words)
            backed.push_back(backedUp(word));
        QVERIFY(near(hardPerWord(backed), 4.051, .01));
        std::mt19937 random(4);
        std::uniform_real_distribution<float> uniform(-1, 1);
        std::vector<std::uint16_t> spread, spreadBacked;
        for (int i = 0; i < 20000; ++i) {
            spread.push_back(floatToHalf(uniform(random)));
            spreadBacked.push_back(backedUp(spread.back()));
        }
        QVERIFY(near(hardPerWord(spread), 3.918, .01) && near(hardPerWord(spreadBacked), 3.421, .01));
        QVERIFY2(
            near(hardPerWord(protect(words, 1, true).words), 3.125, .01),
            qPrintable(QString::number(hardPerWord(protect(words, 1, true).words))));
        const double expected[] = {2.627, 2.800, 2.922, 2.996, 3.032};
        for (int i = 0; i < 5; ++i) {
            const double found = hardPerWord(protect(words, std::size_t(1) << i, false).words);
            QVERIFY2(near(found, expected[i], .012), qPrintable(QString::number(found)));
        }
    }

    void protectedReadsStayBelowTwo()
    {
        const auto words = normalHalves(5000, 2);
        auto bare = words;
        injectFaults({reinterpret_cast<std::uint8_t*>(bare.data()), bare.size() * 2}, .015, 0, 3);
        auto kept = protect(words, 1, false);
        injectFaults({reinterpret_cast<std::uint8_t*>(kept.words.data()), kept.words.size() * 2}, .015, 0, 3);
        int above = 0;
        double worst = 0;
        for (std::size_t i = 0; i < words.size(); ++i) {
            above += std::fabs(halfToFloat(bare[i])) >= 2 ? 1 : 0;
            worst = std::max(worst, double(std::fabs(halfToFloat(decoded(kept.words[i], kept.codings[i])))));
        }
        QVERIFY2(above > 5, qPrintable(QString::number(above)));
        QVERIFY(worst < 2);
    }

    // stt-ram 7: cells that cost the same leave nothing to gain, but for the cells that say the coding.
    void equalCellsLeaveNothingToGain()
    {
        const SampleProbe sample = probeOf(sampleModel(), {});
        const auto energies = [&](const Parameters& parameters) {
            Parameters all{{"seeds", 1}, {"chunks", 1}, {"block", 8}};
            all.insert(parameters.begin(), parameters.end());
            const Report report = MemoryFaults().run(sample.probe.get(), all, {}).value();
            std::vector<std::string> shares;
            for (const auto& row : report.tables[0].rows)
                shares.insert(shares.end(), {row[3], row[4]});
            return shares;
        };
        const std::vector<std::string> equal =
            energies({{"read_soft", .5}, {"read_hard", .5}, {"write_soft", 2}, {"write_hard", 2}});
        QCOMPARE(
            equal,
            (std::vector<std::string>{
                "100.0 %", "100.0 %", "100.0 %", "100.0 %", "101.6 %", "101.6 %"})); // 1 of 64
        const std::vector<std::string> standard = energies({});
        QVERIFY(std::stod(standard[2]) < 100 && std::stod(standard[4]) < std::stod(standard[2]));
        QVERIFY(std::stod(standard[4]) < 97 && std::stod(standard[5]) < 95);
    }

    void faultsDependOnSeedAndPlaceAlone()
    {
        std::vector<std::uint8_t> a(1000, 0x5a), b = a, c = a;
        injectFaults(a, .1, .1, 1);
        injectFaults(b, .1, .1, 1);
        injectFaults(c, .1, .1, 2);
        QVERIFY(a == b && a != c);
    }

    void valuesOfTheDegradationLaw()
    {
        QVERIFY(near(unifiedDegradation(7e9, 1e12, 2), 4.477));
        QVERIFY(near(unifiedDegradation(7e9, 1e12, 3), .4820));
        QVERIFY(near(unifiedDegradation(7e9, 1e12, 4), .09916));
        QVERIFY(near(unifiedDegradation(405e9, 1e14, 4), .4447));
        QVERIFY(near(unifiedDegradation(7e9, 1e13, 2), 15.0));
        QVERIFY(near(unifiedDegradation(7e9, 1e13, 3), 1.615));
        QVERIFY(near(unifiedDegradation(7e9, 1e13, 4), .3322));
        QVERIFY(near(unifiedDegradation(7e9, 1e14, 4), 1.113));
        QVERIFY(near(unifiedDegradation(70e9, 1e14, 4), .6613));
        // Ratios, of which the factor in front knows nothing.
        const double one = unifiedDegradation(3e9, 5e11, 4);
        QVERIFY(near(unifiedDegradation(3e9, 1e12, 4) / one, 1.4390, 1e-4));
        QVERIFY(near(unifiedDegradation(6e9, 5e11, 4) / one, .8549, 1e-4));
        QVERIFY(near(unifiedDegradation(3e9, 5e11, 3) / one, 4.861, 2e-4));
        QVERIFY(
            near(unifiedDegradation(3e9, 5e11, 2) / unifiedDegradation(3e9, 5e11, 3), 9.288, 2e-4));
        QVERIFY(near(unifiedDegradation(210.1 * 3e9, 5e12, 4) / one, 1, 1e-3));
        QVERIFY(near(unifiedTokens(.2, 1e9, 4), 1.646e12) && near(unifiedTokens(.2, 70e9, 4), 10.25e12));
        QVERIFY(near(perBitTokens(.2, 1e9, 4), 1.442e12) && near(perBitTokens(.2, 70e9, 4), 17.35e12));
        QVERIFY(near(unifiedDegradation(12e9, 206e9, 4), .0383));
        QVERIFY(near(unifiedTokens(.2, 7e9, 4), 3.804e12));
        QVERIFY(near(perBitTokens(.2, 7e9, 4), 4.5066e12, 1e-4));
        QVERIFY(near(perBitTokens(.5, 70e9, 3), 3.9932e12, 1e-3));
        QVERIFY(near(perBitTokens(.2, 1e9, 2), .0011e12, .046));
        QVERIFY(near(unifiedTokens(unifiedDegradation(3e9, 5e11, 3), 3e9, 3), 5e11, 1e-9));
        QVERIFY(near(baselineLoss(7e9, 1e12), 2.7759, 1e-4));
        QVERIFY(near(baselineLoss(12e9, 206e9), 2.7358, 1e-4));
    }

    void valuesOfTheTrainingLaw()
    {
        QVERIFY(near(trainingPenalty(1e9, 1e11, {2, 1, 128}), .03524));
        QVERIFY(near(trainingPenalty(1e9, 1e11, {4, 3, 128}), .00044, .02));
        QVERIFY(near(trainingLoss(1e9, 1e11, {4, 3, 1}), 2.562628, 1e-6)); // one number a scale: no penalty
        QVERIFY(near(trainingPenalty(1e9, 1e11, {5, 2, 128}), .00063, .02));
        QVERIFY(near(trainingPenalty(1e9, 1e11, {3, 2, 128}), .00266, .01));
        QVERIFY(near(trainingPenalty(1e9, 1e11, {2, 3, 128}), .00288, .01));
        QVERIFY(std::fabs(trainingPenalty(1e9, 1e11, {8, 7, 128}) - .00001) < 5e-6);
        QVERIFY(near(criticalTokens(1e9, {5, 2, 128}), 1.941e13));
        QVERIFY(near(criticalTokens(1e9, {3, 2, 128}), 4.797e12));
        QVERIFY(near(criticalTokens(1e9, {2, 3, 128}), 4.438e12));
        QVERIFY(near(criticalTokens(1e9, {8, 7, 128}), 1.730e15));
        QVERIFY(near(criticalTokens(1e9, {4, 3, 128}), 2.733e13));
        QVERIFY(near(criticalTokens(1e9, {2, 1, 128}), 3.928e11));
        const int bits[] = {4, 5, 6, 8, 16}, exponents[] = {2, 2, 3, 4, 8};
        for (int i = 0; i < 5; ++i)
            QCOMPARE(bestSplit(bits[i], 128).exponent, double(exponents[i]));
        const double tokens[] = {1e11, 1e12, 1e13, 1e14}, precision[] = {4.27, 5.18, 6.28, 7.62};
        for (int i = 0; i < 4; ++i)
            QVERIFY(near(bestPrecision(tokens[i], 128), precision[i]));
        // What the penalty is divided by, over that of another split of the same bits.
        const auto gain = [](const TrainingFormat& one, const TrainingFormat& other) {
            return trainingPenalty(1e9, 1e11, other) / trainingPenalty(1e9, 1e11, one);
        };
        QVERIFY(near(gain({2, 1, 128}, {1, 2, 128}), 61.8 / 54.7, .002));
        QVERIFY(near(gain({3, 2, 128}, {2, 3, 128}), 817.8 / 754.8, .002));
        QVERIFY(near(gain({4, 3, 128}, {3, 4, 128}), 4929.0 / 4643, .002));
        QVERIFY(near(gain({4, 3, 128}, {5, 2, 128}), 4929.0 / 3462, .002));
        const double widths[] = {4, 8, 16}, exponent[] = {1.578, 3.655, 7.810},
                     mantissa[] = {1.422, 3.345, 7.190};
        for (int i = 0; i < 3; ++i) {
            const TrainingFormat split = unroundedSplit(widths[i], 128);
            QVERIFY(std::fabs(split.exponent - exponent[i]) < 1e-3);
            QVERIFY(std::fabs(split.mantissa - mantissa[i]) < 1e-3);
            QVERIFY(gain(split, bestSplit(int(widths[i]), 128)) >= 1);
        }
        const TrainingFormat e4m3{4, 3, 128};
        const double critical = criticalTokens(1e9, e4m3);
        QVERIFY(trainingLoss(1e9, .999 * critical, e4m3) >= trainingLoss(1e9, critical, e4m3));
        QVERIFY(trainingLoss(1e9, 1.001 * critical, e4m3) >= trainingLoss(1e9, critical, e4m3));
    }

    // undertrained-scaling 4: 10^12 tokens at which .2, .3, .4 and .5 nats are lost, as table 1 prints them.
    void tableOfTheDegradationLaw()
    {
        struct Row {
            double parameters, two[4], three[4], four[4];
        };
        constexpr Row rows[] = {
            {1e9,
             {.0011, .0025, .0043, .0066},
             {.1089, .1990, .3051, .4251},
             {1.4424, 2.6786, 4.1556, 5.8422}},
            {7e9,
             {.0026, .0057, .0099, .0152},
             {.3038, .5550, .8512, 1.1860},
             {4.5066, 8.3689, 12.9836, 18.2531}},
            {70e9,
             {.0071, .0154, .0267, .0409},
             {1.0228, 1.8687, 2.8659, 3.9932},
             {17.3499, 32.2192, 49.9854, 70.2723}},
            {405e9,
             {.0151, .0328, .0567, .0868},
             {2.5807, 4.7151, 7.2311, 10.0754},
             {48.4861, 90.0398, 139.6892, 196.3829}}};
        for (const Row& row : rows)
            for (int i = 0; i < 4; ++i) {
                const double loss = .2 + .1 * i, n = row.parameters;
                QVERIFY2(
                    std::fabs(perBitTokens(loss, n, 2) / 1e12 - row.two[i]) <= .5001e-4, // the last digit
                    qPrintable(QString::number(perBitTokens(loss, n, 2))));
                QVERIFY(near(perBitTokens(loss, n, 3) / 1e12, row.three[i], 3e-4));
                QVERIFY(near(perBitTokens(loss, n, 4) / 1e12, row.four[i], 2e-5));
                if (n >= 70e9)
                    QVERIFY2(
                        std::fabs(unifiedTokens(loss, n, 2) / 1e12 - row.two[i]) <= .02 * row.two[i] + .5e-4,
                        qPrintable(QString("%1 %2").arg(n).arg(unifiedTokens(loss, n, 2) / 1e12)));
            }
        QVERIFY(near(unifiedTokens(.2, 7e9, 3), .1873e12, 5e-4));
    }

    // fp-scaling 6
    void budgetsOfTheTrainingLaw()
    {
        const double budgets[] = {1e21, 1e23, 1e25, 1e27}, bits[] = {4.19, 4.72, 5.31, 5.98};
        for (int i = 0; i < 4; ++i) {
            const TrainingPlan plan = bestPlan(budgets[i], 128);
            QVERIFY2(near(plan.bits, bits[i], .002), qPrintable(QString::number(plan.bits)));
            QVERIFY(near(6.0 / 16 * plan.parameters * plan.tokens * plan.bits, budgets[i], 1e-9));
            const auto lossAt = [&](double tokens, double width) {
                return trainingLoss(
                    budgets[i] / (6.0 / 16 * tokens * width), tokens, unroundedSplit(width, 128));
            };
            const double best = lossAt(plan.tokens, plan.bits);
            for (const double factor : {.97, 1.03})
                QVERIFY(
                    lossAt(plan.tokens * factor, plan.bits) > best
                    && lossAt(plan.tokens, plan.bits * factor) > best);
        }
    }

    void ranksByHand()
    {
        const double x[] = {1, 2, 3, 4}, y[] = {1, 3, 2, 4};
        QVERIFY(near(spearman(x, y), .8, 1e-12));
        QVERIFY(near(kendall(x, y), 2.0 / 3, 1e-12));
        const double tied[] = {1, 2, 2, 4}, broken[] = {1, 3, 2, std::nan("")};
        QVERIFY(near(spearman(x, tied), 4.5 / std::sqrt(5 * 4.5), 1e-12));
        QVERIFY(near(spearman(x, broken), .8, 1e-12));
    }

    void theFrontIsWhatNobodyBeats()
    {
        const Tradeoff points[] = {{1, 5}, {2, 4}, {2, 6}, {3, 4}, {4, 1}};
        QCOMPARE(paretoFront(points), (std::vector<bool>{true, true, false, false, true}));
    }

    void everyAnalysisReportsOnTheSample_data()
    {
        QTest::addColumn<QString>("id");
        for (const char* id :
             {"bit-scaling", "channel-ranges", "memory-faults", "metric-ranks", "quantization-law", "training-law"})
            QTest::newRow(id) << id;
    }
    void everyAnalysisReportsOnTheSample()
    {
        QFETCH(QString, id);
        std::unique_ptr<Analysis> analysis;
        if (id == "memory-faults")
            analysis = std::make_unique<MemoryFaults>();
        else if (id == "metric-ranks")
            analysis = std::make_unique<MetricRanks>();
        else if (id == "channel-ranges")
            analysis = std::make_unique<ChannelRanges>();
        else if (id == "bit-scaling")
            analysis = std::make_unique<BitScaling>();
        else if (id == "quantization-law")
            analysis = std::make_unique<QuantizationLaw>();
        else
            analysis = std::make_unique<TrainingLaw>();
        SampleProbe sample;
        if (analysis->needsModel())
            sample = probeOf(sampleModel(), {{"int4g64", "rtn", {}}, {"q8_0", "rtn", {}}});
        Parameters parameters;
        for (const ParameterSpec& spec : analysis->parameters())
            if (spec.key == "chunks" || spec.key == "seeds")
                parameters[spec.key] = 1;
        const auto report = analysis->run(sample.probe.get(), parameters, {});
        QVERIFY2(report.has_value(), report ? "" : report.error().message.c_str());
        QVERIFY(!report->title.empty() && !report->paragraphs.empty() && !report->tables.empty());
        for (const Report::Table& table : report->tables)
            for (const auto& row : table.rows)
                QCOMPARE(row.size(), table.columns.size());
        if (id == "channel-ranges")
            for (const auto& row : report->tables[0].rows) // more scales are never worse, and none beat all
                QVERIFY(
                    std::stod(row[1]) >= std::stod(row[2]) && std::stod(row[2]) >= std::stod(row[3])
                    && std::stod(row[3]) >= 1);
        if (id == "bit-scaling")
            QVERIFY(report->tables[0].rows[0][2].starts_with("4."));
    }
};

QTEST_APPLESS_MAIN(AnalysisTest)
#include "analysis_test.moc"
