#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

class RtnTest : public QObject {
    Q_OBJECT

private slots:
    void withoutSearchItIsTheEncoder()
    {
        const LayerProblem problem = layer(3, 64, 1);
        const auto format = parseNumberFormat("q4_0").value();
        const Tensor result =
            RoundToNearest().quantize(problem, format, {{"search", 0}}, {}).value().tensor();
        std::vector<std::byte> packed(format->blockBytes());
        const std::vector<float> weights = problem.weights.toFloats();
        for (std::size_t b = 0; b < 6; ++b) {
            format->encode(std::span(weights).subspan(b * 32, 32), packed);
            QVERIFY(std::ranges::equal(packed, result.bytes().subspan(b * 18, 18)));
        }
    }

    void searchingLowersTheError()
    {
        LayerProblem problem = layer(16, 256, 2);
        std::vector<float> identity(256 * 256);
        for (std::size_t i = 0; i < 256; ++i)
            identity[i * 257] = 1;
        problem.gram = Tensor::adoptFloats({256, 256}, std::move(identity));
        const auto format = parseNumberFormat("int4g128").value();
        const Tensor searched = RoundToNearest().quantize(problem, format, {}, {}).value().tensor();
        const Tensor plain = RoundToNearest().quantize(problem, format, {{"search", 0}}, {}).value().tensor();
        QVERIFY(outputError(problem, searched) < 0.95 * outputError(problem, plain));
    }

    void smallerGroupsLoseLess()
    {
        const std::vector<float> weights = normalValues(32 * 1024, 4);
        double last = 1e9;
        for (const char* format : {"int4g1024", "int4g128", "int4g64", "int4g32", "int4g16"}) {
            const LayerProblem problem{.weights = Tensor::adoptFloats({32, 1024}, weights)};
            const double error = meanSquaredError(
                weights, RoundToNearest()
                             .quantize(problem, parseNumberFormat(format).value(), {{"search", 0}}, {})
                             .value()
                             .tensor());
            QVERIFY2(error < last, format);
            last = error;
        }
    }

    void aShortLastBlockIsPadded()
    {
        const LayerProblem problem{.weights = Tensor::adoptFloats({2, 40}, normalValues(80, 3))};
        const Tensor result =
            RoundToNearest().quantize(problem, parseNumberFormat("q8_0").value(), {}, {}).value().tensor();
        QCOMPARE(result.bytes().size(), std::size_t{2 * 2 * 34});
        const std::vector<float> weights = problem.weights.toFloats(), stored = result.toFloats();
        for (std::size_t i = 0; i < weights.size(); ++i)
            QVERIFY(std::fabs(weights[i] - stored[i]) < 0.03f);
    }
};

QTEST_APPLESS_MAIN(RtnTest)
#include "rtn_test.moc"
