#include "core/architecture/model.h"
#include "core/format/own_codebook_format.h"
#include "plugins/kmeans/kmeans.h"
#include "plugins/rtn/rtn.h"
#include "plugins/tensor_quantiles/tensor_quantiles.h"
#include "tests/core/format_fixture.h"
#include "tests/plugins/method_fixture.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

Tensor packedBy(
    const LayerMethod& method, const LayerProblem& problem, const char* format,
    const Parameters& parameters = {})
{
    return method.quantize(problem, parseNumberFormat(format).value(), parameters, {}).value().tensor();
}

double errorOf(const LayerMethod& method, const Tensor& weights, const char* format)
{
    const LayerProblem problem{.weights = weights};
    return relativeError(weights.toFloats(), packedBy(method, problem, format).toFloats());
}

/// The levels in front of a block.
std::vector<int> levelsAt(const Tensor& packed, std::size_t row, std::size_t block)
{
    const NumberFormat& format = *packed.type().format;
    const auto bytes = packed.row(row).subspan(block * format.blockBytes(), format.levelCount());
    std::vector<int> levels;
    for (const std::byte byte : bytes)
        levels.push_back(static_cast<std::int8_t>(std::to_integer<std::uint8_t>(byte)));
    return levels;
}

} // namespace

/// Codebooks of a tensor's own: estimated quantiles (kbit-scaling) and k-means (row 6 of quant-survey).
class OwnCodebookTest : public QObject {
    Q_OBJECT

private slots:
    // kbit-scaling 2 and 3, by quantiles estimated on the weights themselves.
    void theGaussianErrorIsThatOfTheTable_data()
    {
        QTest::addColumn<QString>("format");
        QTest::addColumn<double>("expected");
        QTest::newRow("4 bits, 64") << "book4g64s16" << .00952;
        QTest::newRow("4 bits, 128") << "book4g128s8" << .01031;
        QTest::newRow("3 bits, 64") << "book3g64s16" << .0500;
    }
    void theGaussianErrorIsThatOfTheTable()
    {
        QFETCH(QString, format);
        QFETCH(double, expected);
        const Tensor weights = Tensor::adoptFloats({512, 2048}, normalValues(std::size_t{1} << 20, 1));
        const double found = errorOf(TensorQuantiles(), weights, format.toUtf8().constData());
        QVERIFY2(
            deviation(found, expected) < .02, qPrintable(QString("%1, not %2").arg(found).arg(expected)));
    }

    void quantilesFollowTheWeightsWhereTheyAreNotNormal()
    {
        // Evenly spread weights: the normal law's quantiles crowd around 0, those of the weights do not.
        std::mt19937 random(2);
        std::uniform_real_distribution<float> even(-1, 1);
        std::vector<float> values(std::size_t{1} << 18);
        for (float& value : values)
            value = even(random);
        const Tensor weights = Tensor::adoptFloats({256, 1024}, values);
        const LayerProblem problem{.weights = weights};
        const double own = errorOf(TensorQuantiles(), weights, "book4g64s16"),
                     normal = relativeError("quantile4g64", values);
        QVERIFY2(own < .6 * normal, qPrintable(QString("%1, %2").arg(own).arg(normal)));
        const std::vector<int> levels = levelsAt(packedBy(TensorQuantiles(), problem, "book4g64s16"), 0, 0);
        for (std::size_t i = 0; i + 2 < levels.size(); ++i) // 15 of them at 2 / 15, over 14 / 15
            QVERIFY(std::abs(levels[i] - std::lround(127 * (double(i) - 7) / 7)) <= 2);
    }

    void allBlocksHoldOneCodebook()
    {
        const Tensor weights = Tensor::adoptFloats({8, 512}, normalValues(8 * 512, 3));
        const LayerProblem problem{.weights = weights};
        const ownCodebook::Levels expected = ownCodebook::estimatedQuantiles(weights.toFloats(), 4);
        const Tensor packed = packedBy(TensorQuantiles(), problem, "book4g64s4");
        // 4 bits, a half for each 64 and 16 bytes for each 256.
        QCOMPARE(packed.bytes().size(), 8 * 512 * (4 + 16.0 / 64 + 128.0 / 256) / 8);
        for (std::size_t row = 0; row < 8; ++row)
            for (std::size_t block = 0; block < 2; ++block)
                QCOMPARE(levelsAt(packed, row, block), std::vector<int>(expected.begin(), expected.end()));
    }

    void aCodebookHasAZero()
    {
        const double without[] = {-1, -.5, -.1, .2}, with[] = {-1, 0, .5}, none[] = {0};
        QCOMPARE(ownCodebook::levelsOf(without, 2), (ownCodebook::Levels{-127, -64, 0, 25}));
        QCOMPARE(ownCodebook::levelsOf(with, 2), (ownCodebook::Levels{-127, 0, 64, 64}));
        QCOMPARE(ownCodebook::levelsOf(none, 2), (ownCodebook::Levels{0, 0, 0, 0}));
        const std::vector<float> nothing(64, std::nanf(""));
        QCOMPARE(ownCodebook::estimatedQuantiles(nothing, 2), (ownCodebook::Levels{0, 0, 0, 0}));
    }

    // quant-survey, row 6: 1-D weighted k-means, 2^b levels, monotone distortion.
    void distortionNeverRises()
    {
        WeightedValues given;
        std::vector<float> values = normalValues(5000, 4);
        std::ranges::sort(values);
        for (std::size_t i = 0; i < values.size(); ++i) {
            given.values.push_back(double(values[i]));
            given.weights.push_back(double(1 + i % 7));
        }
        const Clusters found = lloyd(given, {-3, -1, .1, 1, 1.1, 1.2, 1.3, 1.4}, 300);
        QVERIFY(found.distortions.size() > 10);
        for (std::size_t i = 1; i < found.distortions.size(); ++i)
            QVERIFY(found.distortions[i] <= found.distortions[i - 1] * (1 + 1e-12));
        QVERIFY(std::ranges::is_sorted(found.centres));
        // Two heaps by hand: centres are the weighted means.
        const Clusters heaps = lloyd({{0, 1, 10, 12}, {1, 3, 1, 1}}, {.5, 1}, 50);
        QVERIFY(std::fabs(heaps.centres[0] - .75) < 1e-12 && std::fabs(heaps.centres[1] - 11) < 1e-12);
        const Clusters pinned =
            lloyd({{-1, .5, 2}, {1, 1, 1}}, {0, 3}, 50); // a 0 is a level of every codebook
        QCOMPARE(pinned.centres, (std::vector<double>{0, 2}));
    }

    void itLosesLessThanAnyGivenTable()
    {
        const std::vector<float> values = normalValues(std::size_t{1} << 18, 5);
        const Tensor weights = Tensor::adoptFloats({256, 1024}, values);
        const KMeans method;
        const LayerProblem problem{.weights = weights};
        const double own =
            relativeError(values, packedBy(method, problem, "book4g64s16", {{"clip", 0}}).toFloats());
        for (const char* format : {"nf4g64", "quantile4g64", "fp4e2g64", "int4g64", "dyn4g64"}) {
            const double given = relativeError(format, values);
            QVERIFY2(own < given, qPrintable(QString("%1: %2, %3").arg(format).arg(own).arg(given)));
        }
        QVERIFY(errorOf(method, weights, "book4g64s16") < own); // smaller ranges are tried as well
    }

    void loudColumnsAreMetBetter()
    {
        // Columns of two kinds: loud ones hold +-1 and +-.5 alone, quiet ones anything.
        std::vector<float> values = normalValues(64 * 256, 6, .3f), loudness(256, 1e-4f);
        for (float& value : values)
            value = std::clamp(value, -.95f, .95f);
        for (std::size_t i = 0; i < values.size(); i += 2) {
            values[i] = values[i] > 0 ? (values[i] > .2f ? 1.0f : .5f) : (values[i] < -.2f ? -1.0f : -.5f);
            loudness[i % 256] = 1;
        }
        LayerProblem problem{.weights = Tensor::adoptFloats({64, 256}, values)};
        problem.meanSquare = Tensor::adoptFloats({256}, loudness);
        const auto loudError = [&](const Parameters& parameters) {
            const std::vector<float> found = packedBy(KMeans(), problem, "book3g64s4", parameters).toFloats();
            double sum = 0;
            for (std::size_t i = 0; i < found.size(); i += 2)
                sum += std::pow(double(found[i]) - double(values[i]), 2);
            return sum;
        };
        QVERIFY(loudError({}) < .5 * loudError({{"loudness", 0}}));
    }

    // On weights of a trained model: what each table leaves, all groups of 64 and 4 bits.
    void realMatricesPreferTheirOwnLevels()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = makeModel(openModel(data / "llm_books6m").value());
        double normal = 0, own = 0, best = 0;
        for (const Layer& layer : model->layers) {
            const Tensor weights = materialise(model->tensor(layer.tensor)).value();
            const RoundToNearest rounding;
            normal += errorOf(rounding, weights, "quantile4g64");
            own += errorOf(TensorQuantiles(), weights, "book4g64s4");
            best += errorOf(KMeans(), weights, "book4g64s4");
        }
        const double count = double(model->layers.size());
        qInfo(
            "normal quantiles, searched scales %.5f, estimated %.5f, k-means %.5f", normal / count,
            own / count, best / count);
        QVERIFY(best < own && best < normal);
    }
};

QTEST_APPLESS_MAIN(OwnCodebookTest)
#include "own_codebook_test.moc"
