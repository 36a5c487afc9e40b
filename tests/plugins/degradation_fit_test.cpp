#include "core/method/degradation_law.h"
#include "plugins/degradation_fit/degradation_fit.h"
#include "plugins/degradation_fit/refit.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

std::vector<DegradationRow> drawnFromTheLaw(std::size_t count, double noise, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> size(std::log(1.6e8), std::log(1.2e10)),
        tokens(std::log(1e9), std::log(2e11));
    std::normal_distribution<double> normal;
    std::vector<DegradationRow> rows;
    while (rows.size() < count) {
        DegradationRow row{std::exp(size(random)), std::exp(tokens(random)), double(2 + rows.size() % 3)};
        row.degradation =
            unifiedDegradation(row.parameters, row.tokens, row.bits) * std::exp(noise * normal(random));
        if (row.degradation > leastDegradation)
            rows.push_back(row);
    }
    return rows;
}

} // namespace

/// Check 6 of methods/undertrained-scaling.md. Not here: its check 7, for which checkpoints along the
/// training of one family would have to be at hand.
class DegradationFitTest : public QObject {
    Q_OBJECT

private slots:
    void noiselessRowsGiveTheLawBack()
    {
        const auto fit = fitDegradation(drawnFromTheLaw(60, 0, 1), 0);
        QVERIFY2(fit, fit ? "" : fit.error().message.c_str());
        QVERIFY(isNear(std::exp(fit->logFactor), .017, 1e-6));
        QVERIFY(isNear(fit->beta.value, .5251, 1e-8));
        QVERIFY(isNear(fit->alpha.value, .2261, 1e-8));
        QVERIFY(isNear(fit->gamma.value, 5.4967, 1e-8));
        QVERIFY(fit->beta.isFitted && fit->alpha.isFitted && fit->gamma.isFitted);
        QVERIFY(isNear(fit->rSquared, 1, 1e-12));
    }
    void noiseMovesTheExponentsLittle()
    {
        for (unsigned seed = 0; seed < 10; ++seed) {
            const auto fit = fitDegradation(drawnFromTheLaw(200, .05, seed), seed).value();
            QVERIFY(isNear(fit.beta.value, .5251, .05));
            QVERIFY(isNear(fit.alpha.value, .2261, .05));
            QVERIFY2(isNear(fit.gamma.value, 5.4967, .1), qPrintable(QString::number(fit.gamma.value)));
            QVERIFY(fit.gamma.low < fit.gamma.value && fit.gamma.value < fit.gamma.high);
            QVERIFY(fit.gamma.high - fit.gamma.low < .2);
        }
    }
    void whatRowsDoNotTellStaysAsPublished()
    {
        auto rows = drawnFromTheLaw(30, 0, 2);
        for (DegradationRow& row : rows) {
            row.parameters = 1e9;
            row.tokens = 1e11;
            row.degradation = 3 / std::pow(row.bits, 4);
        }
        const auto fit = fitDegradation(rows, 0).value();
        QVERIFY(!fit.beta.isFitted && !fit.alpha.isFitted && fit.gamma.isFitted);
        QVERIFY(isNear(fit.beta.value, .5251, 1e-9) && isNear(fit.alpha.value, .2261, 1e-9));
        QVERIFY(isNear(fit.gamma.value, 4, 1e-9));
        QVERIFY(isNear(fit.at(1e9, 1e11, 3), 3. / 81, 1e-9));
    }
    void tooLittleIsRefused()
    {
        const DegradationRow two[] = {{1e9, 1e11, 2, 1}, {1e9, 1e11, 3, .2}, {1e9, 1e11, 3, .25}};
        const auto refused = fitDegradation(two, 0);
        QVERIFY(!refused && refused.error().message.find("2 widths") != std::string::npos);
        // What costs nothing is no measurement.
        const DegradationRow silent[] = {
            {1e9, 1e11, 2, 1}, {1e9, 1e11, 3, .2}, {1e9, 1e11, 4, .004}, {1e9, 1e11, 8, -.001}};
        QVERIFY(!fitDegradation(silent, 0));
        const DegradationRow enough[] = {{1e9, 1e11, 2, 1}, {1e9, 1e11, 3, .2}, {1e9, 1e11, 4, .02}};
        QVERIFY(fitDegradation(enough, 0));
    }

    void theSampleIsMeasuredBesideTheLaw()
    {
        const SampleProbe sample = probeOf(
            sampleModel(),
            {{"int2g64", "rtn", {}}, {"int3g64", "rtn", {}}, {"int4g64", "rtn", {}}, {"q8_0", "rtn", {}}});
        const auto report = DegradationFit().run(sample.probe.get(), {{"chunks", 2}}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const auto& rows = report->tables[0].rows;
        QCOMPARE(rows.size(), std::size_t(4));
        QCOMPARE(rows[0][3], std::string("2"));
        for (const auto& row : rows)
            qInfo("%s: %s nats, %s by the law", row[1].c_str(), row[4].c_str(), row[5].c_str());
        QVERIFY(std::stod(rows[0][4]) > .1 && std::stod(rows[0][4]) > std::stod(rows[3][4]));
        // On so little text 3 bits and more differ by chance alone: nothing is fitted, which is said.
        QCOMPARE(report->tables.size(), std::size_t(1));
        QVERIFY(report->paragraphs[1].starts_with("No fit: "));
    }
};

QTEST_APPLESS_MAIN(DegradationFitTest)
#include "degradation_fit_test.moc"
