#include "core/base/parallel.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <unistd.h>

using namespace tritloom;

/// The one pool under everything: equal sums for any thread, work that steps back.
class ParallelTest : public QObject {
    Q_OBJECT

    static double sum()
    {
        constexpr std::size_t count = 100'003, grain = 97;
        std::vector<double> parts((count + grain - 1) / grain);
        parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                parts[begin / grain] += std::sin(double(i));
        });
        return std::accumulate(parts.begin(), parts.end(), 0.0);
    }
    static int niceness() { return getpriority(PRIO_PROCESS, id_t(gettid())); }

private slots:
    void everyIndexIsVisitedOnce()
    {
        std::vector<int> visits(1001);
        parallelFor(visits.size(), 10, [&](std::size_t begin, std::size_t end) {
            for (std::size_t i = begin; i < end; ++i)
                ++visits[i];
        });
        QVERIFY(std::ranges::all_of(visits, [](int count) { return count == 1; }));
        parallelFor(0, 10, [](std::size_t, std::size_t) { QFAIL("there is nothing to do"); });
    }

    void aBackgroundThreadStepsBackAndFindsTheSameSums()
    {
        const double expected = sum();
        const int before = niceness();
        std::vector<double> found(3);
        std::vector<int> after(3);
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < found.size(); ++i) // several at once share the pool's low places
            threads.emplace_back([&, i] {
                becomeBackgroundThread();
                becomeBackgroundThread();
                found[i] = sum();
                after[i] = niceness();
            });
        threads.clear();
        for (std::size_t i = 0; i < found.size(); ++i) {
            QCOMPARE(found[i], expected);
            QVERIFY(after[i] >= 10);
        }
        QCOMPARE(niceness(), before); // the others stay where they are
        QCOMPARE(sum(), expected);
    }

    void backgroundWorkMayNest()
    {
        std::vector<int> visits(64);
        std::jthread([&] {
            becomeBackgroundThread();
            parallelFor(8, 1, [&](std::size_t outer, std::size_t) {
                parallelFor(8, 1, [&](std::size_t inner, std::size_t) { ++visits[outer * 8 + inner]; });
            });
        }).join();
        QVERIFY(std::ranges::all_of(visits, [](int count) { return count == 1; }));
    }
};

QTEST_GUILESS_MAIN(ParallelTest)
#include "parallel_test.moc"
