#include "plugins/relevance/relevance.h"
#include "plugins/relevance/relevance_rules.h"
#include "tests/plugins/picture_probe_fixture.h"
#include "tests/plugins/probe_fixture.h"
#include "tests/support/numbers.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace tritloom;
using namespace tritloom::fixture;

namespace {

Tensor drawn(Shape shape, unsigned seed, float deviation = 1)
{
    const std::size_t count = TensorType{nullptr, shape}.elements();
    return Tensor::adoptFloats(std::move(shape), normalValues(count, seed, deviation));
}

/// Every value of a graph whose weights are literals.
std::map<ValueId, Tensor> valuesOf(const Graph& graph, const Tensor& input)
{
    const auto executor = cpuExecutor();
    std::map<ValueId, Tensor> values{{graph.input, input}};
    for (const Node& node : graph.nodes) {
        std::vector<Tensor> operands;
        for (const ValueId value : node.inputs)
            operands.push_back(values.at(value));
        operands.insert(operands.end(), node.literals.begin(), node.literals.end());
        auto made = executor->run(node.op, operands, {});
        if (!made)
            qFatal("%s", made.error().message.c_str());
        values[node.output] = *made;
    }
    return values;
}

RelevanceFlow flowOf(const Graph& graph, const std::map<ValueId, Tensor>& values)
{
    const auto output = values.at(graph.output).floats();
    std::vector<double> start(output.size());
    start[std::size_t(std::max_element(output.begin(), output.end()) - output.begin())] = 1;
    auto flow = relevanceOf(
        graph, values, [](const Node& node) -> Result<std::vector<Tensor>> { return node.literals; }, start);
    if (!flow)
        qFatal("%s", flow.error().message.c_str());
    return *flow;
}

double sumOf(const std::vector<double>& values)
{
    return std::accumulate(values.begin(), values.end(), 0.0);
}

RuleResult ruleOf(
    const Op& op, const std::vector<Tensor>& operands, const Tensor& output,
    const std::vector<double>& relevance, std::size_t carriers)
{
    std::vector<RuleOperand> given;
    for (const Tensor& operand : operands)
        given.push_back({operand.type().shape, operand.floats(), given.size() < carriers});
    const RuleOperand out{output.type().shape, output.floats(), true};
    return propagate({op, given, out, relevance}).value();
}

Op binary(BinaryFunction function)
{
    return {OpKind::Binary, {{"function", double(int(function))}}};
}
Op unary(UnaryFunction function)
{
    return {OpKind::Unary, {{"function", double(int(function))}}};
}

} // namespace

/// The checks of methods/lrp-qvit.md that concern relevance.
class RelevanceTest : public QObject {
    Q_OBJECT

private slots:
    // 1
    void productsShareByWhatAdds()
    {
        const Tensor a = Tensor::adoptFloats({1, 3}, {1, 2, -1}),
                     w = Tensor::adoptFloats({2, 3}, {1, .5f, -1, 2, -1, 1}),
                     y = Tensor::adoptFloats({1, 2}, {3, -1});
        const auto result = ruleOf({OpKind::Linear, {}}, {a, w}, y, {3, 0}, 1);
        for (const double value : result[0])
            QVERIFY(isNear(value, 1, 1e-8));
        QVERIFY(result[1].empty());
        // The same product as a convolution of one pixel, and transposed.
        const Tensor pixel = Tensor::adoptFloats({1, 3, 1, 1}, {1, 2, -1}),
                     out = Tensor::adoptFloats({1, 2, 1, 1}, {3, -1});
        const Lists lists{
            {"kernel", {1, 1}}, {"strides", {1, 1}}, {"dilations", {1, 1}}, {"pads", {0, 0, 0, 0}}};
        for (const OpKind kind : {OpKind::Convolution, OpKind::TransposedConvolution})
            QVERIFY(ruleOf({kind, {{"groups", 1}}, lists}, {pixel, w}, out, {3, 0}, 1)[0] == result[0]);
    }
    // 2
    void sumsShareInProportion()
    {
        const Tensor a = Tensor::adoptFloats({2}, {1, 2}), b = Tensor::adoptFloats({2}, {3, -1}),
                     y = Tensor::adoptFloats({2}, {4, 1});
        const auto result = ruleOf(binary(BinaryFunction::Add), {a, b}, y, {2, 1}, 2);
        const double expected[][2] = {{.5, 2}, {1.5, -1}};
        for (std::size_t k = 0; k < 2; ++k)
            for (std::size_t i = 0; i < 2; ++i)
                QVERIFY(isNear(result[k][i], expected[k][i], 1e-7));
        // What is stored takes nothing.
        QCOMPARE(ruleOf(binary(BinaryFunction::Add), {a, b}, y, {2, 1}, 1)[0], (std::vector<double>{2, 1}));
    }
    // 3
    void nothingIsLostWithoutBiases()
    {
        GraphBuilder b;
        const ValueId x = b.addInput("picture", {1, 2, 6, 6});
        const Lists same{
            {"kernel", {3, 3}}, {"strides", {1, 1}}, {"dilations", {1, 1}}, {"pads", {1, 1, 1, 1}}};
        const auto conv = [&](ValueId from, Shape weights, unsigned seed) {
            return b.add(
                {OpKind::Convolution, {{"groups", 1}}, same}, {from}, {}, {},
                {drawn(std::move(weights), seed)});
        };
        const ValueId first = b.add(unary(UnaryFunction::Relu), {conv(x, {4, 18}, 1)});
        const ValueId second = b.add(unary(UnaryFunction::Relu), {conv(first, {4, 36}, 2)});
        const ValueId sum = b.add(binary(BinaryFunction::Add), {first, second});
        const ValueId pooled = b.add(
            {OpKind::MaxPool,
             {},
             {{"kernel", {2, 2}}, {"strides", {2, 2}}, {"dilations", {1, 1}}, {"pads", {0, 0, 0, 0}}}},
            {sum});
        const ValueId mean = b.add(
            {OpKind::Reduce, {{"function", double(int(ReduceFunction::Mean))}}, {{"axes", {2, 3}}}},
            {pooled});
        const ValueId flat = b.add({OpKind::Reshape, {}, {{"shape", {1, 4}}}}, {mean});
        const Graph graph =
            std::move(b).finish(b.add({OpKind::Linear, {}}, {flat}, {}, {}, {drawn({5, 4}, 3)}));
        const auto flow = flowOf(graph, valuesOf(graph, drawn({1, 2, 6, 6}, 4)));
        for (const ValueId value : {x, sum, pooled, mean, flat})
            QVERIFY2(
                isNear(sumOf(flow.ofValue.at(value)), 1, 1e-6),
                qPrintable(QString::number(sumOf(flow.ofValue.at(value)))));
        QVERIFY(isNear(
            sumOf(flow.ofValue.at(second)) + flow.carried[2], 2 * sumOf(flow.ofValue.at(second)), 1e-6));
    }
    void relevanceOfATransformerStaysWhereItIs()
    {
        constexpr std::size_t tokens = 6, width = 16;
        GraphBuilder b;
        ValueId x = b.addInput("tokens", {tokens, width});
        unsigned seed = 10;
        const auto linear = [&](ValueId from, std::size_t inputs, std::size_t outputs) {
            const ValueId product = b.add(
                {OpKind::Linear, {}}, {from}, {}, {},
                {drawn({outputs, inputs}, ++seed, 1 / std::sqrt(float(inputs)))});
            return b.add(binary(BinaryFunction::Add), {product}, {}, {}, {drawn({outputs}, ++seed, .02f)});
        };
        const auto norm = [&](ValueId from) {
            return b.add(
                {OpKind::LayerNorm, {{"epsilon", 1e-5}}}, {from}, {}, {},
                {Tensor::adoptFloats({width}, std::vector<float>(width, 1)),
                 Tensor::adoptFloats({width}, std::vector<float>(width, 0))});
        };
        std::vector<ValueId> blocks{x};
        for (int block = 0; block < 3; ++block) {
            const ValueId n = norm(x);
            const ValueId q = linear(n, width, width), k = linear(n, width, width),
                          v = linear(n, width, width);
            const ValueId turned = b.add({OpKind::Transpose, {}, {{"permutation", {1, 0}}}}, {k});
            const ValueId scores = b.add(
                binary(BinaryFunction::Multiply), {b.add({OpKind::MatMul, {}}, {q, turned})}, {}, {},
                {Tensor::adoptFloats({1}, {.25f})});
            const ValueId shares = b.add({OpKind::Softmax, {{"axis", 1}}}, {scores});
            x = b.add(
                binary(BinaryFunction::Add),
                {x, linear(b.add({OpKind::MatMul, {}}, {shares, v}), width, width)});
            const ValueId wide = b.add(unary(UnaryFunction::GeluErf), {linear(norm(x), width, 4 * width)});
            x = b.add(binary(BinaryFunction::Add), {x, linear(wide, 4 * width, width)});
            blocks.push_back(x);
        }
        const ValueId token =
            b.add({OpKind::Gather, {{"axis", 0}}}, {norm(x)}, {}, {}, {Tensor::adoptFloats({1}, {0})});
        const Graph graph =
            std::move(b).finish(b.add({OpKind::Linear, {}}, {token}, {}, {}, {drawn({7, width}, 77)}));
        const auto values = valuesOf(graph, drawn({tokens, width}, 5));
        const auto flow = flowOf(graph, values);
        for (const ValueId value : blocks) {
            const double sum = sumOf(flow.ofValue.at(value));
            QVERIFY2(sum > .9 && sum < 1.1, qPrintable(QString::number(sum)));
        }
    }
    void opsWithoutARuleAreNamed()
    {
        const Tensor x = drawn({1, 1, 4, 4}, 1);
        const RuleOperand operand{x.type().shape, x.floats(), true};
        const std::vector<double> relevance(16);
        const auto refused = propagate({{OpKind::Resize, {}}, {&operand, 1}, operand, relevance});
        QVERIFY(!refused && refused.error().message.find("resize") != std::string::npos);
    }

    void layersOfTheSampleHaveTheirShare()
    {
        const auto probe = samplePictureProbe(
            "classification/shapes.onnx", {{"int2row", "rtn", {}}, {"int8row", "rtn", {}}});
        const auto scores = Relevance().score(*probe, {{"pictures", 8}}, {});
        QVERIFY2(scores, scores ? "" : scores.error().message.c_str());
        QVERIFY(isNear(sumOf(scores->perLayer), 1, 1e-9));
        for (std::size_t i = 0; i < scores->costs.size(); ++i) {
            QVERIFY(scores->perLayer[i] > 0);
            QVERIFY(isNear(scores->costs[i][0], scores->perLayer[i] / 16, 1e-12));
            QVERIFY(scores->costs[i][0] > scores->costs[i][1]);
        }
        QVERIFY(scores->notices.back().find("rank correlation") != std::string::npos);
        const auto makesPictures = samplePictureProbe("super-resolution/enlarge.onnx", {});
        QCOMPARE(int(Relevance().score(*makesPictures, {}, {}).error().code), int(ErrorCode::Unsupported));
    }
};

QTEST_APPLESS_MAIN(RelevanceTest)
#include "relevance_test.moc"
