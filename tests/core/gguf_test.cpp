#include "core/file/gguf.h"
#include "core/file/gguf_types.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/shared_data.h"

#include <QTemporaryDir>
#include <QTest>
#include <fstream>
#include <unistd.h>

using namespace tritloom;

namespace {

QByteArray rowOf(const GgufBuilder& file)
{
    return {reinterpret_cast<const char*>(file.bytes().data()), qsizetype(file.bytes().size())};
}

Result<ModelFile> parse(const QByteArray& bytes)
{
    const auto owner = std::make_shared<const QByteArray>(bytes);
    return gguf::parse(
        std::as_bytes(std::span(owner->constData(), std::size_t(owner->size()))), "x.gguf", owner);
}

/// One key, two tensors: 3 x 32 f32 and a q8_0 row.
GgufBuilder smallFile()
{
    GgufBuilder file(3, 2, 1);
    file.key("n", 5).tensor("a", {32, 3}, 0, 0).tensor("b", {32}, 8, 384).data(384 + 64);
    return file;
}

void save(const std::filesystem::path& path, const GgufBuilder& file)
{
    std::ofstream(path, std::ios::binary).write(rowOf(file).constData(), rowOf(file).size());
}

} // namespace

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

    void readsASmallFile()
    {
        const auto model = parse(rowOf(smallFile()));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->metadata.integer("n"), std::int64_t(5));
        QCOMPARE(model->find("a")->shape, (Shape{3, 32}));
        QCOMPARE(model->find("b")->stored.type().format->id(), std::string("q8_0"));
        QCOMPARE(model->find("b")->stored.toFloats(), std::vector<float>(32));
    }

    void gapsAndVersion2AreFine()
    {
        GgufBuilder file(2, 2, 1);
        file.key("general.alignment", 64).tensor("a", {32}, 0, 256).tensor("b", {32}, 0, 0).data(512, 64);
        const auto model = parse(rowOf(file));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(2));
    }

    void refusesNonsense_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const GgufBuilder& file, const char* message) {
            QTest::newRow(name) << rowOf(file) << message;
        };
        using B = GgufBuilder;
        row("version 1", B(1), "x.gguf: GGUF version 1 is not known, only 2 and 3");
        row("version 4", B(4), "x.gguf: GGUF version 4 is not known, only 2 and 3");
        row("big-endian", B(0x03000000), "x.gguf: the file is big-endian, only little-endian is read");
        row("absurd tensors", B(3, 1ull << 60),
            "x.gguf: the header says 1152921504606846976 tensors, the file has 24 bytes");
        row("absurd keys", B(3, 0, 1ull << 63),
            "x.gguf: the header says 9223372036854775808 keys, the file has 24 bytes");
        row("key past end", B(3, 0, 1).number(1ull << 62).raw("abcdefgh"),
            "x.gguf: the name of key 0 is 4611686018427387904 bytes long, 8 bytes are left in the file");
        row("empty key", B(3, 0, 1).key("", 1).data(8), "x.gguf: the name of key 0 is empty");
        row("key not UTF-8", B(3, 0, 1).key("\xFF\xFE", 1), "x.gguf: the name of key 0 is not UTF-8");
        row("key twice", B(3, 0, 2).key("a", 1).key("a", 2), "x.gguf: the key 'a' occurs twice");
        row("value type", B(3, 0, 1).text("a").number(13u),
            "x.gguf: the value of key 'a' has type 13, which is unknown");
        row("array of arrays", B(3, 0, 1).text("a").number(9u).number(9u).number(1ull << 40),
            "x.gguf: the value of key 'a' is an array of arrays, which GGUF does not have");
        row("absurd array", B(3, 0, 1).text("a").number(9u).number(5u).number(1ull << 62),
            "x.gguf: the value of key 'a' is an array of 4611686018427387904, 0 bytes are left in the file");
        row("absurd strings", B(3, 0, 1).text("a").number(9u).number(8u).number(1000ull).data(64),
            "x.gguf: the value of key 'a' is an array of 1000, 79 bytes are left in the file");
        row("alignment", B(3, 0, 1).key("general.alignment", 48),
            "x.gguf: general.alignment is no power of two");
        row("alignment type", B(3, 0, 1).text("general.alignment").number(10u).number(32ull),
            "x.gguf: general.alignment is no power of two");
        row("no dimension", B(3, 1).tensor("a", {}, 0, 0).data(8),
            "x.gguf: tensor 'a' has 0 dimensions, 1 to 4 are possible");
        row("five dimensions", B(3, 1).tensor("a", {1, 1, 1, 1, 1}, 0, 0).data(32),
            "x.gguf: tensor 'a' has 5 dimensions, 1 to 4 are possible");
        row("no element", B(3, 1).tensor("a", {32, 0}, 0, 0), "x.gguf: tensor 'a' has a dimension of 0");
        row("negative size", B(3, 1).tensor("a", {-32}, 0, 0), "x.gguf: tensor 'a' has a dimension of -32");
        row("tensor twice", B(3, 2).tensor("a", {8}, 0, 0).tensor("a", {8}, 0, 32).data(64),
            "x.gguf: the tensor 'a' occurs twice");
        row("tensor not UTF-8", B(3, 1).tensor("\xC0\x80", {8}, 0, 0).data(32),
            "x.gguf: the name of tensor 0 is not UTF-8");
        row("overflow", B(3, 1).tensor("a", {1ll << 31, 1ll << 31, 1ll << 31}, 0, 0),
            "x.gguf: tensor 'a': the shape is larger than any file");
        row("block length", B(3, 1).tensor("a", {40}, 12, 0),
            "x.gguf: tensor 'a': a row of 40 elements is not made of Q4_K blocks of 256");
        row("misaligned", B(3, 1).tensor("a", {8}, 0, 8).data(64),
            "x.gguf: tensor 'a' starts at byte 8 of the data, no multiple of the alignment 32");
        row("past the end", B(3, 1).tensor("a", {32}, 0, 32).data(128),
            "x.gguf: tensor 'a' is 128 bytes from byte 96 on, the file ends at 192");
        row("offset overflow", B(3, 1).tensor("a", {32}, 0, ~31ull).data(128),
            "x.gguf: tensor 'a' is 128 bytes from byte 18446744073709551584 on, the file ends at 192");
        row("overlap", B(3, 2).tensor("a", {32}, 0, 0).tensor("b", {32}, 0, 96).data(512),
            "x.gguf: tensors 'a' and 'b' overlap at byte 96 of the data");
        row("removed type", B(3, 1).tensor("a", {32}, 4, 0),
            "x.gguf: tensor 'a': type 4 was removed from GGUF; convert the original model again");
        row("I8_S", B(3, 1).tensor("a", {128}, 37, 0),
            "x.gguf: tensor 'a': type 37 is I8_S of bitnet.cpp, which only that fork can read");
        row("TL1", B(3, 1).tensor("a", {128}, 38, 0),
            "x.gguf: tensor 'a': type 38 is TL1 of bitnet.cpp, which only that fork can read");
        row("ik type", B(3, 1).tensor("a", {128}, 137, 0),
            "x.gguf: tensor 'a': type 137 belongs to ik_llama.cpp, which only that fork can read");
        row("I2_S in a row", B(3, 1).tensor("a", {128}, 36, 0).data(64),
            "x.gguf: tensor 'a': I2_S is for matrices with a multiple of 128 inputs and of 1 outputs");
        row("I2_S of half runs", B(3, 1).tensor("a", {64, 2}, 36, 0).data(64),
            "x.gguf: tensor 'a': I2_S is for matrices with a multiple of 128 inputs and of 1 outputs");
        row("IQ2_BN_R4 of two rows", B(3, 1).tensor("a", {64, 2}, 335, 0).data(64),
            "x.gguf: tensor 'a': IQ2_BN_R4 is for matrices with a multiple of 64 inputs and of 4 outputs");
        row("another type 36", B(3, 2).tensor("a", {128, 1}, 36, 0).tensor("b", {32}, 0, 96).data(224),
            "x.gguf: tensor 'a': type 36 is read as I2_S of bitnet.cpp, which is 64 bytes, here it has 96");
        row("ternary overflow", B(3, 1).tensor("a", {1ll << 40, 1ll << 40}, 135, 0),
            "x.gguf: tensor 'a': the shape is larger than any file");
        row("unknown type", B(3, 1).tensor("a", {128}, 77, 0), "x.gguf: tensor 'a': type 77 is unknown");
    }
    void refusesNonsense()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, message);
        const auto model = parse(bytes);
        QVERIFY(!model);
        QCOMPARE(QString::fromStdString(model.error().message), message);
    }

    void everyTypeIsRead()
    {
        for (const gguf::TypeRow& type : gguf::types()) {
            GgufBuilder file(3, 1);
            file.tensor("a", {type.blockElements}, type.id, 0).data(type.blockBytes);
            const auto model = parse(rowOf(file));
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            QCOMPARE(model->tensors[0].stored.type().format->id(), std::string(type.format));
            QCOMPARE(model->tensors[0].stored.toFloats().size(), std::size_t(type.blockElements));
        }
    }

    void readsNumbersWithoutBlocks()
    {
        GgufBuilder file(3, 5);
        file.tensor("i8", {4}, 24, 0).tensor("i16", {4}, 25, 32).tensor("i32", {4}, 26, 64);
        file.tensor("i64", {4}, 27, 96).tensor("f64", {4}, 28, 128).data(0);
        const auto add = [&file](const char* hex) {
            const QByteArray bytes = QByteArray::fromHex(hex).leftJustified(32, '\0');
            file.raw({bytes.constData(), std::size_t(bytes.size())});
        };
        add("00 7f 80 ff");
        add("0000 ff7f 0080 feff");
        add("00000000 40420f00 000000c0 ffffffff");
        add("0000000000000000 0000000001000000 00000000ffffffff fdffffffffffffff");
        add("000000000000f03f 00000000000004c0 000000000000c03f 9a9999999999b93f");
        const auto model = parse(rowOf(file));
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        const auto values = [&](const char* name) { return model->find(name)->stored.toFloats(); };
        QCOMPARE(values("i8"), (std::vector<float>{0, 127, -128, -1}));
        QCOMPARE(values("i16"), (std::vector<float>{0, 32767, -32768, -2}));
        QCOMPARE(values("i32"), (std::vector<float>{0, 1e6f, -1073741824.0f, -1}));
        QCOMPARE(values("i64"), (std::vector<float>{0, 4294967296.0f, -4294967296.0f, -3}));
        QCOMPARE(values("f64"), (std::vector<float>{1, -2.5f, 0.125f, 0.1f}));
    }

    void refusesEveryTruncation()
    {
        const QByteArray whole = rowOf(smallFile());
        const qsizetype padding = 30; // which may be missing
        forEachBeginning(whole.first(whole.size() - padding).toStdString(), [](const std::string& bytes) {
            const auto model = parse(QByteArray::fromStdString(bytes));
            QVERIFY(!model && !model.error().message.empty());
        });
        QVERIFY(parse(whole.first(whole.size() - padding)));
    }

    void readsOrRefusesEveryChangedByte()
    {
        forEachChangedByte(rowOf(smallFile()).toStdString(), [](const std::string& bytes) {
            const auto model = parse(QByteArray::fromStdString(bytes));
            const std::string why = model ? "" : whyUnclear(model.error().message);
            QVERIFY2(why.empty(), why.c_str());
        });
    }

    void joinsTheParts()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        const auto part = [](const char* name) {
            return GgufBuilder(3, 1, 1).key("split.count", 2).tensor(name, {8}, 0, 0).data(32);
        };
        save(base / "x-00001-of-00002.gguf", part("a"));
        const auto alone = openModel(base / "x-00001-of-00002.gguf");
        QCOMPARE(
            alone.error().message, (base / "x-00002-of-00002.gguf").string() + ": No such file or directory");
        save(base / "x-00002-of-00002.gguf", part("b"));
        const auto model = openModel(base / "x-00002-of-00002.gguf");
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(2));
        QVERIFY(!model->metadata.find("split.count"));
        save(base / "x-00002-of-00002.gguf", part("a"));
        const auto twice = openModel(base / "x-00001-of-00002.gguf");
        QCOMPARE(
            twice.error().message,
            std::string("x-00002-of-00002.gguf: tensor 'a' stands in an earlier part too"));
    }

    void saysWhyAPathCannotBeOpened()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        const auto none = openModel(base / "none.gguf");
        QCOMPARE(none.error().message, (base / "none.gguf").string() + ": there is no such file or folder");
        QVERIFY(none.error().code == ErrorCode::NotFound);
        std::ofstream(base / "empty.gguf").close();
        QCOMPARE(
            openModel(base / "empty.gguf").error().message,
            (base / "empty.gguf").string() + ": the file is empty");
        std::string titles;
        for (const ModelFormat& format : modelFormats())
            titles += (titles.empty() ? "" : ", ") + std::string(format.title);
        std::ofstream(base / "text.gguf") << "this is a text and no model";
        QCOMPARE(
            openModel(base / "text.gguf").error().message,
            (base / "text.gguf").string() + ": none of the known model formats (" + titles + ")");
        QVERIFY(!openModel(base));
        std::filesystem::create_directory(base / "locked");
        std::filesystem::permissions(base / "locked", std::filesystem::perms::none);
        if (access((base / "locked").c_str(), R_OK) != 0) // root reads everything
            QCOMPARE(
                openModel(base / "locked").error().message,
                (base / "locked").string() + ": the folder cannot be read: Permission denied");
        std::filesystem::permissions(base / "locked", std::filesystem::perms::owner_all);
        QCOMPARE(
            openModel("/dev/null").error().message,
            std::string("/dev/null: this is a device or pipe, not a file"));
    }
};

QTEST_APPLESS_MAIN(GgufTest)
#include "gguf_test.moc"
