#include "core/file/hdf5.h"

#include "tests/support/damaged_bytes.h"
#include "tests/support/hdf5_builder.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace tritloom;

namespace {

using Builder = Hdf5Builder;

Result<std::vector<NamedTensor>> parse(const std::string& file)
{
    return hdf5::parse(std::as_bytes(std::span(file)), "x.hdf5", nullptr);
}

QString refusal(const std::string& file)
{
    const auto tensors = parse(file);
    return tensors ? QString() : QString::fromStdString(tensors.error().message);
}

std::string sample()
{
    Builder builder;
    const auto kernel = builder.dataset({2, 3}, {1, 2, 3, 4, 5, 6}), bias = builder.dataset({3}, {7, 8, 9});
    return builder.finish({{"output/output_3/kernel:0", kernel}, {"output/output_3/bias:0", bias}});
}

/// A file of one dataset 'w' whose header has these messages.
std::string oneOf(const std::vector<std::string>& messages)
{
    Builder builder;
    builder.put(std::string(64, '\0'));
    return builder.finish({{"w", builder.header(messages)}});
}

std::string changed(std::string file, std::size_t at, const std::string& bytes)
{
    return file.replace(at, bytes.size(), bytes);
}

} // namespace

class Hdf5Test : public QObject {
    Q_OBJECT

private slots:
    void layersAreNamedAsKerasNamesThem()
    {
        const std::string file = sample(); // which the tensors lie in
        const auto tensors = parse(file);
        QVERIFY2(tensors, tensors ? "" : tensors.error().message.c_str());
        QCOMPARE(tensors->size(), std::size_t(2));
        const NamedTensor& kernel = tensors->at(1).shape.size() == 2 ? tensors->at(1) : tensors->at(0);
        QCOMPARE(kernel.name, std::string("output/kernel"));
        QCOMPARE(kernel.fileName, std::string("output/output_3/kernel:0"));
        QVERIFY((kernel.shape == Shape{2, 3}));
        QCOMPARE(kernel.stored.toFloats(), (std::vector<float>{1, 2, 3, 4, 5, 6}));
    }

    void namesThatWouldMeetStayWhole()
    {
        Builder builder;
        const auto a = builder.dataset({1}, {1}), b = builder.dataset({1}, {2});
        const auto tensors = parse(builder.finish({{"a/a/w:0", a}, {"a/a_1/w:0", b}}));
        QVERIFY(tensors);
        QCOMPARE(tensors->at(0).name, std::string("a/a/w:0"));
        QCOMPARE(tensors->at(1).name, std::string("a/a_1/w:0"));
    }

    void tensorsLieInTheFile()
    {
        const std::string file = sample();
        const auto tensors = parse(file);
        QVERIFY(tensors);
        for (const NamedTensor& tensor : *tensors) {
            const auto* const data = reinterpret_cast<const char*>(tensor.stored.bytes().data());
            QVERIFY(data >= file.data() && data < file.data() + file.size());
        }
    }

    void whatSaveWritesOfAnOptimizerIsLeftOut()
    {
        Builder builder;
        const auto weight = builder.dataset({2}, {1, 2}), moment = builder.dataset({2}, {3, 4});
        const auto tensors = parse(builder.finish(
            {{"model_weights/dense/dense/kernel:0", weight}, {"optimizer_weights/Adam/m:0", moment}}));
        QVERIFY(tensors);
        QCOMPARE(tensors->size(), std::size_t(1));
        QCOMPARE(tensors->at(0).name, std::string("dense/kernel"));
    }

    void otherFeaturesAreRefusedByName_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& file, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << QString(says);
        };
        const std::string shape = Builder::shapeMessage({4}), type = Builder::floatMessage(),
                          place = Builder::layoutMessage(96, 16);
        row("chunked", oneOf({shape, type, Builder::layoutMessage(96, 16, 2)}),
            "'w' is chunked, perhaps compressed");
        row("compact", oneOf({shape, type, Builder::layoutMessage(96, 16, 0)}), "'w' lies inside its header");
        row("newer layout", oneOf({shape, type, Builder::message(8, std::string{4, 1})}),
            "a layout of version 4");
        row("other files", oneOf({shape, type, Builder::message(7, "x"), place}), "'w' lies in other files");
        row("named type", oneOf({shape, Builder::message(3, "x", 2), place}), "shares a part of its header");
        row("most significant byte first", oneOf({shape, changed(type, 9, "\x21"), place}),
            "'w' is not little-endian");
        row("text", oneOf({shape, changed(type, 8, "\x13"), place}), "holds no numbers");
        row("another float", oneOf({shape, changed(type, 24, "\x0f"), place}), "holds floats of 4 bytes");
        row("nine dimensions", oneOf({Builder::shapeMessage(std::vector<std::uint64_t>(9, 1)), type, place}),
            "has 9 dimensions");
        row("newer superblock", changed(sample(), 8, "\2"), "superblock has version 2");
        row("short offsets", changed(sample(), 13, "\4"), "have 4 and 8 bytes");
        Builder builder;
        const auto root = builder.put("OHDR\2 and twelve more bytes");
        row("newer object header", builder.finish(root), "object header of version 2");
        Builder linked;
        const auto dataset = linked.dataset({1}, {1});
        const auto group = linked.group({{"w", dataset}});
        row("symbolic link", changed(linked.finish(group), linked.tableAt + 8 + 16, "\2"), "symbolic link");
    }
    void otherFeaturesAreRefusedByName()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, says);
        const QString said = refusal(file.toStdString());
        QVERIFY2(said.contains(says), qPrintable(said));
    }

    void liesAreFoundOut_data()
    {
        QTest::addColumn<QByteArray>("file");
        QTest::addColumn<QString>("says");
        const auto row = [](const char* name, const std::string& file, const char* says) {
            QTest::newRow(name) << QByteArray::fromStdString(file) << QString(says);
        };
        const std::string shape = Builder::shapeMessage({4}), type = Builder::floatMessage(),
                          place = Builder::layoutMessage(96, 16);
        row("offset past the end", oneOf({shape, type, Builder::layoutMessage(1u << 30, 16)}),
            "the file has");
        row("offset that overflows", oneOf({shape, type, Builder::layoutMessage(~0ull - 8, 16)}),
            "the file has");
        row("never written", oneOf({shape, type, Builder::layoutMessage(~0ull, 0)}), "never written");
        row("shape product overflows", oneOf({Builder::shapeMessage({1ull << 40, 1ull << 40}), type, place}),
            "has the size 1099511627776");
        row("no elements", oneOf({Builder::shapeMessage({0, 4}), type, place}), "has the size 0");
        row("fewer bytes than the shape", oneOf({Builder::shapeMessage({5}), type, place}),
            "not its 16 bytes");
        row("no shape", oneOf({type, place}), "no whole message of its shape");
        row("half a type", oneOf({shape, Builder::message(3, "\x11"), place}),
            "no whole message of its type");

        Builder overlapping;
        overlapping.put(std::string(64, '\0'));
        const auto first = overlapping.header({shape, type, place}),
                   second = overlapping.header({shape, type, Builder::layoutMessage(104, 16)});
        row("overlapping tensors", overlapping.finish({{"a", first}, {"b", second}}), "'a' and 'b' overlap");

        Builder own; // its only object is itself
        const auto root = own.group({{"w", 0}});
        row("group in itself", changed(own.finish(root), own.tableAt + 16, Builder::number(root)),
            "the group 'w' leads back to one that it lies in");
        row("table of 65535 objects", changed(own.finish(root), own.tableAt + 6, "\xff\xff"), "the file has");
        row("tree of 65535 nodes", changed(own.finish(root), own.treeAt + 6, "\xff\xff"), "the file has");
        row("tree in itself",
            changed(
                changed(own.finish(root), own.treeAt + 5, "\1"), own.treeAt + 32,
                Builder::number(own.treeAt)),
            "a node of level 1");
        row("tree elsewhere", changed(own.finish(root), own.treeAt + 32, Builder::number(~0ull)),
            "the file has");
        row("no tree", changed(own.finish(root), own.treeAt, "TREF"), "no B-tree");
        row("no heap", changed(own.finish(root), own.heapAt, "HEAQ"), "no local heap");
        row("heap past the end", changed(own.finish(root), own.heapAt + 8, Builder::number(1ull << 40)),
            "the file has");
        row("name past the heap", changed(own.finish(root), own.tableAt + 8, Builder::number(1ull << 40)),
            "has no name");

        Builder continued; // a header that goes on where it begins
        const auto at = continued.put("") + 16;
        const auto again = continued.header(
            {Builder::message(16, Builder::number(at) + Builder::number(std::uint64_t(24)))});
        std::string file = continued.finish(again);
        row("continuation to itself", changed(file, at - 14, "\xff\xff"), "overlap or lead back");

        std::string deep;
        Builder nested;
        auto inner = nested.dataset({1}, {1});
        for (int i = 0; i < 40; ++i)
            inner = nested.group({{"g", inner}});
        row("40 groups deep", nested.finish(inner), "groups deep");
        Builder empty;
        row("nothing in it", empty.finish(empty.group({})), "without datasets");
    }
    void liesAreFoundOut()
    {
        QFETCH(QByteArray, file);
        QFETCH(QString, says);
        const QString said = refusal(file.toStdString());
        QVERIFY2(said.contains(says), qPrintable(said));
    }

    void everyTruncationIsAnError()
    {
        forEachBeginning(sample(), [](const std::string& bytes) { QVERIFY(!parse(bytes)); });
    }

    void anyChangedByteGivesTensorsOrAnError()
    {
        forEachChangedByte(sample(), [](const std::string& bytes) {
            if (const auto tensors = parse(bytes))
                for (const NamedTensor& tensor : *tensors)
                    QVERIFY(tensor.stored.toFloats().size() < bytes.size());
        });
    }

    void aVocabularyBesideTheFileBecomesTheTokenizer()
    {
        QTemporaryDir folder;
        const std::filesystem::path path = folder.path().toStdString();
        const auto save = [&](const char* name, const std::string& text) {
            std::ofstream(path / name, std::ios::binary) << text;
        };
        save("mine_weights.hdf5", sample());
        save("mine_vocab.json", R"({"a": 1, "é": 3, "<s>": 2})");
        save("mine_config.json", R"({"max_length": 7})");
        save("other_vocab.json", R"({"b": 1})");
        const auto model = openModel(path / "mine_weights.hdf5");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->format, std::string("hdf5"));
        QCOMPARE(model->metadata.integer("textgenrnn.context_window").value_or(0), std::int64_t(7));
        const auto* const tokens = model->metadata.strings("tokenizer.ggml.tokens");
        QVERIFY(tokens);
        QCOMPARE(*tokens, (std::vector<std::string>{"<pad>", "a", "<s>", "é"}));
        QCOMPARE(model->metadata.integer("tokenizer.ggml.bos_token_id").value_or(-1), std::int64_t(2));

        for (const char* bad :
             {R"({"a": 2})", R"({"a": 1, "b": 1})", R"({"ab": 1})", R"({"": 1})", R"([1])", R"({"a": -1})"}) {
            save("mine_vocab.json", bad);
            const auto without = openModel(path / "mine_weights.hdf5");
            QVERIFY2(without, bad);
            QVERIFY2(without->metadata.find("tokenizer.ggml.tokens") == nullptr, bad);
            QCOMPARE(without->notices.size(), std::size_t(1));
        }
        save("mine_vocab.json", "{");
        QVERIFY(!openModel(path / "mine_weights.hdf5"));
    }

    void filesOfKerasOpen()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        for (const char* name :
             {"textgenrnn_weights.hdf5", "hacker_news.hdf5", "reddit_apple_android.hdf5"}) {
            const auto model = openModel(data / "llm_textgenrnn_pair" / name);
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            QCOMPARE(model->tensors.size(), std::size_t(10));
            std::size_t values = 0;
            for (const NamedTensor& tensor : model->tensors)
                values += tensor.stored.type().elements();
            QCOMPARE(values, std::size_t(462717));
            const NamedTensor* const kernel = model->find("rnn_2/recurrent_kernel");
            QVERIFY(kernel && (kernel->shape == Shape{128, 512}));
        }
    }
};

QTEST_APPLESS_MAIN(Hdf5Test)
#include "hdf5_test.moc"
