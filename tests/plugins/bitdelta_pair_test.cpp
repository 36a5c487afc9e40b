#include "plugins/bitdelta/bitdelta.h"
#include "plugins/rtn/rtn.h"

#include "tests/support/logits.h"
#include "tests/support/shared_data.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

const NumberFormatPtr sign = parseNumberFormat("sign").value();
using Layers = std::map<TensorId, CompressedLayer>;

/// A base, and what 500 epochs on titles made of it.
struct Pair {
    std::shared_ptr<const Model> base, tuned;
    std::vector<TensorId> matrices; ///< of the LSTMs, which the paper would compress
    std::vector<TokenId> text;

    explicit Pair(const std::filesystem::path& data)
        : base(loadModel(data / "llm_textgenrnn_pair/textgenrnn_weights.hdf5").value())
        , tuned(loadModel(data / "llm_textgenrnn_pair/hacker_news.hdf5").value())
    {
        for (const Layer& layer : tuned->layers)
            if (layer.name.find("lstm") != std::string::npos)
                matrices.push_back(layer.tensor);
        text = tuned->tokenizer->encode("A Message to Our Customers\nSteve Jobs has passed away.\n");
        text.insert(text.begin(), tuned->tokenizer->bos);
    }

    Tensor weights(const Model& model, TensorId id) const { return materialise(model.tensor(id)).value(); }
    CompressedLayer delta(TensorId id, const Tensor& from, const Parameters& parameters = {}) const
    {
        LayerProblem problem{.weights = weights(*tuned, id)};
        problem.base = from;
        return BitDelta().quantize(problem, sign, parameters, {}).value();
    }
    /// Mean squared error of the logits against the fine-tuned model's.
    double error(const Layers& layers) const
    {
        const Tensor expected = logitsOf(*tuned, text).value(),
                     found = logitsOf(*tuned, text, layers).value();
        double sum = 0;
        for (std::size_t i = 0; i < expected.floats().size(); ++i)
            sum += std::pow(double(expected.floats()[i]) - double(found.floats()[i]), 2);
        return sum / double(expected.floats().size());
    }
};

double squaredDistance(const Tensor& a, const Tensor& b)
{
    const std::vector<float> x = a.toFloats(), y = b.toFloats();
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i)
        sum += std::pow(double(x[i]) - double(y[i]), 2);
    return sum;
}

} // namespace

/// The checks of methods/bitdelta.md that ask for a pair of models.
class BitDeltaPairTest : public QObject {
    Q_OBJECT

private slots:
    void whatIsLeftIsNearTheGaussianLaw()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const Pair pair(data);
        QCOMPARE(pair.matrices.size(), std::size_t(4));
        for (const TensorId id : pair.matrices) {
            const Tensor from = pair.weights(*pair.base, id), to = pair.weights(*pair.tuned, id);
            const double whole = squaredDistance(from, to);
            double before = 1;
            const double gauss[] = {0.3634, 0.1304, 0.0584, 0.0329};
            for (int masks = 1; masks <= 4; ++masks) {
                const double rest =
                    squaredDistance(to, pair.delta(id, from, {{"masks", double(masks)}}).dense().value())
                    / whole;
                QVERIFY2(
                    rest > gauss[masks - 1] && rest < 0.65 * before,
                    qPrintable(QString("%1 masks leave %2").arg(masks).arg(rest)));
                before = rest;
            }
        }
    }

    void moreMasksComeNearerToTheFineTune()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const Pair pair(data);
        double before = 1e30;
        for (const double masks : {1.0, 2.0, 4.0, 8.0}) {
            Layers layers;
            for (const TensorId id : pair.matrices)
                layers.emplace(id, pair.delta(id, pair.weights(*pair.base, id), {{"masks", masks}}));
            const double error = pair.error(layers);
            QVERIFY2(error < before, qPrintable(QString("%1 masks: %2").arg(masks).arg(error)));
            before = error;
        }
    }

    void aBaseGivesItselfBack()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const Pair pair(data);
        Layers layers;
        for (const TensorId id : pair.matrices)
            layers.emplace(id, pair.delta(id, pair.weights(*pair.tuned, id)));
        QCOMPARE(pair.error(layers), 0.0);
    }

    void aDeltaAgainstTheQuantizedBaseRepairsIt()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const Pair pair(data);
        const NumberFormatPtr format = parseNumberFormat("int4g64").value();
        Layers against, beside;
        for (const TensorId id : pair.matrices) {
            const Tensor base = pair.weights(*pair.base, id);
            const Tensor quantized = RoundToNearest()
                                         .quantize(LayerProblem{.weights = base}, format, {}, {})
                                         .value()
                                         .dense()
                                         .value();
            const Tensor plain = Tensor::adoptFloats(quantized.type().shape, quantized.toFloats());
            against.emplace(id, pair.delta(id, plain, {{"masks", 4}}));
            // The same signs as without quantizing, on the base that was quantized.
            std::vector<float> sum = pair.delta(id, base, {{"masks", 4}}).dense().value().toFloats();
            const std::vector<float> before = base.toFloats(), after = plain.toFloats();
            for (std::size_t i = 0; i < sum.size(); ++i)
                sum[i] += after[i] - before[i];
            beside.emplace(id, Tensor::adoptFloats(base.type().shape, std::move(sum)));
        }
        const double repaired = pair.error(against), left = pair.error(beside);
        QVERIFY2(repaired < left, qPrintable(QString("%1 against %2").arg(repaired).arg(left)));
    }
};

QTEST_GUILESS_MAIN(BitDeltaPairTest)
#include "bitdelta_pair_test.moc"
