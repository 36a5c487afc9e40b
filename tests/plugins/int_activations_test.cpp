#include "plugins/int_activations/int_activations.h"
#include "plugins/smoothquant/smoothquant.h"
#include "tests/plugins/method_fixture.h"
#include "tests/plugins/probe_fixture.h"

#include <QTest>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

/// x through the replacement of `problem`, and x through its matrix.
std::pair<Tensor, Tensor> both(
    const LayerProblem& problem, const Tensor& x, const Parameters& parameters, const char* format = "q8_0")
{
    const CompressedLayer made
        = IntActivations().quantize(problem, parseNumberFormat(format).value(), parameters, {}).value();
    const auto run = [&](const CompressedLayer& layer) {
        GraphBuilder builder;
        const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{0}});
        const Graph graph = std::move(builder).finish(y);
        ValueMap values{{graph.input, x}};
        const auto executor = cpuExecutor();
        if (!executor->run(
                graph, 0, 0, values, [&](TensorId) { return Result<Executor::Weights>({layer, keyOf("layer")}); }, nullptr, {}))
            qFatal("the product failed");
        return values.at(graph.output);
    };
    return {run(made), run(CompressedLayer(made.dense().value()))};
}

double relativeError(const std::pair<Tensor, Tensor>& results)
{
    double error = 0, norm = 0;
    for (std::size_t i = 0; i < results.first.floats().size(); ++i) {
        error += std::pow(double(results.first.floats()[i]) - double(results.second.floats()[i]), 2);
        norm += std::pow(double(results.second.floats()[i]), 2);
    }
    return error / norm;
}

} // namespace

/// Rounded activations, and what smoothing does for them (methods/gptq-awq-baselines.md, section 4).
class IntActivationsTest : public QObject {
    Q_OBJECT

private slots:
    void fewerBitsAreWorseAndSixteenAreNothing()
    {
        const LayerProblem problem = layer(48, 128, 1);
        const Tensor x = Tensor::adoptFloats({32, 128}, normalValues(32 * 128, 2));
        double last = 1e300;
        for (const double bits : {3.0, 4.0, 8.0, 16.0}) {
            const double error = relativeError(both(problem, x, {{"bits", bits}}));
            QVERIFY(error < last / 2);
            last = error;
        }
        QVERIFY(last < 1e-8);
    }

    // Check 1 of bitnet.md, behind its norm, and of bitnet-b158.md: signs and ternary weights times 8-bit tokens.
    void workedLayersOfTheBitNets()
    {
        const float beta = 0.325f, gamma = 0.28125f;
        const LayerProblem signs{
            .weights = Tensor::adoptFloats({2, 4}, {beta, -beta, beta, -beta, beta, beta, -beta, -beta})};
        const Tensor one = both(
                               signs, Tensor::adoptFloats({1, 4}, {0.21056f, -1.47391f, -0.07019f, 1.33354f}),
                               {{"bits", 8}}, "sign1g8")
                               .first;
        QVERIFY(std::fabs(one.floats()[0] - 0.09052f) < 1e-4f && std::fabs(one.floats()[1] + 0.82226f) < 4e-4f);
        const LayerProblem ternary{
            .weights = Tensor::adoptFloats({2, 4}, {gamma, -gamma, 0, -gamma, 0, gamma, -gamma, 0})};
        const auto two =
            both(ternary, Tensor::adoptFloats({1, 4}, {1, -2, 0.5f, 3}), {{"bits", 8}}, "ternaryg8");
        QVERIFY(std::fabs(two.first.floats()[0]) < 1e-6f && std::fabs(two.first.floats()[1] + 0.70423f) < 1e-5f);
        QVERIFY(std::fabs(two.second.floats()[1] + 0.703125f) < 1e-6f);
    }

    // Check 4 of bitnet-b158.md: a token's step is its own.
    void tokensDoNotKnowOfEachOther()
    {
        const LayerProblem problem = layer(24, 64, 7);
        const std::vector<float> values = normalValues(3 * 64, 8);
        std::vector<float> turned(values.size());
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t c = 0; c < 64; ++c) // in another order, one of them louder
                turned[(t + 1) % 3 * 64 + c] = (t == 1 ? 4.0f : 1.0f) * values[t * 64 + c];
        const Tensor a = both(problem, Tensor::adoptFloats({3, 64}, values), {{"bits", 8}}).first,
                     b = both(problem, Tensor::adoptFloats({3, 64}, turned), {{"bits", 8}}).first;
        for (std::size_t t = 0; t < 3; ++t)
            for (std::size_t o = 0; o < 24; ++o)
                QCOMPARE(b.floats()[(t + 1) % 3 * 24 + o], (t == 1 ? 4.0f : 1.0f) * a.floats()[t * 24 + o]);
    }

    void smallGroupsSpareQuietInputs()
    {
        const LayerProblem problem = layer(48, 128, 3);
        std::vector<float> values = normalValues(32 * 128, 4);
        for (std::size_t t = 0; t < 32; ++t)
            values[t * 128 + 5] *= 40; // one loud channel takes the whole range of a token
        const Tensor x = Tensor::adoptFloats({32, 128}, std::move(values));
        QVERIFY(relativeError(both(problem, x, {{"bits", 8}, {"group", 16}})) < relativeError(both(problem, x, {{"bits", 8}})));
    }

    void smoothingHelpsLoudChannels()
    {
        // x has a loud channel; dividing it by the smoothing scales and multiplying the weights keeps the product.
        const std::size_t outputs = 32, inputs = 64, tokens = 64;
        std::vector<float> weights = normalValues(outputs * inputs, 5), values = normalValues(tokens * inputs, 6);
        std::vector<float> loudest(inputs), heaviest(inputs);
        for (std::size_t t = 0; t < tokens; ++t)
            values[t * inputs + 9] *= 60;
        for (std::size_t i = 0; i < values.size(); ++i)
            loudest[i % inputs] = std::max(loudest[i % inputs], std::fabs(values[i]));
        for (std::size_t i = 0; i < weights.size(); ++i)
            heaviest[i % inputs] = std::max(heaviest[i % inputs], std::fabs(weights[i]));
        const auto scales = smoothingScales(loudest, heaviest, 0.5);
        std::vector<float> smoothWeights = weights, smoothValues = values;
        for (std::size_t i = 0; i < weights.size(); ++i)
            smoothWeights[i] *= scales[i % inputs];
        for (std::size_t i = 0; i < values.size(); ++i)
            smoothValues[i] /= scales[i % inputs];
        const double plain = relativeError(both(
            {.weights = Tensor::adoptFloats({outputs, inputs}, weights)}, Tensor::adoptFloats({tokens, inputs}, values), {}));
        const double smooth = relativeError(both(
            {.weights = Tensor::adoptFloats({outputs, inputs}, smoothWeights)},
            Tensor::adoptFloats({tokens, inputs}, smoothValues), {}));
        QVERIFY2(smooth < plain / 2, qPrintable(QString("%1 %2").arg(smooth).arg(plain)));
    }
};

QTEST_APPLESS_MAIN(IntActivationsTest)
#include "int_activations_test.moc"
