#include "plugins/clipped_channels/clipped_channels.h"
#include "plugins/near_mean/near_mean.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

Tensor drawn(Shape shape, unsigned seed, float deviation = 1)
{
    const std::size_t count = TensorType{nullptr, shape}.elements();
    return Tensor::adoptFloats(std::move(shape), normalValues(count, seed, deviation));
}

AllocationProblem problemOf(const std::vector<double>& relevance, double mean, bool isLinear)
{
    AllocationProblem problem;
    constexpr std::size_t size = 1000;
    for (const double share : relevance) {
        AllocationItem& item = problem.items.emplace_back();
        item.name = "layer";
        item.parameters = size;
        item.sensitivity = share;
        for (int bits = 2; bits <= 8; ++bits)
            item.options.push_back(
                {.bytes = std::uint64_t(bits) * size / 8,
                 .cost = isLinear ? share * (16 - bits) : share * std::pow(4.0, -bits),
                 .bits = double(bits)});
    }
    problem.byteBudget = std::uint64_t(mean * double(size * relevance.size()) / 8);
    return problem;
}

/// Relative squared error of W x over the columns that are counted, with inputs on the grids of the ranges
/// and weights of 4 bits a row after reparametrisation.
double outputError(const std::vector<float>& x, std::size_t channels, double deviations, std::size_t leftOut)
{
    InputHistograms::Bucket bucket;
    bucket.channels.resize(channels, Histogram(256));
    const std::size_t tokens = x.size() / channels;
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t c = 0; c < channels; ++c)
            bucket.channels[c].add(std::span(x).subspan(t * channels + c, 1));
    constexpr std::size_t outputs = 8;
    LayerProblem problem{
        .weights = drawn({outputs, channels}, 9),
        .meanSquare = {},
        .gram = {},
        .meanAbsolute = {},
        .maxAbsolute = {},
        .base = {}};
    const auto format = parseNumberFormat("int4g" + std::to_string(channels)).value();
    const CompressedLayer made =
        ClippedChannels()
            .quantizeWithRanges(problem, {{bucket}}, format, {{"deviations", deviations}, {"bits", 8}}, {})
            .value();
    const std::vector<float> weights = problem.weights.toFloats(), dense = made.dense().value().toFloats();
    double error = 0, power = 0;
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t r = 0; r < outputs; ++r) {
            double exact = 0, found = 0;
            for (std::size_t c = 0; c < channels; ++c) {
                if (c == leftOut)
                    continue;
                exact += double(weights[r * channels + c]) * double(x[t * channels + c]);
                found += double(dense[r * channels + c]) * double(x[t * channels + c]);
            }
            error += (exact - found) * (exact - found);
            power += exact * exact;
        }
    return error / power;
}

} // namespace

/// The checks of methods/lrp-qvit.md that concern grids and widths.
class LrpQvitTest : public QObject {
    Q_OBJECT

private slots:
    // 4
    void oneGridGivesTheSameCodes()
    {
        constexpr std::size_t channels = 12, tokens = 200;
        constexpr int bits = 4, top = 15;
        std::vector<ChannelRange> ranges;
        for (std::size_t c = 0; c < channels; ++c)
            ranges.push_back({-.3 * double(c + 1), .2 * double(c * c + 1)});
        const auto grids = channelGrids(ranges, bits);
        const SharedGrid shared = reparametrised(grids);
        const auto w = normalValues(channels, 2);
        auto x = normalValues(channels * tokens, 1, .3f); // within the ranges, but for a few
        for (std::size_t i = 0; i < x.size(); ++i) {
            const ChannelRange& range = ranges[i % channels];
            x[i] = float(range.low + (range.high - range.low) * (.5 + .5 * double(x[i])));
        }
        double exact = 0, folded = 0;
        for (std::size_t t = 0; t < tokens; ++t) {
            double y = 0, other = 0;
            for (std::size_t c = 0; c < channels; ++c) {
                const double value = double(x[t * channels + c]), weight = double(w[c]);
                const double moved = (value + shared.shifts[c]) / shared.factors[c];
                QCOMPARE(
                    std::nearbyint(moved / shared.scale + 1e-12) + shared.zero,
                    std::nearbyint(value / grids[c].scale + 1e-12) + grids[c].zero);
                y += weight * value;
                other += weight * shared.factors[c] * moved - weight * shared.shifts[c];
            }
            exact += y;
            folded += other;
            QVERIFY(isNear(y, other, 1e-12 * (1 + std::abs(y)) * channels));
        }
        // Rounded: the same error as a grid a channel has, less than one grid for the range of all.
        double shareds = 0, own = 0, whole = 0;
        const ChannelGrid all = channelGrids({{{-3.6, 24.4}}}, bits)[0];
        const auto rounded = [&](double value, double scale, int zero) {
            return scale
                * (std::clamp(std::nearbyint(value / scale + 1e-12) + zero, 0.0, double(top)) - zero);
        };
        for (std::size_t i = 0; i < x.size(); ++i) {
            const std::size_t c = i % channels;
            const double value = double(x[i]);
            const double moved =
                rounded((value + shared.shifts[c]) / shared.factors[c], shared.scale, shared.zero);
            shareds += std::pow(moved * shared.factors[c] - shared.shifts[c] - value, 2);
            own += std::pow(rounded(value, grids[c].scale, grids[c].zero) - value, 2);
            whole += std::pow(rounded(value, all.scale, all.zero) - value, 2);
        }
        QVERIFY(isNear(shareds, own, 1e-9 * own));
        QVERIFY(own < whole);
    }
    // What step 2 of D is for is a few outliers behind a norm, not channels that differ much from each other.
    void manyOutliersAreNone()
    {
        const auto clipped = [](std::size_t outliers, double deviations) {
            std::vector<ChannelRange> ranges;
            for (std::size_t c = 0; c < 200; ++c)
                ranges.push_back({0, c < outliers ? 20.0 : 1 + .01 * double(c % 10)});
            const auto made = clippedRanges(ranges, deviations);
            std::size_t changed = 0;
            for (std::size_t c = 0; c < ranges.size(); ++c)
                changed += made[c].high < ranges[c].high;
            return changed;
        };
        QCOMPARE(clipped(0, 3), std::size_t(0));
        QCOMPARE(clipped(2, 3), std::size_t(2));
        QCOMPARE(clipped(10, 3), std::size_t(10));
        QCOMPARE(clipped(12, 3), std::size_t(0));
        // More are usual beyond less.
        QVERIFY(clipped(12, 1) >= 12);
    }
    // 6
    void anOutlierChannelNoLongerSpoilsTheOthers()
    {
        constexpr std::size_t channels = 768, tokens = 24, outlier = 100;
        std::vector<float> x = normalValues(channels * tokens, 3);
        const double plain = outputError(x, channels, 0, SIZE_MAX),
                     clipped = outputError(x, channels, 3, SIZE_MAX);
        // Without outliers nothing is lost: a few extremes of normal numbers lie beyond three deviations, and
        // the weights that follow them lose less.
        QVERIFY2(
            clipped < 1.01 * plain && clipped > .8 * plain,
            qPrintable(QString("%1, %2").arg(plain).arg(clipped)));
        for (std::size_t t = 0; t < tokens; ++t)
            x[t * channels + outlier] *= 100;
        const double before = outputError(x, channels, 0, outlier),
                     after = outputError(x, channels, 3, outlier);
        QVERIFY2(after < .5 * before, qPrintable(QString("%1, %2").arg(before).arg(after)));
    }
    // 7
    void widthsStayNearTheMean_data()
    {
        QTest::addColumn<bool>("isLinear");
        QTest::newRow("4^-bits") << false;
        QTest::newRow("bits") << true;
    }
    void widthsStayNearTheMean()
    {
        QFETCH(bool, isLinear);
        const std::vector<double> relevance{.05, .3, .02, .1, .25, .08, .15, .05};
        for (const double mean : {4.0, 4.5, 6.0}) {
            const AllocationProblem problem = problemOf(relevance, mean, isLinear);
            const auto solution = NearMean().allocate(problem, {{"ends", 0}}, {});
            QVERIFY2(solution, solution ? "" : solution.error().message.c_str());
            double sum = 0;
            for (std::size_t i = 0; i < relevance.size(); ++i) {
                const double bits = problem.items[i].options[solution->chosen[i]].bits;
                QVERIFY(bits >= mean - 1.5 && bits <= mean + 2.5);
                sum += bits;
            }
            // Within one step of one layer, unless nothing may be wider.
            QVERIFY(sum <= mean * 8 && sum > mean * 8 - 1);
            if (isLinear) // the layer of most relevance takes the bound
                QCOMPARE(
                    problem.items[1].options[solution->chosen[1]].bits,
                    std::min(8.0, std::floor(mean + 2.5)));
        }
        const AllocationProblem ends = problemOf(relevance, 5, isLinear);
        const auto solution = NearMean().allocate(ends, {}, {}).value();
        QCOMPARE(ends.items.front().options[solution.chosen.front()].bits, 8.0);
        QCOMPARE(ends.items.back().options[solution.chosen.back()].bits, 8.0);
        const auto refused = NearMean().allocate(problemOf(relevance, 2, isLinear), {}, {});
        QVERIFY(!refused && refused.error().message.find("raise the budget") != std::string::npos);
    }
    void equalRelevanceIsEqualWidths()
    {
        const AllocationProblem problem = problemOf(std::vector(6, 1 / 6.), 4, false);
        const auto solution = NearMean().allocate(problem, {{"ends", 0}}, {}).value();
        for (const std::size_t option : solution.chosen)
            QCOMPARE(problem.items[0].options[option].bits, 4.0);
    }
};

QTEST_APPLESS_MAIN(LrpQvitTest)
#include "lrp_qvit_test.moc"
