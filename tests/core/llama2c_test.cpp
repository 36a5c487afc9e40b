#include "core/file/llama2c.h"
#include "core/file/model_file.h"
#include "core/text/tokenizer.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <filesystem>
#include <fstream>

using namespace tritloom;

namespace {

std::vector<std::byte> bytesOf(std::initializer_list<std::int32_t> numbers, std::size_t padding = 0)
{
    std::vector<std::byte> bytes(numbers.size() * 4 + padding);
    std::memcpy(bytes.data(), std::data(numbers), numbers.size() * 4);
    return bytes;
}

QString messageFor(const std::vector<std::byte>& bytes)
{
    const auto model = llama2c::parse(bytes, "x.bin", nullptr);
    return model ? QString() : QString::fromStdString(model.error().message);
}

} // namespace

class Llama2cTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithTheGgufOfTheSameModel()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "llm_stories260k/stories260K.bin");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->format, std::string("llama2c"));
        QVERIFY(!model->rotateHalf);
        const auto gguf = openModel(data / "llm_stories260k/stories260K.gguf");
        QVERIFY(gguf);
        for (const NamedTensor& tensor : model->tensors) {
            const NamedTensor* const other = gguf->find(tensor.name);
            QVERIFY2(other, tensor.name.c_str());
            QCOMPARE(tensor.shape, other->shape);
            QVERIFY2(tensor.stored.toFloats() == other->stored.toFloats(), tensor.name.c_str());
        }
        const auto ours = makeTokenizer(model->metadata), theirs = makeTokenizer(gguf->metadata);
        QVERIFY(ours && theirs);
        const std::string text = "Once upon a time, there was a girl \u00e9.\n\nShe  liked 3 cats!";
        QCOMPARE((*ours)->encode(text), (*theirs)->encode(text));
        QCOMPARE((*ours)->decode((*ours)->encode(text)), text);
    }

    void readsEightBitGroups()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "llm_stories260k/stories260K-q8.bin");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto original = openModel(data / "llm_stories260k/stories260K.bin");
        QVERIFY(original);
        QCOMPARE(model->tensors.size(), original->tensors.size());
        QCOMPARE(model->notices.size(), std::size_t(1));
        std::size_t asTheyLie = 0;
        for (const NamedTensor& tensor : model->tensors)
            if (tensor.packed) {
                QCOMPARE(
                    tensor.packed->bytes(),
                    tensor.shape[0] * tensor.shape[1] / 8 * 12); // 8 codes and a scale
                ++asTheyLie;
            }
        QCOMPARE(
            asTheyLie, std::size_t(31)); // of 36: groups cross the rows of ffn_down, which have 172 weights
        for (const NamedTensor& tensor : model->tensors) {
            const Tensor decoded = materialise(tensor).value();
            QCOMPARE(decoded.type().format->id(), std::string("f32"));
            const auto ours = decoded.toFloats(), exact = original->find(tensor.name)->stored.toFloats();
            QCOMPARE(ours.size(), exact.size());
            for (std::size_t i = 0; i < ours.size(); i += 8) {
                float largest = 0, error = 0;
                for (std::size_t k = i; k < std::min(i + 8, ours.size()); ++k) {
                    largest = std::max(largest, std::fabs(exact[k]));
                    error = std::max(error, std::fabs(exact[k] - ours[k]));
                }
                QVERIFY2(error <= largest / 127 * 0.5001f, tensor.name.c_str()); // half a step of its group
            }
        }
    }

    /// Groups of 8 cross rows of 4 and fill those of 8: decoded or left as they lie, the numbers are the
    /// same.
    void groupsMayCrossRows()
    {
        std::vector<std::byte> bytes = bytesOf({0x616b3432, 2, 4, 8, 1, 2, 2, 4, 4}, 220);
        bytes[36] = std::byte(1); // the head is the embedding
        const std::int32_t group = 8;
        std::memcpy(bytes.data() + 37, &group, sizeof group);
        const auto add = [&bytes](const auto value) {
            const auto* const from = reinterpret_cast<const std::byte*>(&value);
            bytes.insert(bytes.end(), from, from + sizeof value);
        };
        for (int i = 0; i < 3 * 4; ++i)
            add(1.0f); // norms
        for (const int elements : {16, 16, 16, 16, 16, 32, 32, 32}) {
            for (int i = 0; i < elements; ++i)
                add(std::int8_t(i - 7));
            for (int g = 0; g < elements / 8; ++g)
                add(0.5f + float(g));
        }
        const auto model = llama2c::parse(bytes, "x.bin", nullptr);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        for (const char* const name : {"token_embd.weight", "blk.0.attn_k.weight", "blk.0.ffn_down.weight"}) {
            const NamedTensor* const tensor = model->find(name);
            QVERIFY(tensor != nullptr);
            QCOMPARE(tensor->packed != nullptr, tensor->shape[1] == 8);
            const std::vector<float> values = materialise(*tensor).value().toFloats();
            for (std::size_t i = 0; i < values.size(); ++i)
                QCOMPARE(values[i], (0.5f + float(i / 8)) * float(int(i) - 7));
        }
    }

    /// A file of zeros that takes no room on the disk, of which only the header is read.
    void decodesNoMoreThanMemoryHas()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = folder.filePath("large.bin").toStdString();
        const std::int32_t vocabulary = (1 << 26) + 2;
        std::vector<std::byte> head = bytesOf({0x616b3432, 2, 4, 8, 1, 2, 2, vocabulary, 4}, 220);
        head[36] = std::byte(1); // the head is the embedding
        for (const auto& [group, message] :
             {std::pair{
                  8,
                  "large.bin: 268435592 weights in groups of 8 that cross rows would have to be decoded in "
                  "memory: at most 268435456 are"},
              {4, ""}}) {
            std::memcpy(head.data() + 37, &group, sizeof(std::int32_t));
            std::ofstream(path, std::ios::binary)
                .write(reinterpret_cast<const char*>(head.data()), long(head.size()));
            const std::uint64_t weights = std::uint64_t(vocabulary) * 4 + 5 * 16 + 3 * 32 - 16;
            std::filesystem::resize_file(
                path, 256 + 3 * 16 + weights + weights / std::uint64_t(group) * sizeof(float));
            const auto model = llama2c::read(path);
            QCOMPARE(model ? std::string() : model.error().message, std::string(message));
        }
    }

    void readsACharacterVocabulary()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto model = openModel(data / "llm_babyllama105/model5000.bin");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto tokenizer = makeTokenizer(model->metadata);
        QVERIFY(tokenizer);
        QCOMPARE((*tokenizer)->vocabularySize(), std::size_t(105));
        const std::string text = "Once upon a time";
        const auto ids = (*tokenizer)->encode(text);
        QCOMPARE(ids.size(), text.size() + 1);
        QCOMPARE((*tokenizer)->decode(ids), text);
        QCOMPARE((*tokenizer)->encode("a\u4f60\u597db"), (std::vector<TokenId>{3, 5, 0, 23}));
    }

    void refusesNonsense_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const std::vector<std::byte>& bytes, const char* message) {
            QTest::newRow(name) << QByteArray(
                reinterpret_cast<const char*>(bytes.data()), qsizetype(bytes.size()))
                                << message;
        };
        row("empty", {}, "x.bin: the file has 0 bytes, not even a header");
        row("cut header", bytesOf({64, 172, 5}), "x.bin: the file has 12 bytes, not even a header");
        row("negative", bytesOf({64, -172, 5, 8, 4, 512, 512}), "x.bin: a size in the header is -172");
        row("lowest number", bytesOf({64, 172, 5, 8, 4, INT32_MIN, 512}),
            "x.bin: a size in the header is -2147483648");
        row("heads", bytesOf({64, 172, 1, 7, 4, 512, 512}),
            "x.bin: width 64, 7 heads and 4 key-value heads do not fit together");
        row("cut weights", bytesOf({64, 172, 1, 8, 4, 512, 512}),
            "x.bin: the sizes in the header need 329500 bytes, the file has 28");
        row("absurd layers", bytesOf({64, 172, 2000000000, 8, 4, 512, 512}),
            "x.bin: the header says 2000000000 layers, the file has 28 bytes");
        row("overflow", bytesOf({0x40000000, 0x7FFFFFFF, 1, 2, 2, 0x7FFFFFFF, 512}, 64),
            "x.bin: with tensor 'blk.0.attn_k.weight' the weights are larger than any file");
        row("version", bytesOf({0x616b3432, 3}, 300), "x.bin: llama2.c version 3 is not known");
        row("no group", bytesOf({0x616b3432, 2, 64, 172, 1, 8, 4, 512, 512}, 300),
            "x.bin: groups of 0 numbers");
    }
    void refusesNonsense()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, message);
        const auto view = std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size())));
        QCOMPARE(messageFor({view.begin(), view.end()}), message);
    }

    void refusesEveryTruncation()
    {
        std::vector<std::byte> bytes = bytesOf({4, 8, 1, 2, 2, 3, 4});
        bytes.resize(28 + 4 * (12 + 4 + 16 * 4 + 4 + 32 * 3 + 4 + 4 * 2));
        QCOMPARE(messageFor(bytes), QString());
        const std::string whole(reinterpret_cast<const char*>(bytes.data()), bytes.size());
        forEachBeginning(whole, [](const std::string& part) {
            const auto read = std::as_bytes(std::span(part));
            QVERIFY(!messageFor({read.begin(), read.end()}).isEmpty());
        });
    }
};

QTEST_APPLESS_MAIN(Llama2cTest)
#include "llama2c_test.moc"
