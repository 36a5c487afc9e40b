#include "plugins/block_orders/block_orders.h"

#include "tests/plugins/probe_fixture.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const std::vector<Candidate> twoWidths{{"int2g64a", "rtn", {}}, {"int4g64a", "rtn", {}}};

const Report::Series& seriesOf(const Report::Chart& chart, const std::string& name)
{
    for (const Report::Series& series : chart.series)
        if (series.name == name)
            return series;
    qFatal("no series %s", name.c_str());
}

/// By order: KL divergence with a quarter of the blocks low.
std::map<std::string, double> quarters(const Report& report)
{
    std::map<std::string, double> found;
    for (const auto& row : report.tables[1].rows)
        found[row[0]] = std::stod(row[1]);
    return found;
}

} // namespace

/// Spec layerwise-quant, its chart and check 8.
class BlockOrdersTest : public QObject {
    Q_OBJECT

private slots:
    void pointsAreTheModelRun()
    {
        const SampleProbe sample = probeOf(sampleModel(), twoWidths);
        const Report report = BlockOrders().run(sample.probe.get(), {}, {}).value();
        const auto& order = report.tables[0].rows; // least important first
        const auto layers = sample.probe->layers();
        const auto& series = seriesOf(report.charts[0], "LIM").points;
        QCOMPARE(series.size(), order.size() + 1);
        for (std::size_t low = 0; low <= order.size(); ++low) {
            std::vector<ModelProbe::Replaced> replaced;
            double bits = 0, weights = 0;
            for (std::size_t i = 0; i < layers.size(); ++i) {
                if (!layers[i].block)
                    continue;
                const auto place = std::ranges::find(
                    order, std::to_string(*layers[i].block), [](const auto& row) { return row[0]; });
                const std::size_t candidate = place - order.begin() < long(low) ? 0 : 1;
                replaced.push_back(sample.probe->replacedBy(i, candidate).value());
                bits += double(layers[i].parameters()) * (candidate == 0 ? 2.5 : 4.5);
                weights += double(layers[i].parameters());
            }
            const Report::Point& point = series[order.size() - low];
            QVERIFY(std::fabs(point.x - bits / weights) < 1e-6);
            QVERIFY(std::fabs(point.y - sample.probe->losses(replaced, 4).value().divergence) < 1e-9);
        }
    }

    // Check 8: in the right order less is lost than by chance, and by chance less than in the reverse.
    void reversedOrdersLoseMore()
    {
        const SampleProbe sample = probeOf(sampleModel(), twoWidths);
        auto found = quarters(BlockOrders().run(sample.probe.get(), {}, {}).value());
        const QString all = QString("LIM %1, random %2, LIM reversed %3, ZD %4, ZD reversed %5")
                                .arg(found["LIM"])
                                .arg(found["random"])
                                .arg(found["LIM reversed"])
                                .arg(found["ZD"])
                                .arg(found["ZD reversed"]);
        QVERIFY2(found["LIM"] < found["random"] && found["random"] < found["LIM reversed"], qPrintable(all));
        QVERIFY2(found["ZD"] < found["ZD reversed"], qPrintable(all));
    }

    void ordersMeetWhereAllBlocksAreAlike()
    {
        const SampleProbe sample = probeOf(sampleModel(), twoWidths);
        const Report report =
            BlockOrders().run(sample.probe.get(), {{"chunks", 1}, {"points", 2}}, {}).value();
        for (const Report::Chart& chart : report.charts) {
            QCOMPARE(chart.series.size(), 5u);
            const auto& first = chart.series[0].points;
            for (const Report::Series& series : chart.series) {
                QVERIFY(std::fabs(series.points.front().y - first.front().y) < 1e-9);
                QVERIFY(std::fabs(series.points.back().y - first.back().y) < 1e-9);
                QVERIFY(series.points.front().x < series.points.back().x);
            }
        }
    }

    void whatCannotBeOrderedIsSaid()
    {
        const SampleProbe one = probeOf(sampleModel(), {{"int4g64a", "rtn", {}}});
        const auto same = BlockOrders().run(one.probe.get(), {}, {});
        QVERIFY(!same && same.error().code == ErrorCode::InvalidInput);
        QVERIFY(same.error().message.starts_with("int4g64a is the nearest format to both widths"));
        const SampleProbe sample = probeOf(sampleModel(), twoWidths);
        std::stop_source stop;
        double last = 0;
        const MethodContext context{stop.get_token(), [&](double fraction) {
                                        last = fraction;
                                        stop.request_stop();
                                    }};
        const auto stopped = BlockOrders().run(sample.probe.get(), {}, context);
        QVERIFY(!stopped && stopped.error().code == ErrorCode::Cancelled);
        QVERIFY(last > 0 && last < .1); // at once, and nothing told before
    }
};

QTEST_APPLESS_MAIN(BlockOrdersTest)
#include "block_orders_test.moc"
