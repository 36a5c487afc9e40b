#include "core/backend/executor.h"
#include "core/graph/hadamard.h"

#include <QTest>

#include <cmath>
#include <random>

using namespace tritloom;

namespace {

Tensor randomTensor(Shape shape, unsigned seed)
{
    std::mt19937 random(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(TensorType{nullptr, shape}.elements());
    for (float& value : values)
        value = normal(random);
    return Tensor::adoptFloats(std::move(shape), std::move(values));
}

/// y = r * (A (v * Had(x))) + B (C x[columns]): every op that is allowed, [5, 12].
LayerReplacement mixed(bool rounds)
{
    LayerReplacement replacement{.graph = {}, .parts = {}, .outputs = 5, .inputs = 12};
    const auto part = [&](std::string name, Tensor tensor) {
        replacement.parts.push_back({std::move(name), std::move(tensor)});
        return TensorId(replacement.parts.size() - 1);
    };
    GraphBuilder graph;
    ValueId x = graph.input();
    if (rounds)
        x = graph.add({OpKind::QuantizeRows, {{"bits", 8}}}, {x});
    const ValueId rotated = graph.add({OpKind::Hadamard, {{"size", 4}}}, {x});
    const ValueId scaled = graph.add({OpKind::Multiply, {}}, {rotated}, {part("v", randomTensor({12}, 1))});
    const ValueId main = graph.add({OpKind::Linear, {}}, {scaled}, {part("A", randomTensor({5, 12}, 2))});
    const ValueId left = graph.add({OpKind::Multiply, {}}, {main}, {part("r", randomTensor({5}, 3))});
    const ValueId some =
        graph.add({OpKind::Gather, {{"axis", 1}}}, {x}, {part("columns", Tensor::adoptFloats({4}, {11, 0, 3, 3}))});
    const ValueId low = graph.add({OpKind::Linear, {}}, {some}, {part("C", randomTensor({2, 4}, 4))});
    const ValueId right = graph.add({OpKind::Linear, {}}, {low}, {part("B", randomTensor({5, 2}, 5))});
    replacement.graph = std::move(graph).finish(graph.add({OpKind::Add, {}}, {left, right}));
    return replacement;
}

/// y = x W^T through an executor, W being whatever stands for it.
Tensor run(const CompressedLayer& layer, const Tensor& x)
{
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(makeReferenceBackend());
    Executor executor(std::move(backends));
    GraphBuilder builder;
    const ValueId y = builder.add({OpKind::Linear, {}}, {builder.input()}, {TensorId{0}});
    const Graph graph = std::move(builder).finish(y);
    ValueMap values{{graph.input, x}};
    const auto done = executor.run(
        graph, 0, 0, values,
        [&](TensorId) {
            return Result<Executor::Weights>({layer, keyOf("layer")});
        },
        nullptr, {});
    if (!done)
        qFatal("%s", done.error().message.c_str());
    return values.at(graph.output);
}

double largestDifference(const Tensor& a, const Tensor& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.floats().size(); ++i)
        largest = std::max(largest, std::fabs(double(a.floats()[i]) - double(b.floats()[i])));
    return largest;
}

} // namespace

/// A few ops in place of a product.
class LayerReplacementTest : public QObject {
    Q_OBJECT

private slots:
    void itsMatrixIsWhatItsGraphMultipliesBy()
    {
        const LayerReplacement replacement = mixed(false);
        const Tensor x = randomTensor({7, 12}, 6), dense = denseWeights(replacement).value();
        QCOMPARE(dense.type().shape, (Shape{5, 12}));
        const Tensor through = run(CompressedLayer(replacement), x), direct = run(CompressedLayer(dense), x);
        QVERIFY(largestDifference(through, direct) < 1e-5);
    }

    void roundedActivationsChangeTheResultButNotTheMatrix()
    {
        const Tensor x = randomTensor({7, 12}, 6);
        const CompressedLayer exact(mixed(false)), rounded(mixed(true));
        QCOMPARE(largestDifference(exact.dense().value(), rounded.dense().value()), 0.0);
        const double difference = largestDifference(run(exact, x), run(rounded, x));
        QVERIFY(difference > 1e-4);
        QVERIFY(difference < 0.5);
    }

    void everyPartIsCounted()
    {
        QCOMPARE(mixed(false).bytes(), std::size_t(4 * (12 + 5 * 12 + 5 + 4 + 2 * 4 + 5 * 2)));
    }

    void aGraphThatBreaksTheRulesIsRefused()
    {
        LayerReplacement replacement = mixed(false);
        replacement.graph.nodes[0].op.kind = OpKind::Silu;
        QCOMPARE(
            denseWeights(replacement).error().message, std::string("silu is not allowed in a replacement"));
        replacement = mixed(false);
        replacement.outputs = 6;
        QCOMPARE(
            denseWeights(replacement).error().message,
            std::string("the replacement does not give 6 outputs"));
        replacement = mixed(false);
        replacement.parts[3].tensor = Tensor::adoptFloats({4}, {12, 0, 3, 3});
        QCOMPARE(denseWeights(replacement).error().message, std::string("column 12 of 12"));
    }

    void theTransformIsOrthonormalAndItsOwnInverse()
    {
        std::vector<float> spike(256);
        spike[17] = 10;
        std::vector<float> values = spike;
        hadamard(values, 256);
        for (const float value : values)
            QCOMPARE(std::fabs(value), 10.0f / 16);
        hadamard(values, 256);
        for (std::size_t i = 0; i < values.size(); ++i)
            QVERIFY(std::fabs(values[i] - spike[i]) < 1e-5f);
    }
};

QTEST_APPLESS_MAIN(LayerReplacementTest)
#include "layer_replacement_test.moc"
