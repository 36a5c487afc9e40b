#include "core/architecture/model.h"
#include "core/file/operator_graph.h"
#include "tests/support/tiny_model.h"

#include <QTest>
#include <set>

using namespace tritloom;

/// What makes two model files the same one.
class ContentKeyTest : public QObject {
    Q_OBJECT

private slots:
    void equalFilesHaveEqualKeys()
    {
        QCOMPARE(contentKey(*TinyModel().make()->file), contentKey(*TinyModel().make()->file));
        QVERIFY(contentKey(*TinyModel().make()->file) != contentKey(*TinyModel{.seed = 2}.make()->file));
    }

    void metadataCount()
    {
        const ModelFile file = *TinyModel().make()->file;
        const std::pair<const char*, MetadataValue> changes[] = {
            {"llama.rope.freq_base", 500000.0f},
            {"llama.attention.head_count", std::uint32_t(2)},
            {"tokenizer.ggml.tokens", std::vector<std::string>{"a", "bc"}},
            {"tokenizer.ggml.scores", std::vector<float>{1, 2}},
            {"flags", std::vector<bool>{true, false}}};
        std::set<Key> keys{contentKey(file)};
        for (const auto& [key, value] : changes) {
            ModelFile changed = file;
            changed.metadata.set(key, value);
            keys.insert(contentKey(changed));
        }
        // Where one token ends is a part of it.
        ModelFile other = file;
        other.metadata.set("tokenizer.ggml.tokens", std::vector<std::string>{"ab", "c"});
        keys.insert(contentKey(other));
        QCOMPARE(keys.size(), std::size(changes) + 2);
        other = file;
        other.metadata.set("general.name", std::string("another name for the same"));
        QCOMPARE(contentKey(other), contentKey(file));
    }

    void whatReplacesALayerCounts()
    {
        const auto keyWith = [](double bits) {
            ModelFile file = *TinyModel().make()->file;
            NamedTensor& tensor = file.tensors.back();
            GraphBuilder graph;
            const ValueId rounded = graph.add({OpKind::QuantizeRows, {{"bits", bits}}}, {graph.input()});
            const ValueId product = graph.add({OpKind::Linear, {}}, {rounded}, {TensorId{0}});
            tensor.replacement = std::make_shared<const LayerReplacement>(LayerReplacement{
                .graph = std::move(graph).finish(product),
                .parts = {{"weights", tensor.stored, false}},
                .outputs = tensor.shape[0],
                .inputs = 1});
            return contentKey(file);
        };
        QCOMPARE(keyWith(8), keyWith(8));
        QVERIFY(keyWith(4) != keyWith(8)); // the parts are the same
    }

    void operatorsCount()
    {
        const auto keyWith = [](const OperatorGraph& graph) {
            ModelFile file = *TinyModel().make()->file;
            file.operators = std::make_shared<const OperatorGraph>(graph);
            return contentKey(file);
        };
        OperatorGraph graph;
        graph.nodes.push_back(
            {.domain = "",
             .type = "Conv",
             .name = "conv",
             .inputs = {"x", "w"},
             .outputs = {"y"},
             .attributes = {{"strides", std::vector<std::int64_t>{1, 1}}},
             .refused = {}});
        std::set<Key> keys{keyWith(graph)};
        OperatorGraph strided = graph;
        strided.nodes[0].attributes["strides"] = std::vector<std::int64_t>{2, 2};
        keys.insert(keyWith(strided));
        OperatorGraph wired = graph;
        wired.nodes[0].inputs = {"w", "x"};
        keys.insert(keyWith(wired));
        OperatorGraph shaped = graph;
        shaped.constants["shape"] = {Tensor::adoptFloats({2}, {1, 64}), 7};
        keys.insert(keyWith(shaped));
        QCOMPARE(keys.size(), std::size_t(4));
        graph.nodes[0].name = "another name for the same"; // names of operators change nothing
        QVERIFY(keys.contains(keyWith(graph)));
    }
};

QTEST_GUILESS_MAIN(ContentKeyTest)
#include "content_key_test.moc"
