#include "core/tensor/exp_golomb.h"
#include "plugins/deepshape/deepshape.h"
#include "plugins/deepshape/reshape.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// |x| = scale * G^(1 / shape), G of the gamma distribution with 1 / shape.
std::vector<float> generalisedValues(std::size_t count, double shape, double scale, unsigned seed)
{
    std::mt19937 random(seed);
    std::gamma_distribution<double> gamma(1 / shape);
    std::vector<float> values(count);
    for (float& value : values)
        value = static_cast<float>((random() % 2 == 0 ? 1 : -1) * scale * std::pow(gamma(random), 1 / shape));
    return values;
}

std::map<std::int64_t, std::uint64_t> countsOf(const std::vector<float>& values)
{
    std::map<std::int64_t, std::uint64_t> counts;
    for (const float value : values)
        ++counts[std::llround(double(value) * 8192)];
    return counts;
}

} // namespace

class DeepShapeTest : public QObject {
    Q_OBJECT

private slots:
    void theRatioIsThatOfTheTable()
    {
        for (const auto& [shape, ratio] : std::initializer_list<std::pair<double, double>>{
                 {.5, 3.3333}, {.8, 2.2686}, {1, 2}, {1.2, 1.8413}, {1.5, 1.6981}, {2, 1.5708}, {3, 1.4610}})
            QVERIFY(std::fabs(momentRatio(shape) - ratio) < 1e-4);
    }

    void shapesAreRecovered_data()
    {
        QTest::addColumn<double>("shape");
        for (const double shape : {.8, 1., 1.5, 2.})
            QTest::addRow("%g", shape) << shape;
    }
    void shapesAreRecovered()
    {
        QFETCH(double, shape);
        double absolute = 0, square = 0;
        constexpr std::size_t count = 1000000;
        for (const float value : generalisedValues(count, shape, 3, 1)) {
            absolute += std::fabs(double(value)) / count;
            square += double(value) * double(value) / count;
        }
        const GeneralisedGaussian found = fitMoments(absolute, square);
        QVERIFY2(std::fabs(found.shape - shape) < 0.02, qPrintable(QString::number(found.shape)));
        QVERIFY(std::fabs(found.scale / 3 - 1) < 0.03);
    }

    void aHandfulOfWeights()
    {
        // Shares .048 .093 .182 .354 .182 .093 .048 of 6: [0 0 1 2 1 0 0], and two more by the remainders.
        const std::vector<std::uint64_t> counts = targetCounts({1, 1.5}, 3, 6);
        QCOMPARE(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}), std::uint64_t{6});
        const std::vector<std::uint64_t> floors{0, 0, 1, 2, 1, 0, 0};
        for (std::size_t k = 0; k < 7; ++k)
            QVERIFY(counts[k] == floors[k] || counts[k] == floors[k] + 1);
    }

    void entropyFallsAndOrderIsKept()
    {
        constexpr std::size_t count = 1000000;
        const std::vector<float> weights = generalisedValues(count, 1.5, 0.005, 2);
        const LayerProblem problem{.weights = Tensor::adoptFloats({1000, 1000}, weights)};
        const std::vector<float> found = DeepShape()
                                             .quantize(problem, parseNumberFormat("f32").value(), {}, {})
                                             .value()
                                             .tensor()
                                             .toFloats();
        const double before = codeLengthOf(countsOf(weights)).entropyBits,
                     after = codeLengthOf(countsOf(found)).entropyBits;
        QVERIFY2(std::fabs(before - 7.172) < 0.01, qPrintable(QString::number(before)));
        QVERIFY2(std::fabs(after - 6.853) < 0.02, qPrintable(QString("%1 from %2").arg(after).arg(before)));
        double xy = 0, xx = 0, yy = 0;
        for (std::size_t i = 0; i < count; ++i) {
            xy += double(weights[i]) * double(found[i]);
            xx += double(weights[i]) * double(weights[i]);
            yy += double(found[i]) * double(found[i]);
        }
        QVERIFY2(
            std::fabs(xy / std::sqrt(xx * yy) - 0.9917) < 0.002,
            qPrintable(QString::number(xy / std::sqrt(xx * yy))));
        QVERIFY2(
            std::fabs(std::sqrt(yy / xx) - 0.856) < 0.01, qPrintable(QString::number(std::sqrt(yy / xx))));
        // Monotone from level to level.
        std::map<std::int64_t, std::pair<float, float>> ranges;
        for (std::size_t i = 0; i < count; ++i) {
            auto [at, first] = ranges.try_emplace(
                std::int64_t(std::nearbyint(double(weights[i]) * 8192)), found[i], found[i]);
            at->second = {std::min(at->second.first, found[i]), std::max(at->second.second, found[i])};
        }
        float highest = -1;
        for (const auto& [level, range] : ranges) {
            QVERIFY(
                range.first >= highest - 1.0f / 8192); // beyond the reshaped part weights stay as they are
            highest = std::max(highest, range.second);
        }
    }

    void withoutFactorsLittleMoves()
    {
        const std::vector<float> weights = generalisedValues(250000, 1.5, 0.005, 3);
        const LayerProblem problem{.weights = Tensor::adoptFloats({500, 500}, weights)};
        const std::vector<float> found =
            DeepShape()
                .quantize(problem, parseNumberFormat("f32").value(), {{"shape", 1}, {"scale", 1}}, {})
                .value()
                .tensor()
                .toFloats();
        double error = 0, power = 0;
        for (std::size_t i = 0; i < weights.size(); ++i) {
            error += std::pow(double(weights[i]) - double(found[i]), 2);
            power += std::pow(double(weights[i]), 2);
        }
        QVERIFY2(error < 0.002 * power, qPrintable(QString::number(error / power)));
    }

    // The brief's pitfall: at 13 places a wide matrix has too few weights at each level to be reshaped at
    // all.
    void widthsOfMatricesDoNotMatter()
    {
        std::vector<float> narrow = generalisedValues(250000, 1.5, 0.02, 4), wide = narrow;
        for (float& value : wide)
            value *= 16;
        const auto reshaped = [](const std::vector<float>& weights, const Parameters& parameters) {
            const LayerProblem problem{.weights = Tensor::adoptFloats({500, 500}, weights)};
            return DeepShape()
                .quantize(problem, parseNumberFormat("f32").value(), parameters, {})
                .value()
                .tensor()
                .toFloats();
        };
        const std::vector<float> small = reshaped(narrow, {}), large = reshaped(wide, {});
        for (std::size_t i = 0; i < small.size(); ++i)
            QCOMPARE(large[i], 16 * small[i]);
        const auto shrinks = [](const std::vector<float>& before, const std::vector<float>& after) {
            const auto squares = [](const std::vector<float>& values) {
                return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
            };
            return squares(after) < .9 * squares(before);
        };
        QVERIFY(shrinks(wide, large));
        QVERIFY(!shrinks(wide, reshaped(wide, {{"bits", 13}}))); // what it was before
    }
};

QTEST_APPLESS_MAIN(DeepShapeTest)
#include "deepshape_test.moc"
