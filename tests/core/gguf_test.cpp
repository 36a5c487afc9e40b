#include "core/file/gguf.h"
#include "tests/support/shared_data.h"

#include <QTest>

using namespace tritloom;

class GgufTest : public QObject {
    Q_OBJECT

private slots:
    void readsStories()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->format, std::string("gguf"));
        QCOMPARE(model->architecture(), std::string("llama"));
        QCOMPARE(model->tensors.size(), std::size_t(48));
        QCOMPARE(model->metadata.integer("llama.block_count"), std::int64_t(5));
        QVERIFY(!model->rotateHalf);
        const NamedTensor* const down = model->find("blk.0.ffn_down.weight");
        QVERIFY(down);
        QCOMPARE(down->shape, (Shape{64, 172}));
        QCOMPARE(model->metadata.strings("tokenizer.ggml.tokens")->size(), std::size_t(512));
    }
};

QTEST_APPLESS_MAIN(GgufTest)
#include "gguf_test.moc"
