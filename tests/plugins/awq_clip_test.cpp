#include "core/method/row_packer.h"
#include "plugins/awq/awq.h"
#include "plugins/awq_clip/awq_clip.h"
#include "plugins/rtn/rtn.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// e H e^T of one block, in doubles.
double
lossOf(std::span<const float> weights, const std::vector<float>& stored, const std::vector<float>& gram)
{
    const std::size_t n = weights.size();
    double sum = 0;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j)
            sum += (double(weights[i]) - double(stored[i])) * double(gram[i * n + j])
                * (double(weights[j]) - double(stored[j]));
    return sum;
}

} // namespace

/// AWQ's clipping (methods/gptq-awq-baselines.md, section 3).
class AwqClipTest : public QObject {
    Q_OBJECT

private slots:
    void everyBlockHasItsBestRatio()
    {
        constexpr std::size_t inputs = 32;
        const LayerProblem problem = layer(20, inputs, 1);
        const std::vector<float> gram = problem.gram->toFloats(), weights = problem.weights.toFloats();
        const auto format = parseNumberFormat("int3g32a").value();
        const auto made =
            AwqClip().quantize(problem, format, {{"search", 0}}, {}).value().tensor().toFloats();
        bool clipped = false;
        for (std::size_t r = 0; r < 20; ++r) {
            const auto row = std::span(weights).subspan(r * inputs, inputs);
            float largest = 0;
            for (const float weight : row)
                largest = std::max(largest, std::fabs(weight));
            double least = 1e300, plain = 0;
            for (int i = 0; i < 10; ++i) {
                const float limit = largest * (1 - float(i) / 20);
                std::vector<float> clamped(row.begin(), row.end());
                for (float& value : clamped)
                    value = std::clamp(value, -limit, limit);
                std::vector<std::byte> packed(format->blockBytes());
                format->encode(clamped, packed);
                format->decode(packed, clamped);
                const double loss = lossOf(row, clamped, gram);
                plain = i == 0 ? loss : plain;
                least = std::min(least, loss);
            }
            const std::vector<float> stored(
                made.begin() + std::ptrdiff_t(r * inputs), made.begin() + std::ptrdiff_t((r + 1) * inputs));
            const double found = lossOf(row, stored, gram);
            QVERIFY2(
                std::fabs(found - least) <= 1e-4 * least, qPrintable(QString("%1 %2").arg(found).arg(least)));
            clipped = clipped || found < 0.9 * plain;
        }
        QVERIFY(clipped);
    }

    void lessOutputErrorThanTheScaleSearch()
    {
        const LayerProblem problem = layer(64, 256, 2);
        for (const char* id : {"int2g64a", "int3g64a", "int4g64"}) {
            const auto format = parseNumberFormat(id).value();
            const double ours = outputError(
                             problem, AwqClip().quantize(problem, format, {}, {}).value().tensor()),
                         plain = outputError(
                             problem, RoundToNearest().quantize(problem, format, {}, {}).value().tensor());
            qInfo("%s: %.3f of the output error of rounding", id, ours / plain);
            QVERIFY(ours < plain);
        }
    }

    void oneRatioIsTheEncoder()
    {
        const LayerProblem problem = layer(16, 128, 3);
        const auto format = parseNumberFormat("int4g64a").value();
        QVERIFY(
            bytesOf(AwqClip().quantize(problem, format, {{"ratios", 1}, {"search", 0}}, {}).value())
            == bytesOf(packByFormat(problem.weights, format, {}, false, {}).value()));
    }

    void scalingThenClippingLeavesLessThanScaling()
    {
        const auto model = sampleModel();
        const SampleProbe sample = probeOf(model, {{"int3g64a", "rtn", {}}});
        const auto scaled = Awq().apply(*sample.probe, {{"rows", 64}}, {}).value();
        const SampleProbe after = probeOf(withTensors(*model, scaled.tensors));
        const auto format = parseNumberFormat("int3g64a").value();
        double clipped = 0, plain = 0;
        for (std::size_t i = 0; i < after.probe->layers().size(); i += 5) {
            LayerProblem problem{.weights = after.probe->weights(i).value()};
            problem.gram = after.probe->gram(i).value();
            clipped += outputError(problem, AwqClip().quantize(problem, format, {}, {}).value().tensor());
            plain += outputError(problem, packByFormat(problem.weights, format, {}, false, {}).value());
        }
        qInfo("%.3f of the output error of scaling alone", clipped / plain);
        QVERIFY(clipped < 0.9 * plain);
    }
};

QTEST_APPLESS_MAIN(AwqClipTest)
#include "awq_clip_test.moc"
