#include "plugins/training_law/runs_fit.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// Runs as the paper's: 41 M to 1.2 B parameters, 10 to 100 B tokens, formats from E1M1 to E5M7. They are
/// drawn from the published law.
std::vector<TrainingRun> drawnFromTheLaw(std::size_t count, double noise, unsigned seed)
{
    std::mt19937 random(seed);
    std::uniform_real_distribution<double> size(std::log(4e7), std::log(1.2e9)),
        tokens(std::log(1e10), std::log(1e11));
    std::normal_distribution<double> normal;
    std::vector<TrainingRun> runs(count);
    for (TrainingRun& run : runs) {
        run.parameters = std::exp(size(random));
        run.tokens = std::exp(tokens(random));
        run.format = {
            double(1 + random() % 5), double(1 + random() % 7), std::exp2(double(4 + random() % 6))};
        run.loss = trainingLoss(run.parameters, run.tokens, run.format) * std::exp(noise * normal(random));
    }
    return runs;
}

using Constant = double TrainingConstants::*;
constexpr Constant all[] = {&TrainingConstants::n,     &TrainingConstants::alpha,   &TrainingConstants::d,
                            &TrainingConstants::beta,  &TrainingConstants::epsilon, &TrainingConstants::g,
                            &TrainingConstants::delta, &TrainingConstants::nu};

} // namespace

/// Check 8 of methods/fp-scaling.md. No training run is at hand: runs are drawn from the law that the paper
/// prints.
class TrainingFitTest : public QObject {
    Q_OBJECT

private slots:
    void noiselessRunsGiveTheLawBack()
    {
        const TrainingConstants published;
        for (unsigned seed = 0; seed < 6; ++seed) {
            std::mt19937 random(seed + 100);
            std::uniform_real_distribution<double> share(-.2, .2);
            TrainingConstants start;
            for (const Constant constant : all)
                start.*constant *= 1 + share(random);
            const auto fit = fitTraining(drawnFromTheLaw(200, 0, seed), start, 0, seed, {});
            QVERIFY2(fit, fit ? "" : fit.error().message.c_str());
            for (const Constant constant : all)
                QVERIFY2(
                    std::fabs(fit->constants.*constant / (published.*constant) - 1) < .01,
                    qPrintable(QString("%1, not %2").arg(fit->constants.*constant).arg(published.*constant)));
            QVERIFY(isNear(fit->rSquared, 1, 1e-9));
            QVERIFY(fit->worst < 1e-6);
        }
    }

    void noiseMovesPredictionsLittle()
    {
        // Half a percent of each loss: the constants lean on each other, what they predict does not move
        // much.
        const auto fit = fitTraining(drawnFromTheLaw(366, .005, 7), {}, 4, 1, {}).value();
        QVERIFY(fit.rSquared > .98 && fit.worst < .03);
        for (const TrainingRun& run : drawnFromTheLaw(100, 0, 8)) {
            const double found = trainingLoss(run.parameters, run.tokens, run.format, fit.constants);
            QVERIFY2(std::fabs(found / run.loss - 1) < .005, qPrintable(QString::number(found / run.loss)));
        }
        QVERIFY(std::fabs(fit.constants.delta - 3.1926) < .5 && std::fabs(fit.constants.nu - 2.9543) < .5);
    }

    void oneBadRunIsOutvoted()
    {
        auto runs = drawnFromTheLaw(100, 0, 9);
        runs[5].loss *= 1.5; // it diverged
        const auto fit = fitTraining(runs, {}, 0, 1, {}).value();
        QVERIFY2(
            std::fabs(fit.constants.delta - 3.1926) < .2, qPrintable(QString::number(fit.constants.delta)));
        QVERIFY(fit.worst > .3);
    }

    void tooLittleIsRefused()
    {
        const auto code = [](const std::vector<TrainingRun>& runs) {
            return fitTraining(runs, {}, 0, 0, {}).error().code;
        };
        QCOMPARE(code(drawnFromTheLaw(fewestRuns - 1, 0, 1)), ErrorCode::InvalidInput);
        for (const double bad : {0.0, -1.0, std::nan("")}) {
            auto runs = drawnFromTheLaw(20, 0, 1);
            runs[3].loss = bad;
            QCOMPARE(code(runs), ErrorCode::InvalidInput);
        }
        auto runs = drawnFromTheLaw(20, 0, 1);
        for (TrainingRun& run : runs)
            run.format.block = 1;
        QCOMPARE(code(runs), ErrorCode::InvalidInput);
        std::stop_source stopped;
        stopped.request_stop();
        QCOMPARE(
            fitTraining(drawnFromTheLaw(20, 0, 1), {}, 0, 0, stopped.get_token()).error().code,
            ErrorCode::Cancelled);
    }

    void aReportSaysWhatRunsTell()
    {
        const TrainingLaw law;
        std::vector<std::vector<double>> rows;
        for (const TrainingRun& run : drawnFromTheLaw(60, .002, 3))
            rows.push_back(
                {run.parameters, run.tokens, run.format.exponent, run.format.mantissa, run.format.block,
                 run.loss});
        QCOMPARE(law.columns().size(), rows[0].size());
        const Report report = law.runOn(rows, {}, {}).value();
        QCOMPARE(report.tables[0].rows.size(), std::size(all));
        QVERIFY(std::fabs(std::stod(report.tables[0].rows[4][1]) - 1.9061) < .3);
    }
};

QTEST_APPLESS_MAIN(TrainingFitTest)
#include "training_fit_test.moc"
