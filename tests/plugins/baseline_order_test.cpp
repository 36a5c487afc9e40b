#include "plugins/gptq/gptq.h"
#include "plugins/rtn_clip/rtn_clip.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/shared_data.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

const LayerMethod* baselines(std::string_view id)
{
    static const Gptq gptq;
    static const ClippedRounding clipped;
    static const RoundToNearest rounded;
    return id == "gptq"    ? static_cast<const LayerMethod*>(&gptq)
        : id == "rtn-clip" ? static_cast<const LayerMethod*>(&clipped)
                           : &rounded;
}

} // namespace

/// methods/gptq-awq-baselines.md: the orderings that hold on layers of a trained model.
class BaselineOrderTest : public QObject {
    Q_OBJECT

private:
    static void models()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("the sample") << TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf";
        if (const auto data = sharedData(); !data.empty())
            QTest::newRow("llm_books6m") << QString::fromStdString((data / "llm_books6m").string());
    }
    static SampleProbe probe(std::vector<Candidate> candidates)
    {
        QFETCH(QString, path);
        return probeOf(makeModel(openModel(path.toStdString()).value()), std::move(candidates), baselines);
    }

private slots:
    void errorsOfLayersAreInOrder_data() { models(); }
    void errorsOfLayersAreInOrder()
    {
        const SampleProbe sample = probe({});
        std::size_t layers = 0, inOrder = 0;
        for (std::size_t i = 0; i < sample.probe->layers().size(); ++i) {
            const Layer& layer = sample.model->layer(LayerId(i));
            if (!layer.block)
                continue; // a table that is looked up has no inputs to weigh
            const auto known = sample.compressor->statistics()->of(LayerId(i), Calibration::Gram, {}).value();
            const LayerProblem problem{
                .weights = materialise(sample.model->tensor(layer.tensor)).value(),
                .meanSquare = known.meanSquare,
                .gram = known.gram};
            const auto made = [&](const char* method, const Parameters& parameters) {
                return baselines(method)
                    ->quantize(problem, parseNumberFormat("int3g64a").value(), parameters, {})
                    .value()
                    .tensor();
            };
            const double plain = outputError(problem, made("rtn", {{"search", 0}})),
                         loudFirst = outputError(problem, made("gptq", {{"act_order", 1}})),
                         leftToRight = outputError(problem, made("gptq", {{"act_order", 0}}));
            QVERIFY2(loudFirst < plain && leftToRight < plain, layer.name.c_str());
            ++layers;
            inOrder += loudFirst <= leftToRight;
            const auto weightError = [&](const Tensor& stored) {
                return meanSquaredError(problem.weights.toFloats(), stored);
            };
            QVERIFY2(
                weightError(made("rtn-clip", {})) <= weightError(made("rtn", {{"search", 0}})),
                layer.name.c_str());
        }
        QVERIFY(layers > 10);
        QVERIFY2(2 * inOrder > layers, qPrintable(QString("%1 of %2").arg(inOrder).arg(layers)));
    }

    void eightBitsAreTheModel_data() { models(); }
    void eightBitsAreTheModel()
    {
        // A larger gap is no loss of a method, it is a wire in the wrong place.
        const std::vector<Candidate> candidates{
            {"int8g128", "rtn", {}}, {"int8g128", "rtn-clip", {}}, {"int8g128", "gptq", {}}};
        const SampleProbe sample = probe(candidates);
        const double before = sample.probe->losses({}, 0).value().negativeLogLikelihood;
        for (std::size_t c = 0; c < candidates.size(); ++c) {
            const auto losses = lossesAs(*sample.probe, c);
            const double change = std::fabs(losses.negativeLogLikelihood - before);
            QVERIFY2(
                change < 2e-3, qPrintable(QString("%1: %2").arg(candidates[c].method.c_str()).arg(change)));
            QVERIFY(losses.divergence < 1e-3);
        }
    }
};

QTEST_APPLESS_MAIN(BaselineOrderTest)
#include "baseline_order_test.moc"
