#include "core/method/least_cost.h"
#include "plugins/baq/baq.h"
#include "plugins/integer_program/integer_program.h"
#include "plugins/mutation_search/mutation_search.h"
#include "plugins/two_level/two_level.h"
#include "plugins/water_filling/water_filling.h"

#include <QTest>
#include <random>
#include <thread>

#include <cmath>
#include <numeric>

using namespace tritloom;

namespace {

// HAWQ-V3's integer program for ResNet-18, as its repository releases it (methods/hawq-v3.md, check 6).
constexpr std::size_t layerCount = 19;
constexpr double trace[layerCount] = {.06857826, .03162379, .03298575, .01205663, .02222431,
                                      .00596336, .06931772, .00807129, .00372905, .00530698,
                                      .00209011, .00737569, .00210454, .00151197, .00158041,
                                      .00078146, .00451841, .00098745, .00072944};
constexpr double moved8[layerCount] = {.0235, .0125, .0102, .0082, .0145, .0344, .0023, .0287, .0148, .0333,
                                       .0682, .0027, .0448, .0336, .0576, .1130, .0102, .0947, .0532};
constexpr double moved4[layerCount] = {6.7430,  3.9691,  3.3281,  2.6796,  4.7277, 10.5966, .6827,
                                       9.0942,  4.8857,  10.7599, 21.7546, .8603,  14.5324, 10.9651,
                                       18.7706, 36.4044, 3.1572,  29.6994, 17.4016};
constexpr double weights[layerCount] = {36864,   36864,   36864,  36864,   73728,  147456, 8192,
                                        147456,  147456,  294912, 589824,  32768,  589824, 589824,
                                        1179648, 2359296, 131072, 2359296, 2359296};
// Milliseconds on a T4, as its repository's notebook gives them.
constexpr double latency4[layerCount] = {.21094404, .21092674, .21104113, .21086851, .13642465,
                                         .19167506, .02532183, .19148203, .19142914, .11395316,
                                         .20556011, .01917474, .20566918, .20566509, .13185102,
                                         .22287786, .01790088, .22304611, .22286099};
constexpr double latency8[layerCount] = {.36189111, .36211718, .31141909, .30454471, .19184896,
                                         .38948934, .0334169,  .38904905, .3892859,  .19134735,
                                         .34307431, .02802354, .34313329, .34310756, .21117103,
                                         .37376585, .02896843, .37398187, .37405185};

double multiplications(std::size_t layer)
{
    if (layer == 4 || layer == 9 || layer == 14)
        return 57.802752;
    return layer == 6 || layer == 11 || layer == 16 ? 6.422528 : 115.605504;
}

/// Shortcuts join the layer two before: one item for both.
AllocationProblem resnet18()
{
    AllocationProblem problem;
    for (std::size_t i = 0; i < layerCount; ++i) {
        if (i == 6 || i == 11 || i == 16)
            continue;
        AllocationItem item;
        for (const int bits : {4, 8}) {
            AllocationOption option{.bits = double(bits)};
            const auto add = [&](std::size_t layer) {
                option.bytes += std::uint64_t(weights[layer]) * std::uint64_t(bits) / 8;
                option.cost += trace[layer] * (bits == 4 ? moved4 : moved8)[layer];
                option.bitOperations += multiplications(layer) / (bits == 4 ? 64 : 16);
                option.seconds += (bits == 4 ? latency4 : latency8)[layer] / 1000;
            };
            add(i);
            if (i == 4 || i == 9 || i == 14)
                add(i + 2);
            item.options.push_back(option);
        }
        problem.items.push_back(item);
    }
    return problem;
}

std::string pattern(const AllocationSolution& solution)
{
    std::string text;
    for (const std::size_t chosen : solution.chosen)
        text += chosen == 0 ? '4' : '8';
    // Put the shortcuts back where they stand.
    for (const std::size_t at : {6, 11, 16})
        text.insert(text.begin() + std::ptrdiff_t(at), text[at - 2]);
    return text;
}

double costOfAll(const AllocationProblem& problem, std::size_t option)
{
    return totalsOf(problem, std::vector<std::size_t>(problem.items.size(), option)).cost;
}

} // namespace

/// The checks of methods/hawq-v3.md, adaquant.md, baq.md and layerwise-quant.md that concern allocation.
class AllocatorTest : public QObject {
    Q_OBJECT

private slots:
    void goldenPatternsOfHawq_data()
    {
        QTest::addColumn<QString>("budget");
        QTest::addColumn<double>("share");
        QTest::addColumn<QString>("expected");
        QTest::newRow("size .25") << "size" << .25 << "8888888888888844444";
        QTest::newRow("size .5") << "size" << .5 << "8888888888888884844";
        QTest::newRow("size .75") << "size" << .75 << "8888888888888488884";
        QTest::newRow("operations .25") << "operations" << .25 << "8884848444444444444";
        QTest::newRow("operations .5") << "operations" << .5 << "8884888848884444444";
        QTest::newRow("operations .75") << "operations" << .75 << "8888888848888484884";
        QTest::newRow("latency .25") << "latency" << .25 << "8884848444444444444";
        QTest::newRow("latency .5") << "latency" << .5 << "8888848848884484844";
        QTest::newRow("latency .75") << "latency" << .75 << "8888888848888484884";
    }
    void goldenPatternsOfHawq()
    {
        QFETCH(QString, budget);
        QFETCH(double, share);
        QFETCH(QString, expected);
        AllocationProblem problem = resnet18();
        const std::vector<std::size_t> low(problem.items.size(), 0), high(problem.items.size(), 1);
        const AllocationOption least = totalsOf(problem, low), most = totalsOf(problem, high);
        if (budget == "size")
            problem.byteBudget = std::uint64_t(std::lerp(double(least.bytes), double(most.bytes), share));
        else if (budget == "operations")
            problem.bitOperationBudget = std::lerp(least.bitOperations, most.bitOperations, share);
        else
            problem.secondBudget = std::lerp(least.seconds, most.seconds, share);
        const auto solution = IntegerProgram().allocate(problem, {}, {}).value();
        QCOMPARE(QString::fromStdString(pattern(solution)), expected);
        QVERIFY(solution.notices.empty());
    }

    void sumsOfHawq()
    {
        const AllocationProblem problem = resnet18();
        QVERIFY(std::fabs(costOfAll(problem, 0) - 1.307713) < 1e-5);
        QVERIFY(std::fabs(costOfAll(problem, 1) - .004258) < 1e-5);
    }

    // hawq-v3 7, adaquant 2: more room never costs more, in bounds counted in whole bytes.
    void moreRoomNeverCostsMore()
    {
        AllocationProblem problem = resnet18();
        const std::vector<std::size_t> low(problem.items.size(), 0), high(problem.items.size(), 1);
        const std::uint64_t least = totalsOf(problem, low).bytes, most = totalsOf(problem, high).bytes;
        double before = costOfAll(problem, 0) + 1;
        for (int tenth = 0; tenth <= 10; ++tenth) {
            problem.byteBudget = least + (most - least) * std::uint64_t(tenth) / 10;
            const auto solution = IntegerProgram().allocate(problem, {}, {}).value();
            const AllocationOption totals = totalsOf(problem, solution.chosen);
            QVERIFY(totals.bytes <= problem.byteBudget && totals.cost <= before);
            before = totals.cost;
            if (tenth == 0 || tenth == 10)
                QCOMPARE(solution.chosen, tenth == 0 ? low : high);
        }
    }

    void adaquantsProgramByHand_data()
    {
        QTest::addColumn<double>("share");
        QTest::addColumn<QString>("expected");
        QTest::newRow(".125") << .125 << "444";
        QTest::newRow(".15") << .15 << "844";
        QTest::newRow(".1875") << .1875 << "448";
        QTest::newRow(".21") << .21 << "848";
        QTest::newRow(".25") << .25 << "888";
    }
    void adaquantsProgramByHand()
    {
        QFETCH(double, share);
        QFETCH(QString, expected);
        AllocationProblem problem;
        const double loss[] = {.10, .02, .30};
        for (std::size_t i = 0; i < 3; ++i)
            problem.items.push_back(
                {.options = {
                     {.bytes = 50 * (i + 1), .cost = loss[i], .bits = 4},
                     {.bytes = 100 * (i + 1), .cost = 0, .bits = 8}}});
        problem.byteBudget = std::uint64_t(share * 4 * 600 + 1e-9);
        const auto solution = IntegerProgram().allocate(problem, {}, {}).value();
        QString found;
        for (const std::size_t chosen : solution.chosen)
            found += chosen == 0 ? '4' : '8';
        QCOMPARE(found, expected);
        QVERIFY(totalsOf(problem, solution.chosen).bytes <= problem.byteBudget);
    }

    // emq 7: of 18 layers with 2, 3 or 4 bits and a proxy that is linear in them, at most 1 % below the exact
    // best.
    void mutationsComeNearTheBest()
    {
        for (unsigned seed = 0; seed < 5; ++seed) {
            std::mt19937 random(seed);
            std::uniform_real_distribution<double> real(0, 1);
            AllocationProblem problem;
            double all = 0; // the proxy with 4 bits everywhere
            for (int layer = 0; layer < 18; ++layer) {
                AllocationItem item{.name = std::to_string(layer), .parameters = 1000 + random() % 60000};
                const double worth = std::exp(2 * real(random));
                all += 4 * worth;
                for (const double bits : {2.0, 3.0, 4.0})
                    item.options.push_back(
                        {.bytes = std::uint64_t(double(item.parameters) * bits / 8),
                         .cost = (4 - bits) * worth,
                         .bits = bits});
                problem.byteBudget += item.options[1].bytes;
                problem.items.push_back(std::move(item));
            }
            std::vector<std::size_t> items(18);
            std::iota(items.begin(), items.end(), std::size_t{0});
            const double best = totalsOf(problem, leastCost(problem, items, problem.byteBudget).value()).cost;
            MethodContext context;
            context.seed = seed;
            const auto found = MutationSearch().allocate(problem, {}, context).value();
            const auto greedy = MutationSearch().allocate(problem, {{"mutations", 0}}, context).value();
            QVERIFY(totalsOf(problem, found.chosen).bytes <= problem.byteBudget);
            QVERIFY2(
                found.cost >= best - 1e-9 && all - found.cost >= .99 * (all - best)
                    && found.cost <= greedy.cost,
                qPrintable(QString("%1, best %2, greedy %3, of %4")
                               .arg(found.cost)
                               .arg(best)
                               .arg(greedy.cost)
                               .arg(all)));
        }
    }

    void mutationsKeepAllBudgets()
    {
        AllocationProblem problem = resnet18();
        const std::vector<std::size_t> low(problem.items.size(), 0), high(problem.items.size(), 1);
        const AllocationOption least = totalsOf(problem, low), most = totalsOf(problem, high);
        problem.byteBudget = std::uint64_t(std::lerp(double(least.bytes), double(most.bytes), .5));
        problem.bitOperationBudget = std::lerp(least.bitOperations, most.bitOperations, .4);
        problem.secondBudget = std::lerp(least.seconds, most.seconds, .6);
        const auto exact = IntegerProgram().allocate(problem, {}, {}).value();
        const auto found = MutationSearch().allocate(problem, {}, {}).value();
        const AllocationOption totals = totalsOf(problem, found.chosen);
        QVERIFY(
            totals.bytes <= problem.byteBudget && totals.bitOperations <= problem.bitOperationBudget
            && totals.seconds <= problem.secondBudget);
        QVERIFY2(
            found.cost >= exact.cost - 1e-9 && found.cost < 1.1 * exact.cost,
            qPrintable(QString("%1, best %2").arg(found.cost).arg(exact.cost)));
        problem.secondBudget = least.seconds / 2;
        QVERIFY(!MutationSearch().allocate(problem, {}, {}).has_value());
    }

    void aBudgetThatNothingFitsIsNamed()
    {
        AllocationProblem problem = resnet18();
        problem.byteBudget = 1000;
        const auto solution = IntegerProgram().allocate(problem, {}, {});
        QVERIFY(!solution.has_value());
        QVERIFY2(
            solution.error().message.starts_with("the budget is 1000 bytes, the smallest choice has"),
            solution.error().message.c_str());
    }

    void aLargeProgramCanBeStoppedInItsRelaxation()
    {
        AllocationProblem problem;
        std::mt19937 random(7);
        std::uniform_real_distribution<double> uniform(0.5, 1.5);
        for (int i = 0; i < 3000; ++i) {
            AllocationItem item;
            const double size = 1e5 * uniform(random), weight = uniform(random);
            for (int bits = 1; bits <= 12; ++bits)
                item.options.push_back(
                    {.bytes = std::uint64_t(size * bits),
                     .cost = weight * uniform(random) / bits,
                     .bitOperations = size * bits * uniform(random),
                     .seconds = size * (14 - bits) * uniform(random)});
            problem.items.push_back(item);
        }
        problem.byteBudget = std::uint64_t(3000 * 1e5 * 5);
        problem.bitOperationBudget = 3000 * 1e5 * 5.5;
        problem.secondBudget = 3000 * 1e5 * 10;
        std::stop_source source;
        std::jthread stopper([&] {
            std::this_thread::sleep_for(std::chrono::milliseconds(30)); // long before the relaxation is done
            source.request_stop();
        });
        MethodContext context;
        context.stop = source.get_token();
        const auto solution = IntegerProgram().allocate(problem, {{"seconds", 600}}, context);
        QVERIFY(!solution && solution.error().code == ErrorCode::Cancelled);
    }

    void equalLossInClosedForm()
    {
        const double c[] = {1, 4, 16, 64}, sizes[] = {1, 1, 1, 1};
        const auto bits = equalLossBits(c, sizes, 3);
        const double expected[] = {1.5, 2.5, 3.5, 4.5};
        for (std::size_t i = 0; i < 4; ++i) {
            QVERIFY(std::fabs(bits[i] - expected[i]) < 1e-12);
            QVERIFY(std::fabs(c[i] * std::exp2(-2 * bits[i]) - .125) < 1e-12);
        }
    }

    void bitsBelowZeroAreWater()
    {
        const double c[] = {.01, 1, 4, 64}, sizes[] = {1, 1, 1, 1};
        const auto bits = equalLossBits(c, sizes, 1);
        const double expected[] = {0, 0, 1, 3};
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY2(std::fabs(bits[i] - expected[i]) < 1e-12, qPrintable(QString::number(bits[i])));
    }

    void sizesWeigh()
    {
        const double c[] = {2, 8}, sizes[] = {1, 3};
        const auto bits = equalLossBits(c, sizes, 4);
        QVERIFY(std::fabs(bits[0] + 3 * bits[1] - 16) < 1e-12);
        QVERIFY(
            std::fabs(c[0] / sizes[0] * std::exp2(-2 * bits[0]) - c[1] / sizes[1] * std::exp2(-2 * bits[1]))
            < 1e-12);
    }

    void everyAllocatorKeepsTheBudgetAndTheProgramIsNeverWorse()
    {
        AllocationProblem problem;
        for (std::size_t i = 0; i < 12; ++i) {
            AllocationItem item{
                .parameters = 1000 * (1 + i % 3), .sensitivity = std::exp2(double(i * 7 % 12))};
            for (const double bits : {2.0, 3.0, 4.0, 6.0, 8.0})
                item.options.push_back(
                    {.bytes = std::uint64_t(double(item.parameters) * bits / 8),
                     .cost = item.sensitivity * std::exp2(-2 * bits),
                     .bits = bits});
            problem.items.push_back(item);
        }
        double last = 1e300;
        for (const double bits : {2.5, 3.2, 4.0, 5.5}) {
            std::uint64_t parameters = 0;
            for (const AllocationItem& item : problem.items)
                parameters += item.parameters;
            problem.byteBudget = std::uint64_t(double(parameters) * bits / 8);
            const auto best = IntegerProgram().allocate(problem, {}, {}).value();
            const auto filled = WaterFilling().allocate(problem, {}, {}).value();
            QVERIFY(totalsOf(problem, best.chosen).bytes <= problem.byteBudget);
            QVERIFY(totalsOf(problem, filled.chosen).bytes <= problem.byteBudget);
            QVERIFY(best.cost <= filled.cost * (1 + 1e-9));
            QVERIFY(filled.cost < 2 * best.cost + 1e-9);
            QVERIFY(best.cost <= last);
            last = best.cost;
        }
    }

    void twoLevelsReachTheMean()
    {
        AllocationProblem problem;
        for (std::size_t i = 0; i < 40; ++i)
            problem.items.push_back(
                {.parameters = 1600,
                 .sensitivity = double(i + 1),
                 .options = {{.bytes = 400, .cost = 4, .bits = 2}, {.bytes = 800, .cost = 1, .bits = 4}}});
        problem.byteBudget = 40 * 200 * 7 / 2; // 3.5 bits of 1600 weights
        const auto solution = TwoLevel().allocate(problem, {}, {}).value();
        QCOMPARE(std::count(solution.chosen.begin(), solution.chosen.end(), 0u), 10);
        for (std::size_t i = 0; i < 40; ++i)
            QCOMPARE(solution.chosen[i], std::size_t(i < 10 ? 0 : 1)); // the least important first
    }
};

QTEST_APPLESS_MAIN(AllocatorTest)
#include "allocator_test.moc"
