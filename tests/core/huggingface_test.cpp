#include "core/file/model_file.h"
#include "core/text/tokenizer.h"
#include "tests/support/shared_data.h"

#include <QTest>

using namespace tritloom;

namespace {

/// GGUF's order of the rows of a rotate-half matrix: 2i comes from i, 2i + 1 from i + half.
std::vector<float> interleaved(const Tensor& tensor, std::size_t heads)
{
    const std::vector<float> from = tensor.toFloats();
    std::vector<float> to(from.size());
    const std::size_t rows = tensor.type().rows(), columns = tensor.type().columns(), head = rows / heads;
    for (std::size_t r = 0; r < rows; ++r) {
        const std::size_t source = r / head * head + r % head / 2 + (r % 2 ? head / 2 : 0);
        std::copy_n(from.begin() + long(source * columns), columns, to.begin() + long(r * columns));
    }
    return to;
}

} // namespace

class HuggingfaceTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithTheGgufOfTheSameModel()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto folder = openModel(data / "llm_stories260k/derived/hf");
        QVERIFY2(folder, folder ? "" : folder.error().message.c_str());
        const auto gguf = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY(gguf);
        QCOMPARE(folder->format, std::string("huggingface"));
        QVERIFY(folder->rotateHalf);
        for (const char* key :
             {"general.architecture", "llama.block_count", "llama.embedding_length",
              "llama.feed_forward_length", "llama.attention.head_count", "llama.attention.head_count_kv",
              "llama.attention.layer_norm_rms_epsilon", "llama.rope.dimension_count"})
            QVERIFY2(
                folder->metadata.find(key) && *folder->metadata.find(key) == *gguf->metadata.find(key), key);
        for (const NamedTensor& tensor : folder->tensors) {
            const NamedTensor* const other = gguf->find(tensor.name);
            QVERIFY2(other, tensor.name.c_str());
            QCOMPARE(tensor.shape, other->shape);
            const Tensor values = materialise(tensor).value();
            const bool isQuery = tensor.name.ends_with("attn_q.weight"),
                       isKey = tensor.name.ends_with("attn_k.weight");
            const auto floats = isQuery || isKey ? interleaved(values, isQuery ? 8 : 4) : values.toFloats();
            QVERIFY2(floats == other->stored.toFloats(), tensor.name.c_str());
        }
        const auto ours = makeTokenizer(folder->metadata), theirs = makeTokenizer(gguf->metadata);
        QVERIFY(ours && theirs);
        const std::string text =
            "Once upon a time, there was a little girl named Lily.\nShe \u00e9 liked 3 cats!";
        QCOMPARE((*ours)->encode(text), (*theirs)->encode(text));
        QCOMPARE((*ours)->decode((*ours)->encode(text)), text);
        QCOMPARE((*ours)->bos, 1);
        QVERIFY((*ours)->addBos);
    }

    void opensWhatTheUserPointsAt_data()
    {
        QTest::addColumn<QString>("path");
        QTest::newRow("folder") << "";
        QTest::newRow("config") << "config.json";
        QTest::newRow("weights") << "model.safetensors";
    }
    void opensWhatTheUserPointsAt()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, path);
        const auto model = openModel(data / "llm_stories260k/derived/hf" / path.toStdString());
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(47));
        QVERIFY(model->find("blk.4.attn_q.weight"));
    }
};

QTEST_APPLESS_MAIN(HuggingfaceTest)
#include "huggingface_test.moc"
