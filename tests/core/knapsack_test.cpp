#include "core/allocate/knapsack.h"

#include <QTest>

#include <random>

using namespace tritloom;

class KnapsackTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithTryingEverything()
    {
        std::mt19937 random(7);
        for (int round = 0; round < 50; ++round) {
            std::vector<Item> items(5);
            for (Item& item : items)
                for (int o = 0; o < 4; ++o)
                    item.push_back({std::uint64_t(random() % 40), double(random() % 1000) / 100});
            const Frontier frontier = Frontier::solve(items).value();
            QVERIFY(frontier.exact());
            for (std::uint64_t budget = 0; budget < 200; budget += 17) {
                double best = 1e300;
                for (int code = 0; code < 1024; ++code) {
                    std::uint64_t bytes = 0;
                    double cost = 0;
                    for (int i = 0, rest = code; i < 5; ++i, rest /= 4) {
                        bytes += items[std::size_t(i)][std::size_t(rest % 4)].bytes;
                        cost += items[std::size_t(i)][std::size_t(rest % 4)].cost;
                    }
                    if (bytes <= budget)
                        best = std::min(best, cost);
                }
                const auto point = frontier.within(budget);
                QCOMPARE(point.has_value(), best < 1e300);
                if (!point)
                    continue;
                QVERIFY(point->bytes <= budget);
                QVERIFY(std::abs(point->cost - best) < 1e-9);
                double cost = 0;
                for (std::size_t i = 0; i < items.size(); ++i)
                    cost += items[i][point->chosen[i]].cost;
                QVERIFY(std::abs(cost - point->cost) < 1e-9);
            }
        }
    }

    void manyLayersOfManySizesStayNearTheBest()
    {
        std::mt19937 random(3);
        std::vector<Item> items(300);
        for (Item& item : items) {
            const double sensitivity = double(random() % 1000 + 1);
            const std::uint64_t size = 1'000'000 + random() % 1'000'000;
            for (int bits = 2; bits <= 8; ++bits)
                item.push_back({size * std::uint64_t(bits) / 8, sensitivity * std::pow(0.25, bits)});
        }
        const Frontier frontier = Frontier::solve(items).value();
        const auto points = frontier.points(50);
        QVERIFY(points.size() > 40);
        for (std::size_t i = 1; i < points.size(); ++i)
            QVERIFY(points[i].bytes > points[i - 1].bytes && points[i].cost < points[i - 1].cost);
    }

    void refusesWhatCannotBe()
    {
        QVERIFY(!Frontier::solve(std::vector<Item>{{}}));
        QVERIFY(!Frontier::solve(std::vector<Item>{{{1, std::nan("")}}}));
        QVERIFY(!Frontier::solve(std::vector<Item>{{{10, 1}}}).value().within(9));
    }
};

QTEST_APPLESS_MAIN(KnapsackTest)
#include "knapsack_test.moc"
