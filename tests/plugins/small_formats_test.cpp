#include "core/architecture/model.h"
#include "core/backend/ranged_products.h"
#include "core/format/mixed_tile_format.h"
#include "plugins/bct/bct.h"
#include "plugins/bitmod/bitmod.h"
#include "plugins/denseshift/denseshift.h"
#include "plugins/double_rounding/double_rounding.h"
#include "plugins/fast_2bit/fast_2bit.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"
#include "tests/support/nested.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

double squareError(const Tensor& weights, const Tensor& stored)
{
    const std::vector<float> a = weights.toFloats(), b = stored.toFloats();
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += std::pow(double(a[i]) - double(b[i]), 2);
    return sum;
}

Tensor packedBy(
    const LayerMethod& method, const Tensor& weights, const char* format, const Parameters& parameters = {})
{
    const LayerProblem problem{.weights = weights};
    return method.quantize(problem, parseNumberFormat(format).value(), parameters, {}).value().tensor();
}

} // namespace

/// The methods that are little more than their number format.
class SmallFormatsTest : public QObject {
    Q_OBJECT

private:
    static Tensor normal(std::size_t rows, std::size_t columns, unsigned seed)
    {
        return Tensor::adoptFloats({rows, columns}, normalValues(rows * columns, seed));
    }

private slots:
    void shiftsGainFromMoreScales()
    {
        const Tensor weights = normal(16, 256, 1);
        const DenseShift method;
        double before = squareError(weights, packedBy(method, weights, "shift2g64", {{"scales", 1}}));
        for (const int scales : {10, 40, 200}) {
            const double error =
                squareError(weights, packedBy(method, weights, "shift2g64", {{"scales", double(scales)}}));
            QVERIFY(error <= before * (1 + 1e-9));
            before = error;
        }
    }

    void theLowerExponentHelpsWhereLevelsAreFew()
    {
        const Tensor weights = normal(32, 256, 2);
        const double plain =
                         squareError(weights, packedBy(BlockwiseShift(), weights, "bct4g64", {{"lower", 0}})),
                     chosen = squareError(weights, packedBy(BlockwiseShift(), weights, "bct4g64"));
        QVERIFY(chosen < 0.95 * plain);
        // Without the choice it is the encoder.
        QVERIFY(
            bytesOf(packedBy(BlockwiseShift(), weights, "bct4g64", {{"lower", 0}}))
            == bytesOf(packedBy(RoundToNearest(), weights, "bct4g64", {{"search", 0}})));
    }

    // bct 7
    void powersOfTwoMultiplyWithoutRounding()
    {
        // Scales that are powers of two: sums of whole numbers and sums of what they stand for are the same.
        constexpr std::size_t tokens = 5, outputs = 9, inputs = 256;
        const InputGrid grid{.scale = std::exp2(-5.f), .zero = 128, .bits = 8};
        const Tensor x = normal(tokens, inputs, 7),
                     weights = packedBy(BlockwiseShift(), normal(outputs, inputs, 8), "bct4g64");
        const std::vector<Tensor> factors{x, weights};
        const auto made = referenceRangedProduct({OpKind::Linear, {}}, grid, factors, {});
        QVERIFY2(made, made ? "" : made.error().message.c_str());
        const std::vector<float> found = made->toFloats(), given = x.toFloats(), dense = weights.toFloats();
        for (std::size_t t = 0; t < tokens; ++t)
            for (std::size_t o = 0; o < outputs; ++o) {
                double expected = 0;
                for (std::size_t c = 0; c < inputs; ++c) {
                    const double code =
                        std::clamp(std::nearbyint(double(given[t * inputs + c]) * 32) + 128, 0.0, 255.0);
                    expected += (code - 128) / 32 * double(dense[o * inputs + c]);
                }
                QCOMPARE(double(found[t * outputs + o]), expected);
            }
    }

    void theWidestGroupsAreTheRightOnes()
    {
        // The range as the score, against the same number of groups taken by chance, and the gain against
        // both.
        constexpr std::size_t rows = 64, columns = 512;
        const Tensor weights = normal(rows, columns, 3);
        const double range = squareError(
                         weights, packedBy(FastTwoBit(), weights, "mix24g32w3", {{"score", 0}, {"clip", 0}})),
                     gain =
                         squareError(weights, packedBy(FastTwoBit(), weights, "mix24g32w3", {{"clip", 0}})),
                     none = squareError(
                         weights, packedBy(FastTwoBit(), weights, "mix24g32w0", {{"score", 0}, {"clip", 0}})),
                     all = squareError(
                         weights,
                         packedBy(FastTwoBit(), weights, "mix24g32w16", {{"score", 0}, {"clip", 0}}));
        const double byChance = none + (all - none) * 3 / 16;
        QVERIFY2(range < 0.93 * byChance, qPrintable(QString::number(range / byChance)));
        QVERIFY(gain < range);
    }

    void loudInputsGetTheWideGroups()
    {
        LayerProblem problem{.weights = normal(8, 512, 4)};
        std::vector<float> meanSquare(512, 1.0f);
        std::fill(meanSquare.begin() + 64, meanSquare.begin() + 96, 1000.0f); // group 2
        problem.meanSquare = Tensor::adoptFloats({512}, meanSquare);
        const Tensor stored =
            FastTwoBit().quantize(problem, parseNumberFormat("mix24g32w1").value(), {}, {}).value().tensor();
        for (std::size_t r = 0; r < 8; ++r)
            QCOMPARE(mixedTile::maskOf(stored.row(r)), std::uint16_t(1 << 2));
    }

    void theScaleOfNestedNumbersServesAllWidths()
    {
        const Tensor weights = normal(16, 256, 5);
        const auto errors = [&](const Parameters& parameters) {
            const Tensor eight = packedBy(DoubleRounding(), weights, "nested8g128", parameters);
            std::map<int, double> byWidth;
            for (const int width : {8, 6, 4, 2})
                byWidth[width] = squareError(weights, nestedAt(eight, width));
            return byWidth;
        };
        const auto forEight = errors({{"narrowest", 8}}), forTwo = errors({{"narrowest", 2}});
        QVERIFY2(
            forTwo.at(2) < 0.9 * forEight.at(2), qPrintable(QString::number(forTwo.at(2) / forEight.at(2))));
        QVERIFY(forEight.at(8) < forTwo.at(8));
        const Tensor plain = packedBy(RoundToNearest(), weights, "nested8g128");
        double ours = 0, rounded = 0;
        for (const auto& [width, error] : forTwo) {
            ours += error;
            rounded += squareError(weights, nestedAt(plain, width));
        }
        QVERIFY(ours < rounded); // over all widths together
    }

    void nestedNumbersInAFileAreCutNotFitted()
    {
        const Tensor weights = normal(16, 256, 6);
        const Tensor eight = packedBy(DoubleRounding(), weights, "nested8g64");
        for (const int width : {7, 6, 5, 4, 3, 2}) {
            const std::string id = fmt::format("nested8as{}g64", width);
            const Tensor cut = nestedAt(eight, width);
            QVERIFY(bytesOf(packedBy(DoubleRounding(), eight, id.c_str())) == bytesOf(cut));
            QVERIFY(bytesOf(packedBy(DoubleRounding(), weights, id.c_str())) == bytesOf(cut));
        }
        QVERIFY(
            bytesOf(packedBy(DoubleRounding(), eight, "nested8g64", {{"narrowest", 2}})) == bytesOf(eight));
        // Of other groups it is a matrix like any other.
        QVERIFY(packedBy(DoubleRounding(), eight, "nested8g128").bytes().size() < eight.bytes().size());
    }

    void realMatricesPreferTheFourGrids()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = makeModel(openModel(data / "llm_books6m").value());
        std::size_t matrices = 0, ordered = 0;
        for (const Layer& layer : model->layers) {
            if (layer.columns % 128 != 0)
                continue;
            const Tensor weights = materialise(model->tensor(layer.tensor)).value();
            const double grids =
                             squareError(weights, packedBy(BitMod(), weights, "bitmod3g128", {{"clip", 0}})),
                         asymmetric = squareError(
                             weights, packedBy(RoundToNearest(), weights, "int3g128a", {{"search", 0}})),
                         symmetric = squareError(
                             weights, packedBy(RoundToNearest(), weights, "int3g128", {{"search", 0}}));
            ++matrices;
            ordered += grids < asymmetric && asymmetric < symmetric;
        }
        QVERIFY(matrices > 20);
        QVERIFY2(
            double(ordered) >= 0.95 * double(matrices),
            qPrintable(QString("%1 of %2").arg(ordered).arg(matrices)));
    }
};

QTEST_APPLESS_MAIN(SmallFormatsTest)
#include "small_formats_test.moc"
