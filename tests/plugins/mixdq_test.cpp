#include "core/method/least_cost.h"
#include "plugins/mixdq/mixdq.h"
#include "plugins/two_group/two_group.h"
#include "tests/plugins/allocation_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

double bruteForce(const AllocationProblem& problem, std::span<const std::size_t> items, std::uint64_t bytes)
{
    double best = std::numeric_limits<double>::infinity();
    std::size_t count = 1;
    for (std::size_t i = 0; i < items.size(); ++i)
        count *= 3;
    for (std::size_t n = 0; n < count; ++n) {
        std::uint64_t used = 0;
        double cost = 0;
        std::size_t rest = n;
        for (const std::size_t item : items) {
            used += problem.items[item].options[rest % 3].bytes;
            cost += problem.items[item].options[rest % 3].cost;
            rest /= 3;
        }
        if (used <= bytes)
            best = std::min(best, cost);
    }
    return best;
}

} // namespace

/// The checks of methods/mixdq.md that concern weights; those that need a network are in picture_probe_test.
class MixDqTest : public QObject {
    Q_OBJECT

private slots:
    // mixdq 1, 4, 5, 6
    void noiseByHand()
    {
        const std::vector<float> o{1, 2, -2}, q{1.1f, 1.9f, -2};
        QVERIFY(isNear(signalToNoise(o, q), 26.53, 0.005));
    }
    void contentIsToldByName()
    {
        for (const char* name : {"down.1.attn2.to_k.weight", "mid.ff.net.0.proj.weight", "blk_ff_up"})
            QVERIFY(controlsContent(name, ContentRule::Published));
        for (const char* name : {"down.1.attn1.to_k.weight", "diff.weight", "conv_in.weight", "offset"})
            QVERIFY(!controlsContent(name, ContentRule::Published));
        QVERIFY(controlsContent("attention.query.weight", ContentRule::AllAttention));
        QVERIFY(!controlsContent("stem.weight", ContentRule::AllAttention));
    }
    void budgetsOfTwoGroups()
    {
        const GroupWidths released = splitWidths(2.24182, .57, 5.02);
        QVERIFY(isNear(released.quality, 7.144, 1e-3));
        QVERIFY(isNear(released.content, 4.072, 1e-3));
        for (double k = .46; k <= 1.36; k += .1) {
            const GroupWidths split = splitWidths(1.7, k, 4.5);
            QVERIFY(isNear((1.7 * split.content + split.quality) / 2.7, 4.5, 1e-12));
        }
    }
    void eachProgramIsExact()
    {
        for (unsigned seed = 0; seed < 12; ++seed) {
            AllocationProblem problem = randomProblem(9, 100 + seed);
            std::vector<std::size_t> all(problem.items.size());
            std::iota(all.begin(), all.end(), std::size_t{0});
            std::uint64_t parameters = 0;
            for (const AllocationItem& item : problem.items)
                parameters += item.parameters;
            for (const double bits : {2.1, 3.0, 4.0, 5.5, 8.0}) {
                const auto bytes = std::uint64_t(double(parameters) * bits / 8);
                const auto chosen = leastCost(problem, all, bytes);
                QVERIFY(chosen.has_value());
                const auto totals = totalsOf(problem, *chosen);
                QVERIFY(totals.bytes <= bytes);
                QVERIFY(isNear(totals.cost, bruteForce(problem, all, bytes), 1e-9));
            }
            QVERIFY(!leastCost(problem, all, parameters / 8));
            problem.byteBudget = parameters * 5 / 8;
            const auto solution = TwoGroup().allocate(problem, {{"ratio", 0.9}}, {});
            QVERIFY2(solution, solution ? "" : solution.error().message.c_str());
            QVERIFY(totalsOf(problem, solution->chosen).bytes <= problem.byteBudget);
            problem.byteBudget = parameters / 8;
            const auto refused = TwoGroup().allocate(problem, {}, {});
            QVERIFY(!refused && refused.error().message.find("bits a weight") != std::string::npos);
        }
    }
};

QTEST_APPLESS_MAIN(MixDqTest)
#include "mixdq_test.moc"
