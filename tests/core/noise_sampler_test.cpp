#include "core/task/noise_sampler.h"

#include <QTest>

#include <cmath>
#include <functional>

using namespace tritloom;

namespace {

NoiseSchedule stableDiffusion()
{
    NoiseSchedule schedule;
    schedule.betas = BetaKind::ScaledLinear;
    schedule.firstBeta = 0.00085;
    schedule.lastBeta = 0.012;
    schedule.offset = 1;
    schedule.endsClean = false;
    schedule.clips = false;
    return schedule;
}

using Network = std::function<float(float x, std::size_t t)>;

std::vector<float> sampled(
    const NoiseSchedule& schedule, SamplerKind kind, std::size_t steps, std::vector<float> x,
    const Network& network)
{
    NoiseSampler sampler = NoiseSampler::create(schedule, kind, steps, NoiseSampler::Range{}).value();
    NormalNoise noise(0);
    for (std::size_t i = 0; i < sampler.times().size(); ++i) {
        std::vector<float> said(x.size());
        for (std::size_t p = 0; p < x.size(); ++p)
            said[p] = network(x[p], sampler.times()[i]);
        x = sampler.step(i, x, said, noise);
    }
    return x;
}

/// The scheduler tests of the library that defines them: 768 even numbers, and x t / (t + 1) for a network.
std::vector<float> evenNumbers()
{
    std::vector<float> x(768);
    for (std::size_t i = 0; i < x.size(); ++i)
        x[i] = float(i) / 768;
    return x;
}
float turned(float x, std::size_t t)
{
    return float(double(x) * double(t) / double(t + 1));
}
double absoluteSum(const std::vector<float>& x)
{
    double sum = 0;
    for (const float value : x)
        sum += std::abs(double(value));
    return sum;
}

void near(double actual, double expected, double tolerance)
{
    QVERIFY2(
        std::abs(actual - expected) <= tolerance,
        qPrintable(QString("%1, expected %2").arg(actual, 0, 'g', 12).arg(expected, 0, 'g', 12)));
}

} // namespace

/// diffusion-preview-basics, "How to check an implementation", 2 to 4 and 6.
class NoiseSamplerTest : public QObject {
    Q_OBJECT

private slots:
    void schedulesHaveTheKnownShares()
    {
        const auto shares = signalShares(stableDiffusion());
        QCOMPARE(shares.size(), std::size_t(1000));
        near(shares[0], .99915, 1e-6);
        near(shares[500], .276333, 5e-7);
        near(shares[981], .0057755, 5e-8);
        near(shares[999], .0046601, 5e-8);
        const auto linear = signalShares({});
        near(linear[500], .0777967, 5e-8);
        near(linear[999], 4.0358e-5, 5e-10);
        // A squared cosine: abar is cos^2 of the time over that at 0, until a beta is as large as .999.
        NoiseSchedule cosine;
        cosine.betas = BetaKind::SquaredCosine;
        const auto half = signalShares(cosine)[499];
        const auto f = [](double t) { return std::pow(std::cos((t + .008) / 1.008 * M_PI / 2), 2); };
        near(half, f(.5) / f(0), 1e-9);
    }

    void ddimEndsWhereTheLibraryEnds_data()
    {
        QTest::addColumn<double>("firstBeta");
        QTest::addColumn<bool>("clean");
        QTest::addColumn<bool>("velocity");
        QTest::addColumn<double>("sum");
        QTest::newRow("noise") << 1e-4 << true << false << 172.0065;
        QTest::newRow("velocity") << 1e-4 << true << true << 52.5301;
        QTest::newRow("larger betas") << .01 << true << false << 149.8295;
        QTest::newRow("not to one") << .01 << false << false << 149.0784;
    }
    void ddimEndsWhereTheLibraryEnds()
    {
        QFETCH(double, firstBeta);
        QFETCH(bool, clean);
        QFETCH(bool, velocity);
        QFETCH(double, sum);
        NoiseSchedule schedule;
        schedule.firstBeta = firstBeta;
        schedule.endsClean = clean;
        schedule.prediction = velocity ? Prediction::Velocity : Prediction::Noise;
        near(absoluteSum(sampled(schedule, SamplerKind::Ddim, 10, evenNumbers(), turned)), sum, 2e-3);
    }

    void dpmSolverEndsWhereTheLibraryEnds_data()
    {
        QTest::addColumn<bool>("zero");
        QTest::addColumn<bool>("velocity");
        QTest::addColumn<double>("mean");
        QTest::newRow("sigma_min") << false << false << .330147;
        QTest::newRow("sigma_min velocity") << false << true << .225099;
        QTest::newRow("zero") << true << false << .240900;
    }
    void dpmSolverEndsWhereTheLibraryEnds()
    {
        QFETCH(bool, zero);
        QFETCH(bool, velocity);
        QFETCH(double, mean);
        NoiseSchedule schedule;
        schedule.spacing = Spacing::Linspace;
        schedule.endsAtZero = zero;
        schedule.lowerOrderLast = false;
        schedule.prediction = velocity ? Prediction::Velocity : Prediction::Noise;
        near(
            absoluteSum(sampled(schedule, SamplerKind::DpmSolver, 10, evenNumbers(), turned)) / 768, mean,
            2e-6);
    }

    void stableDiffusionsScheduleGivesTheKnownSums()
    {
        near(
            absoluteSum(sampled(stableDiffusion(), SamplerKind::Ddim, 20, evenNumbers(), turned)),
            192.0829155974, 1e-3);
        near(
            absoluteSum(sampled(stableDiffusion(), SamplerKind::DpmSolver, 20, evenNumbers(), turned)) / 768,
            .2484860126, 1e-6);
        const auto times =
            NoiseSampler::create(stableDiffusion(), SamplerKind::DpmSolver, 20, {}).value().times();
        QCOMPARE(times.size(), std::size_t(20));
        QCOMPARE(times[0], std::size_t(941));
        QCOMPARE(times[1], std::size_t(894));
        QCOMPARE(times[18], std::size_t(95));
        QCOMPARE(times[19], std::size_t(48));
    }

    void bothSamplersComeNearTheExactAnswer()
    {
        // Normal data of deviation .5: the best network is known, and so is where x = 1 ends.
        const auto shares = signalShares(stableDiffusion());
        const Network best = [&](float x, std::size_t t) {
            const double share = shares[t];
            return float(std::sqrt(1 - share) * double(x) / (share / 4 + 1 - share));
        };
        const std::size_t steps[] = {5, 10, 20, 50, 100};
        const double ddim[] = {.337567, .406577, .448961, .478573, .489556},
                     dpm[] = {.350418, .420000, .460638, .485131, .494128};
        for (std::size_t i = 0; i < 5; ++i) {
            const double first =
                             double(sampled(stableDiffusion(), SamplerKind::Ddim, steps[i], {1}, best)[0]),
                         second = double(
                             sampled(stableDiffusion(), SamplerKind::DpmSolver, steps[i], {1}, best)[0]);
            near(first, ddim[i], 2e-6);
            near(second, dpm[i], 2e-6);
            QVERIFY(std::abs(second - .5015) < std::abs(first - .5015));
        }
    }

    void offsetsMoveTheSteps()
    {
        NoiseSchedule schedule;
        schedule.offset = 1;
        const auto times = NoiseSampler::create(schedule, SamplerKind::Ddim, 5, {}).value().times();
        QCOMPARE(times, (std::vector<std::size_t>{801, 601, 401, 201, 1}));
    }

    void ancestralStepsKeepTheSpreadOfTheData()
    {
        // The best network for normal data of deviation .5 again: what comes out of many starts is spread
        // like it.
        for (const StepVariance variance : {StepVariance::FixedSmall, StepVariance::FixedLarge}) {
            NoiseSchedule schedule;
            schedule.clips = false;
            schedule.variance = variance;
            const auto shares = signalShares(schedule);
            const auto x = sampled(
                schedule, SamplerKind::Ddpm, 250, NormalNoise(3).draw(20000),
                [&](float value, std::size_t t) {
                    return float(std::sqrt(1 - shares[t]) * double(value) / (shares[t] / 4 + 1 - shares[t]));
                });
            double squares = 0;
            for (const float value : x)
                squares += double(value) * double(value);
            near(
                std::sqrt(squares / double(x.size())), .5, variance == StepVariance::FixedSmall ? .015 : .03);
        }
    }

    void moreStepsThanThereAreAreRefused()
    {
        for (const std::size_t steps : {std::size_t(0), std::size_t(1001)}) {
            const auto sampler = NoiseSampler::create({}, SamplerKind::Ddim, steps, {});
            QVERIFY(!sampler);
            QVERIFY(sampler.error().message.find(std::to_string(steps)) != std::string::npos);
        }
    }
};

QTEST_APPLESS_MAIN(NoiseSamplerTest)
#include "noise_sampler_test.moc"
