#include "core/format/level_tables.h"
#include "tests/core/format_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

/// The codebooks of "k-bit inference scaling laws" (arXiv 2212.09720) against what can be worked out by hand
/// or by sampling a normal distribution.
class KbitScalingTest : public QObject {
    Q_OBJECT

private:
    static const std::vector<float>& normal()
    {
        static const std::vector<float> values = normalValues(std::size_t{1} << 20, 1);
        return values;
    }

private slots:
    void tablesAreThoseOfThePaper_data()
    {
        QTest::addColumn<QList<float>>("found");
        QTest::addColumn<QList<float>>("positive");
        const auto list = [](const std::vector<float>& values) {
            return QList<float>(values.begin(), values.end());
        };
        QTest::newRow("kfp4e2") << list(scalingLawFloatLevels(4, 2))
                                << QList<float>{0,        0.0625f / 12, 2.f / 12, 3.f / 12,
                                                4.f / 12, 6.f / 12,     8.f / 12, 1};
        QTest::newRow("kfp4e3") << list(scalingLawFloatLevels(4, 3))
                                << QList<float>{0,        .5f / 32, 1.f / 32,  2.f / 32,
                                                4.f / 32, 8.f / 32, 16.f / 32, 1};
        QTest::newRow("kfp3e2") << list(scalingLawFloatLevels(3, 2)) << QList<float>{0, .25f, .5f, 1};
        QTest::newRow("fp4e2") << list(openFloatLevels(4, 2))
                               << QList<float>{0, .5f / 6, 1.f / 6, 1.5f / 6, 2.f / 6, 3.f / 6, 4.f / 6, 1};
        QTest::newRow("dyn4") << list(dynamicLevels(4))
                              << QList<float>{0, .0055f, .0325f, .0775f, .2125f, .4375f, .6625f, .8875f, 1};
        QTest::newRow("dyn3") << list(dynamicLevels(3)) << QList<float>{0, .055f, .325f, .775f, 1};
    }
    void tablesAreThoseOfThePaper()
    {
        QFETCH(QList<float>, found);
        QFETCH(QList<float>, positive);
        QList<float> upper;
        for (const float level : found)
            if (level >= 0)
                upper.append(level);
        QCOMPARE(upper.size(), positive.size());
        for (int i = 0; i < upper.size(); ++i)
            QVERIFY(std::fabs(upper[i] - positive[i]) < 1e-6f);
        // Below zero the mirror of it; only the dynamic tables have no -1.
        const bool hasLowest = found.front() == -1;
        QCOMPARE(found.size(), 2 * positive.size() - (hasLowest ? 1 : 2));
    }

    void aWorkedBlock()
    {
        const std::vector<float> block{0.8f, -0.31f, 0.05f, -1.2f, 0, 0, 0, 0};
        const auto near = [&](std::string_view id, std::vector<float> expected) {
            const std::vector<float> found = stored(*parseNumberFormat(id).value(), block);
            for (std::size_t i = 0; i < expected.size(); ++i)
                if (std::fabs(found[i] - expected[i]) > 1e-3f * 1.2f)
                    return false;
            return true;
        };
        QVERIFY(near("int4g8", {0.857143f, -0.342857f, 0, -1.2f}));
        QVERIFY(near("kfp4e2g8", {0.8f, -0.3f, 0.00625f, -1.2f}));
    }

    void theGaussianErrorIsThatOfTheTable_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("expected");
        const std::pair<const char*, double> rows[] = {
            {"nf4g64", 0.00845},        {"quantile4g64", 0.00952}, {"fp4e2g64", 0.01118},
            {"int4g64", 0.01157},       {"kfp4e2g64", 0.01488},    {"dyn4g64", 0.01942},
            {"kfp4e3g64", 0.0354},      {"dyn4g64s", 0.0188},      {"nf4g128", 0.00912},
            {"quantile4g128", 0.01031}, {"fp4e2g128", 0.01185},    {"int4g128", 0.01378},
            {"kfp4e2g128", 0.01655},    {"dyn4g128", 0.02199},     {"kfp4e3g128", 0.03704},
            {"int4g1024", 0.02048},     {"quantile3g64", 0.0500},  {"kfp3e2g64", 0.0512},
            {"dyn3g64", 0.0630},        {"int3g64", 0.0631},       {"int5g64", 0.00252},
            {"kfp5e2g64", 0.0055},      {"kfp5e3g64", 0.00997},    {"int8g64", 3.5e-5}};
        for (const auto& [format, expected] : rows)
            QTest::addRow("%s", format) << QString(format) << expected;
    }
    void theGaussianErrorIsThatOfTheTable()
    {
        QFETCH(QString, format);
        QFETCH(double, expected);
        const double found = relativeError(format.toStdString(), normal());
        QVERIFY2(
            deviation(found, expected) < 0.02, qPrintable(QString("%1, not %2").arg(found).arg(expected)));
    }

    void oneScaleForAllIsPoor()
    {
        // Depends on the largest of a million samples: a range, not a number.
        const double found = relativeError("int4g1048576", normal());
        QVERIFY2(found > 0.040 && found < 0.049, qPrintable(QString::number(found)));
    }

    // quant-survey 4, by the extremes of ever smaller groups.
    void smallerGroupsLoseLess()
    {
        double before = 1;
        for (const char* format : {"int4g262144a", "int4g1024a", "int4g128a", "int4g32a"}) {
            const double found = relativeError(format, normal());
            QVERIFY2(found < before, format);
            before = found;
        }
    }

    void theLiteralQuantileFormulaIsNotUsed()
    {
        // q_i = (F^-1(i / (2^k + 1)) + F^-1((i + 1) / (2^k + 1))) / 2 from i = 0, F the samples' own
        // distribution, begins at their minimum and loses 0.066 at 4 bits.
        std::vector<float> sorted(normal().begin(), normal().begin() + (1 << 18));
        std::sort(sorted.begin(), sorted.end());
        const auto quantile = [&](int i) {
            const double place = static_cast<double>(i) / 17 * static_cast<double>(sorted.size() - 1);
            return sorted[static_cast<std::size_t>(place)];
        };
        std::vector<float> levels{0.0f};
        for (int i = 0; i < 16; ++i)
            levels.push_back((quantile(i) + quantile(i + 1)) / 2);
        float largest = 0;
        for (const float level : levels)
            largest = std::max(largest, std::fabs(level));
        for (float& level : levels)
            level /= largest;
        std::sort(levels.begin(), levels.end());
        const LevelTable literal(levels, 5);
        std::vector<float> found(normal().size());
        for (std::size_t begin = 0; begin < found.size(); begin += 64) {
            float top = 0;
            for (std::size_t i = begin; i < begin + 64; ++i)
                top = std::max(top, std::fabs(normal()[i]));
            for (std::size_t i = begin; i < begin + 64; ++i)
                found[i] = top * literal.levels()[literal.nearest(normal()[i] / top)];
        }
        const double error = relativeError(normal(), found);
        QVERIFY2(error > 0.05 && error < 0.08, qPrintable(QString::number(error)));
        QVERIFY(relativeError("quantile4g64", normal()) < error / 5);
    }

    void scalesAreCounted_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("bits");
        for (const int group : {32, 64, 128, 256, 1024, 4096})
            for (const char* stem : {"fp4e2", "kfp4e2", "dyn4", "quantile4"})
                QTest::addRow("%sg%d", stem, group)
                    << QString("%1g%2").arg(stem).arg(group) << 4 + 16.0 / group;
        QTest::newRow("three bits") << "quantile3g64" << 3.25;
        QTest::newRow("a power of two") << "bct4g4096" << 4.001953125;
    }
    void scalesAreCounted()
    {
        QFETCH(QString, format);
        QFETCH(double, bits);
        QCOMPARE(parseNumberFormat(format.toStdString()).value()->bitsPerWeight(), bits);
    }

    void codebooksThatReachBothEndsAreIdempotent_data()
    {
        QTest::addColumn<QString>("format");
        for (const char* id :
             {"fp4e2g64", "kfp4e2g64", "kfp4e3g64", "quantile4g64", "quantile3g64", "dyn4g64s", "dyn3g64s",
              "fp8e4g64", "int4g64"})
            QTest::addRow("%s", id) << QString(id);
    }
    void codebooksThatReachBothEndsAreIdempotent()
    {
        QFETCH(QString, format);
        const auto parsed = parseNumberFormat(format.toStdString()).value();
        const std::span<const float> values(normal().data(), 64 * 1000);
        const std::vector<float> once = stored(*parsed, values);
        QCOMPARE(stored(*parsed, once), once);
    }

    void theDynamicCodebookClipsANegativeExtreme()
    {
        std::vector<float> block(64, 0.0f);
        block[3] = -1;
        QVERIFY(std::fabs(stored(*parseNumberFormat("dyn4g64").value(), block)[3] + 0.8875f) < 1e-3f);
        QCOMPARE(stored(*parseNumberFormat("dyn4g64s").value(), block)[3], -1.0f);
    }

    void aTieGoesToTheLowerLevel()
    {
        const LevelTable table({-1, 0, 1}, 2);
        QCOMPARE(table.nearest(0.5f), 1u);
        QCOMPARE(table.nearest(-0.5f), 0u);
        QCOMPARE(table.nearest(0.50001f), 2u);
    }
};

QTEST_APPLESS_MAIN(KbitScalingTest)
#include "kbit_scaling_test.moc"
