#include "core/method/pareto_front.h"
#include "plugins/vision_bit_scaling/vision_bit_scaling.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

std::vector<ScalingPoint> curve(double factor, double power, double floor = 0, double bits = 1)
{
    std::vector<ScalingPoint> points;
    for (const double size : {1e5, 3e5, 1e6, 4e6, 1e7, 5e7})
        points.push_back({bits * size, floor + factor * std::pow(bits * size, power)});
    return points;
}

} // namespace

/// The checks of methods/vision-bit-scaling.md, but for TopKLD, which trains.
class VisionBitScalingTest : public QObject {
    Q_OBJECT

private slots:
    // 5
    void lawsAreFound()
    {
        const auto plain = fitPowerLaw(curve(50, -.25));
        QVERIFY(isNear(plain->a, std::log(50), 1e-12) && isNear(plain->b, -.25, 1e-12));
        QVERIFY(plain->residual < 1e-24);

        const auto points = curve(50, -.25, 2);
        const auto bent = fitWithFloor(points);
        QVERIFY2(isNear(bent->floor, 2, .02), qPrintable(QString::number(bent->floor)));
        QVERIFY(isNear(bent->b, -.25, .01));
        const auto straight = fitPowerLaw(points);
        QVERIFY(straight->residual > 1e4 * bent->residual);
        // Curved: the ends lie above the line, the middle below.
        const auto off = [&](std::size_t i) {
            return std::log(points[i].measure / straight->at(points[i].size));
        };
        QVERIFY(off(0) > 0 && off(5) > 0 && off(2) < 0 && off(3) < 0);

        QVERIFY(!fitPowerLaw(std::vector<ScalingPoint>{{1, 1}}));
        QVERIFY(!fitPowerLaw(std::vector<ScalingPoint>{{1, 1}, {1, 2}}));
    }
    // 6
    void levelsAreToldByTheirShift()
    {
        // Three bits reach what four do at the same number of parameters: T1 = 3 N, T2 = 4 N.
        std::vector<ScalingPoint> three, four;
        for (const double parameters : {1e5, 1e6, 1e7, 1e8}) {
            const double measure = 50 * std::pow(4 * parameters, -.25);
            three.push_back({3 * parameters, measure});
            four.push_back({4 * parameters, measure});
        }
        QVERIFY(isNear(*horizontalShift(three, four), std::log(4. / 3), 1e-12));
        const double a1 = fitPowerLaw(three)->a, a2 = fitPowerLaw(four)->a;
        QVERIFY(isNear(a1 - a2, -.25 * std::log(4. / 3), 1e-12));
        QCOMPARE(*liesBelow(three, four), true);
        QCOMPARE(*liesBelow(four, three), false);
        QCOMPARE(*liesBelow(four, four), true);
        QVERIFY(!liesBelow(curve(1, -1), curve(1, -1, 0, 1e6)));
    }
    void theFrontImprovesOnAllThatIsSmaller()
    {
        const Tradeoff points[] = {{1, 5}, {2, 4}, {3, 4}, {4, 4.5}, {5, 1}, {2, 4}};
        QCOMPARE(paretoFront(points), (std::vector<bool>{true, true, false, false, true, true}));
    }

    void oneNetworkHasCurvesOfOnePoint()
    {
        const auto probe = samplePictureProbe(
            "classification/shapes.onnx",
            {{"int2row", "rtn", {}}, {"int4row", "rtn", {}}, {"int8row", "rtn", {}}});
        const auto report = VisionBitScaling().run(probe.get(), {{"samples", 24}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables.size(), std::size_t(1));
        QCOMPARE(report->tables[0].rows.size(), std::size_t(3));
        double before = 0;
        for (const auto& row : report->tables[0].rows) {
            QVERIFY(std::stod(row[4]) > before);
            before = std::stod(row[4]);
        }
        QVERIFY(std::stod(report->tables[0].rows[0][6]) > std::stod(report->tables[0].rows[2][6]));
    }
    void aFamilyHasLawsAndShifts()
    {
        // Two of the same size stand for a family: the table of fits then has nothing to fit, levels are
        // told.
        const std::vector<Candidate> candidates{{"int2row", "rtn", {}}, {"int3row", "rtn", {}}};
        const auto one = samplePictureProbe("classification/shapes.onnx", candidates),
                   two = samplePictureProbe("classification/shapes.onnx", candidates);
        const FamilyAnalysis::Member members[] = {{"one", one.get()}, {"two", two.get()}};
        const auto report = VisionBitScaling().runFamily(members, {{"samples", 8}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        QCOMPARE(report->tables.size(), std::size_t(3));
        QVERIFY(report->tables[1].rows.empty());
        QCOMPARE(report->tables[2].rows.size(), std::size_t(1));
        QCOMPARE(report->tables[2].rows[0][3], std::string("no common range"));

        const auto maker = samplePictureProbe("generation/denoise.onnx", candidates);
        const FamilyAnalysis::Member makers[] = {{"one", maker.get()}, {"two", maker.get()}};
        QCOMPARE(
            int(VisionBitScaling().runFamily(makers, {{"samples", 1}}, {}).error().code),
            int(ErrorCode::Unsupported));
        const FamilyAnalysis::Member mixed[] = {{"one", one.get()}, {"maker", maker.get()}};
        const auto refused = VisionBitScaling().runFamily(mixed, {{"samples", 1}}, {});
        QVERIFY(!refused);
        QVERIFY2(
            refused.error().message.find("one and maker are not sizes of one network: ") == 0,
            refused.error().message.c_str());
        const auto alone = VisionBitScaling().run(maker.get(), {{"samples", 2}}, {});
        QVERIFY(alone.has_value());
        QVERIFY(alone->paragraphs[2].find("10 times") != std::string::npos);
    }
};

QTEST_APPLESS_MAIN(VisionBitScalingTest)
#include "vision_bit_scaling_test.moc"
