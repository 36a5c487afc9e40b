#include "core/backend/backend.h"
#include "core/method/activation_range.h"
#include "core/tensor/tensor.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;

namespace {

Histogram of(const std::vector<float>& values, std::size_t bins = 2048)
{
    Histogram histogram(bins);
    histogram.add(values);
    return histogram;
}

RangeOptions options(RangeEstimate estimate, int bits, bool isSymmetric = false, double percentile = 99.99)
{
    return {.estimate = estimate, .bits = bits, .isSymmetric = isSymmetric, .percentile = percentile};
}

std::vector<float> normal(std::size_t count, double outlier = 0)
{
    std::mt19937 random(11);
    std::normal_distribution<float> distribution;
    std::vector<float> values(count);
    for (float& value : values)
        value = distribution(random);
    if (outlier != 0)
        values.front() = float(outlier);
    return values;
}

Result<Tensor> rounded(const Op& op, const std::vector<Tensor>& inputs)
{
    const auto backend = makeReferenceBackend();
    std::vector<DeviceTensor> arguments;
    for (const Tensor& input : inputs)
        arguments.push_back(TRY(backend->upload(input)));
    return backend->download(TRY(backend->run(op, arguments, {})));
}

} // namespace

/// Ranges of what is rounded at run time, against values worked out by hand.
class ActivationRangeTest : public QObject {
    Q_OBJECT

private slots:
    void histogramsWidenByHalves()
    {
        Histogram h(8);
        h.add(std::vector<float>{0, 0.75f}); // range 1, bins of 0.25
        QCOMPARE(h.range(), 1.0);
        QCOMPARE(
            std::vector<std::uint32_t>(h.counts().begin(), h.counts().end()),
            (std::vector<std::uint32_t>{0, 0, 0, 0, 1, 0, 0, 1}));
        h.add(std::vector<float>{-3}); // range 4, bins of 1
        QCOMPARE(h.range(), 4.0);
        QCOMPARE(
            std::vector<std::uint32_t>(h.counts().begin(), h.counts().end()),
            (std::vector<std::uint32_t>{0, 1, 0, 0, 2, 0, 0, 0}));
        QCOMPARE(h.least(), -3.0);
        QCOMPARE(h.most(), 0.75);
        QCOMPARE(h.total(), std::uint64_t(3));
        h.add(std::vector<float>{INFINITY, NAN});
        QCOMPARE(h.total(), std::uint64_t(3));
    }

    void histogramsAddUpWhateverTheirRanges()
    {
        const std::vector<float> values = normal(4000, 40);
        Histogram together = of(values), parts(2048);
        for (std::size_t begin = 0; begin < values.size(); begin += 500) {
            Histogram part(2048);
            part.add(std::span(values).subspan(begin, 500));
            parts.add(part);
        }
        QCOMPARE(parts.range(), together.range());
        QVERIFY(std::ranges::equal(parts.counts(), together.counts()));
        QCOMPARE(parts.least(), together.least());
    }

    void leastAndLargestGiveTheGrid()
    {
        // -1 to 3 in 16 levels: scale 4 / 15, zero round(3.75) = 4.
        const auto o = options(RangeEstimate::MinMax, 4);
        const ActivationGrid grid = gridOf(estimateRange(of({-1, 0, 3}), o), o);
        QCOMPARE(grid.scale, 4.0f / 15);
        QCOMPARE(grid.zero, 4.0f);
        // Around zero: 3 / 7, zero in the middle of 0..15.
        const auto s = options(RangeEstimate::MinMax, 4, true);
        const ActivationGrid symmetric = gridOf(estimateRange(of({-1, 0, 3}), s), s);
        QCOMPARE(symmetric.scale, 3.0f / 7);
        QCOMPARE(symmetric.zero, 8.0f);
        // Behind a ReLU all levels are above zero; of zeros alone any scale does.
        QCOMPARE(gridOf(estimateRange(of({0, 6}), o), o).zero, 0.0f);
        QCOMPARE(gridOf(estimateRange(of({0, 0}), o), o), (ActivationGrid{1, 0}));
        // Padding is 0: ranges always hold it.
        QCOMPARE(estimateRange(of({2, 6}), o).low, 0.0);
    }

    void percentilesLeaveTheTailOut()
    {
        std::vector<float> values(1000);
        for (std::size_t i = 0; i < values.size(); ++i)
            values[i] = float(i) / 1000; // 0 to 0.999
        values.back() = 50;
        const ActivationRange range =
            estimateRange(of(values), options(RangeEstimate::Percentile, 8, false, 99));
        QCOMPARE(range.low, 0.0);
        QVERIFY2(
            std::abs(range.high - 0.99) < 0.07,
            qPrintable(QString::number(range.high))); // one bin of 64 / 1024
        QCOMPARE(estimateRange(of(values), options(RangeEstimate::Percentile, 8, false, 100)).high, 50.0);
    }

    // quant-survey 3: one outlier costs the whole range its precision, a percentile does not follow it.
    void aPercentileSparesTheBulk()
    {
        const std::vector<float> values = normal(100000, 50);
        const auto errorOfBulk = [&](const RangeOptions& o) {
            const ActivationGrid grid = gridOf(estimateRange(of(values), o), o);
            double sum = 0;
            for (std::size_t i = 1; i < values.size(); ++i) {
                const double code =
                    std::clamp(std::nearbyint(double(values[i]) / double(grid.scale)) + double(grid.zero), 0.0, 15.0);
                sum += std::pow(double(values[i]) - double(grid.scale) * (code - double(grid.zero)), 2);
            }
            return sum;
        };
        const double whole = errorOfBulk(options(RangeEstimate::MinMax, 4)),
                     most = errorOfBulk(options(RangeEstimate::Percentile, 4, false, 99.9));
        QVERIFY2(10 * most < whole, qPrintable(QString::number(whole / most)));
    }

    void leastErrorClipsAnOutlierAtFewBits()
    {
        const Histogram h = of(normal(20000, 30));
        const auto minMax = options(RangeEstimate::MinMax, 4, true),
                   best = options(RangeEstimate::SquaredError, 4, true);
        const ActivationRange range = estimateRange(h, best);
        // A normal variable in 4 bits is best clipped near 2.55 deviations (ACIQ, arXiv 1810.05723); steps of
        // 0.3 here.
        QVERIFY2(range.high > 2.0 && range.high < 3.2, qPrintable(QString::number(range.high)));
        QVERIFY(
            squaredError(h, gridOf(range, best), 4)
            < squaredError(h, gridOf(estimateRange(h, minMax), minMax), 4) / 5);
        // Never worse than no clipping, at any width.
        for (int bits = 2; bits <= 8; ++bits) {
            const auto wide = options(RangeEstimate::MinMax, bits),
                       tight = options(RangeEstimate::SquaredError, bits);
            QVERIFY(
                squaredError(h, gridOf(estimateRange(h, tight), tight), bits)
                <= squaredError(h, gridOf(estimateRange(h, wide), wide), bits));
        }
    }

    void leastDivergenceClipsAnOutlier()
    {
        const Histogram h = of(normal(50000, 30));
        const ActivationRange range = estimateRange(h, options(RangeEstimate::Divergence, 8));
        QVERIFY2(range.high > 2.5 && range.high < 10, qPrintable(QString::number(range.high)));
        QVERIFY(range.low >= h.least() && range.low < -2.5);
        // Few bins need no levels left out: the range is all there is.
        const Histogram few = of({0, 0.25f, 0.5f, 1}, 8);
        QCOMPARE(estimateRange(few, options(RangeEstimate::Divergence, 8)).high, 1.0);
    }

    // quant-survey, row 3: ACIQ. The factors are those its paper prints for 2, 3 and 4 bits.
    void theClosedFormIsThatOfItsPaper()
    {
        const double normalFactors[] = {1.71, 2.15, 2.55}, laplaceFactors[] = {2.83, 3.89, 5.03};
        for (int bits = 2; bits <= 4; ++bits) {
            QVERIFY(std::fabs(closedFormClip(ClippedLaw::Normal, bits) - normalFactors[bits - 2]) < .01);
            QVERIFY(std::fabs(closedFormClip(ClippedLaw::Laplace, bits) - laplaceFactors[bits - 2]) < .01);
        }
    }

    void theLawThatFitsIsTaken()
    {
        std::vector<float> bell = normal(200000), peaked, oneSided;
        std::mt19937 random(12);
        std::exponential_distribution<float> magnitude(2); // mean 1/2
        for (std::size_t i = 0; i < bell.size(); ++i) {
            peaked.push_back(i % 2 == 0 ? magnitude(random) : -magnitude(random));
            oneSided.push_back(std::fabs(bell[i]));
        }
        const auto rangeOf = [](const std::vector<float>& values) {
            return estimateRange(of(values), options(RangeEstimate::ClosedForm, 4));
        };
        QVERIFY(std::fabs(rangeOf(bell).high - 2.55) < .03 && std::fabs(rangeOf(bell).low + 2.55) < .03);
        QVERIFY(std::fabs(rangeOf(peaked).high - 5.03 / 2) < .05);
        QCOMPARE(rangeOf(oneSided).low, 0.0);
        QVERIFY(std::fabs(rangeOf(oneSided).high - closedFormClip(ClippedLaw::Normal, 5)) < .03);
        // Nearly the least that any range leaves, and far less than the range of all.
        for (const auto& values : {bell, peaked, oneSided}) {
            const Histogram h = of(values);
            const auto errorOf = [&](RangeEstimate estimate) {
                return squaredError(
                    h, gridOf(estimateRange(h, options(estimate, 4)), options(estimate, 4)), 4);
            };
            QVERIFY(errorOf(RangeEstimate::ClosedForm) < 1.05 * errorOf(RangeEstimate::SquaredError));
            QVERIFY(errorOf(RangeEstimate::ClosedForm) < .8 * errorOf(RangeEstimate::MinMax));
        }
        QCOMPARE(rangeOf({0, 0, 0}).high, 0.0);
    }

    void squaredErrorIsThatOfTheCentres()
    {
        // Bins of 0.5 between -1 and 1: 0.6 and 0.7 count as 0.75; levels 0, 1: 0.25 off.
        Histogram h(4);
        h.add(std::vector<float>{0.6f, 0.7f, 1.0f});
        QCOMPARE(squaredError(h, {1, 0}, 2), 0.0625);
    }

    void roundingByRangesIsQuantizeLinear()
    {
        const Op op{OpKind::QuantizeRows, {{"bits", 4}}};
        const auto t = [](Shape shape, std::vector<float> values) {
            return Tensor::adoptFloats(std::move(shape), std::move(values));
        };
        // scale 0.5, zero 3: codes 0 to 15 stand for -1.5 to 6; halves go to even.
        const auto y = rounded(
            op, {t({1, 5}, {-9, 0.25f, 0.75f, 1.1f, 9}), t({1, 1}, {0.5f}), t({1, 1}, {3}), t({1}, {0})});
        QVERIFY2(y, y ? "" : y.error().message.c_str());
        QCOMPARE(y->toFloats(), (std::vector<float>{-1.5f, 0, 1, 1, 6}));
        // A channel is a column, or a plane of `inner` values.
        const Tensor scales = t({1, 2}, {1, 0.25f}), zeros = t({1, 2}, {0, 0}), times = t({1}, {0});
        QCOMPARE(
            rounded(op, {t({1, 4}, {0.6f, 0.6f, 1.4f, 1.4f}), scales, zeros, times}).value().toFloats(),
            (std::vector<float>{1, 0.5f, 1, 1.5f}));
        Op planes = op;
        planes.attributes["inner"] = 2;
        QCOMPARE(
            rounded(planes, {t({1, 2, 2}, {0.6f, 0.6f, 0.6f, 1.4f}), scales, zeros, times})
                .value()
                .toFloats(),
            (std::vector<float>{1, 1, 0.5f, 1.5f}));
    }

    void groupsOfTimeStepsHaveTheirOwnRanges()
    {
        const auto t = [](Shape shape, std::vector<float> values) {
            return Tensor::adoptFloats(std::move(shape), std::move(values));
        };
        Op op{OpKind::QuantizeRows, {{"bits", 8}}};
        const std::vector<Tensor> inputs{
            t({1, 1}, {3.3f}), t({2, 1}, {1, 2}), t({2, 1}, {0, 0}), t({2}, {500, 999})};
        QVERIFY(!rounded(op, inputs)); // which group?
        op.attributes["time"] = 500;
        QCOMPARE(rounded(op, inputs).value().toFloats(), std::vector<float>{3});
        op.attributes["time"] = 501;
        QCOMPARE(rounded(op, inputs).value().toFloats(), std::vector<float>{4});
        op.attributes["time"] = 5000; // later than any that was seen
        QCOMPARE(rounded(op, inputs).value().toFloats(), std::vector<float>{4});
    }
};

QTEST_APPLESS_MAIN(ActivationRangeTest)
#include "activation_range_test.moc"
