#include "core/graph/replacement_check.h"

#include <QTest>

#include <cmath>

using namespace tritloom;

namespace {

constexpr std::size_t width = 32;

/// One op in front of a product.
LayerReplacement with(OpKind kind, const Attributes& attributes)
{
    GraphBuilder graph;
    std::vector<TensorId> tensors;
    if (kind == OpKind::Gather || kind == OpKind::Concat)
        tensors.push_back(TensorId{1});
    const ValueId made = graph.add({kind, attributes}, {graph.input()}, tensors);
    const ValueId product = graph.add({OpKind::Linear, {}}, {made}, {TensorId{0}});
    return {
        .graph = std::move(graph).finish(product),
        .parts =
            {{"weights", Tensor::adoptFloats({2, width}, std::vector<float>(2 * width, 1)), false},
             {"columns", Tensor::adoptFloats({width}, std::vector<float>(width)), false}},
        .outputs = 2,
        .inputs = width};
}

} // namespace

Q_DECLARE_METATYPE(tritloom::Attributes)

/// What a file says of the ops in place of a layer goes no further than the check unless it can be.
class ReplacementCheckTest : public QObject {
    Q_OBJECT

private slots:
    void numbersThatCannotBeAreNamed_data()
    {
        QTest::addColumn<int>("kind");
        QTest::addColumn<Attributes>("attributes");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, OpKind kind, const Attributes& given, const char* sentence) {
            QTest::newRow(name) << int(kind) << given << QString(sentence);
        };
        const auto round = OpKind::QuantizeRows;
        row("transform", OpKind::Hadamard, {{"size", 16}}, "");
        row("huge transform", OpKind::Hadamard, {{"size", 1e300}}, "'size' cannot be 1e+300");
        row("no transform", OpKind::Hadamard, {{"size", 0}}, "'size' cannot be 0");
        row("odd transform", OpKind::Hadamard, {{"size", 12}}, "size 12 over 32");
        row("columns", OpKind::Gather, {{"axis", 1}}, "");
        row("before the first axis", OpKind::Gather, {{"axis", -1}}, "'axis' cannot be -1");
        row("axis of no number", OpKind::Concat, {{"axis", NAN}}, "'axis' cannot be nan");
        row("axis between", OpKind::Gather, {{"axis", .5}}, "'axis' cannot be 0.5");
        row("foreign", OpKind::Hadamard, {{"bits", 4}}, "'bits' is none of its attributes");
        row("runs", round, {{"bits", 4}, {"group", 8}, {"asymmetric", 1}}, "");
        row("set by the executor", round, {{"inner", -1}}, "'inner' is none of its attributes");
        row("wide runs", round, {{"group", 64}}, "8 bits by groups of 64");
        row("huge runs", round, {{"group", 1e300}}, "'group' cannot be 1e+300");
        row("no bits", round, {{"bits", 1}}, "'bits' cannot be 1");
        row("neither", round, {{"asymmetric", 2}}, "'asymmetric' cannot be 2");
        row("codes", round, {{"bits", 2}, {"lowest", 3}, {"offset", .5}}, "");
        row("no codes", round, {{"bits", 2}, {"lowest", 4}}, "codes from 4 on in 2 bits");
        row("negative codes", round, {{"lowest", -1}}, "'lowest' cannot be -1");
        row("far off", round, {{"offset", 1e30}}, "'offset' cannot be 1e+30");
    }
    void numbersThatCannotBeAreNamed()
    {
        QFETCH(int, kind);
        QFETCH(Attributes, attributes);
        QFETCH(QString, sentence);
        const auto result = checkReplacement(with(OpKind(kind), attributes));
        const QString said = result ? QString() : QString::fromStdString(result.error().message);
        QVERIFY2(sentence.isEmpty() ? said.isEmpty() : said.contains(sentence), qPrintable(said));
    }
    void noColumnsAreNoLayer()
    {
        LayerReplacement replacement = with(OpKind::Gather, {{"axis", 1}});
        replacement.parts[0].tensor = Tensor::adoptFloats({2, 0}, {});
        replacement.parts[1].tensor = Tensor::adoptFloats({0}, {});
        const auto result = checkReplacement(replacement);
        QVERIFY(!result && result.error().message == "gather: nothing comes out");
    }
};

QTEST_APPLESS_MAIN(ReplacementCheckTest)
#include "replacement_check_test.moc"
