#include "core/architecture/model.h"
#include "core/file/json.h"
#include "core/file/model_file.h"
#include "core/file/safetensors.h"
#include "tests/support/damaged_bytes.h"

#include <QTemporaryDir>
#include <QTest>
#include <cstring>
#include <fstream>

using namespace tritloom;

namespace {

/// JSON with ' for ", so that it can be read.
QByteArray json(QByteArray text)
{
    return text.replace('\'', '"');
}

QByteArray file(const QByteArray& header, qsizetype dataBytes)
{
    const quint64 length = quint64(header.size());
    return QByteArray(reinterpret_cast<const char*>(&length), 8) + header + QByteArray(dataBytes, '\0');
}

Result<std::vector<safetensors::Entry>> parse(const QByteArray& bytes)
{
    return safetensors::parse(
        std::as_bytes(std::span(bytes.constData(), std::size_t(bytes.size()))), "x.safetensors", nullptr);
}

const QByteArray good = json("{'a':{'dtype':'F32','shape':[2,3],'data_offsets':[0,24]},'__metadata__':{'"
                             "format':'pt'},'b':{'dtype':'F32','shape':[],'data_offsets':[24,28]}}");

void save(const std::filesystem::path& path, const QByteArray& bytes)
{
    std::ofstream(path, std::ios::binary).write(bytes.constData(), bytes.size());
}

QString messageOf(const std::filesystem::path& path)
{
    const auto model = openModel(path);
    return model ? QString() : QString::fromStdString(model.error().message);
}

} // namespace

class SafetensorsTest : public QObject {
    Q_OBJECT

private slots:
    void readsTensorsInTheOrderOfTheirData()
    {
        const QByteArray bytes = file(good, 28);
        const auto entries = parse(bytes);
        QVERIFY2(entries, entries ? "" : entries.error().message.c_str());
        QCOMPARE(entries->size(), std::size_t(2));
        QCOMPARE((*entries)[0].shape, (Shape{2, 3}));
        QCOMPARE((*entries)[1].bytes.size(), std::size_t(4));
    }

    void refusesNonsense_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("message");
        const auto row = [](const char* name, const QByteArray& header, qsizetype data, const char* message) {
            QTest::newRow(name) << file(header, data) << message;
        };
        const auto tensor = [](const char* dtype, const char* shape, const char* offsets) {
            return json("{'a':{'dtype':'") + dtype + json("','shape':") + shape + json(",'data_offsets':")
                + offsets + "}}";
        };
        QTest::newRow("empty") << QByteArray() << "x.safetensors: the file has 0 bytes, not even a header";
        QTest::newRow("header of 100 GB")
            << QByteArray("\0\0\0\0\x19\0\0\0{}", 10)
            << "x.safetensors: the header is 107374182400 bytes long, the file 10";
        row("no JSON", "{\"a\":", 0, "x.safetensors: not valid JSON at byte 5 of 5");
        row("not UTF-8", "{\"\xFF\":1}", 0, "x.safetensors: not valid JSON at byte 3 of 7");
        row("nesting 200000 deep", QByteArray(200000, '['), 0,
            "x.safetensors: the JSON is nested deeper than 64 levels");
        row("list", "[]", 0, "x.safetensors: the header is no JSON object");
        row("name twice", json("{'a':1,'a':2}"), 0, "x.safetensors: the key 'a' occurs twice");
        row("no shape", json("{'a':{'dtype':'F32','data_offsets':[0,4]}}"), 4,
            "x.safetensors: tensor 'a' lacks a valid dtype, shape or data_offsets");
        row("negative size", tensor("F32", "[-1]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' lacks a valid dtype, shape or data_offsets");
        row("fraction", tensor("F32", "[1.5]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' lacks a valid dtype, shape or data_offsets");
        row("huge size", tensor("F32", "[1e300]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' lacks a valid dtype, shape or data_offsets");
        row("three offsets", tensor("F32", "[1]", "[0,4,8]"), 4,
            "x.safetensors: tensor 'a' lacks a valid dtype, shape or data_offsets");
        row("unknown type", tensor("F4", "[1]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' is of type 'F4', which is unknown");
        row("no element", tensor("F32", "[4,0]", "[0,0]"), 0,
            "x.safetensors: tensor 'a' has a dimension of 0");
        row("wrong size", tensor("F32", "[2]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' lies from byte 0 to 4, its shape and type need 8 bytes");
        row("backwards", tensor("F32", "[1]", "[8,4]"), 8,
            "x.safetensors: tensor 'a' lies from byte 8 to 4, its shape and type need 4 bytes");
        row("overflow", tensor("F32", "[4294967296,4294967296]", "[0,4]"), 4,
            "x.safetensors: tensor 'a' lies from byte 0 to 4, its shape and type need more than 2^64 bytes");
        row("past the end", tensor("F32", "[2]", "[0,8]"), 4,
            "x.safetensors: tensor 'a' ends at byte 8 of the data, the file at 4");
        row("hole", tensor("F32", "[1]", "[4,8]"), 8,
            "x.safetensors: tensor 'a' starts at byte 4 of the data, the one before ends at 0");
        row("rest", tensor("F32", "[1]", "[0,4]"), 8,
            "x.safetensors: the tensors end at byte 4 of the data, the file at 8");
        row("overlap",
            json("{'a':{'dtype':'I8','shape':[4],'data_offsets':[0,4]},'b':{'dtype':'I8','shape':[4],'data_"
                 "offsets':[2,6]}}"),
            6, "x.safetensors: tensor 'b' starts at byte 2 of the data, the one before ends at 4");
    }
    void refusesNonsense()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, message);
        const auto entries = parse(bytes);
        QVERIFY(!entries);
        QCOMPARE(QString::fromStdString(entries.error().message), message);
    }

    void refusesEveryTruncation()
    {
        forEachBeginning(file(good, 28).toStdString(), [](const std::string& bytes) {
            QVERIFY(!parse(QByteArray::fromStdString(bytes)));
        });
    }

    void readsOrRefusesEveryChangedByte()
    {
        forEachChangedByte(file(good, 28).toStdString(), [](const std::string& bytes) {
            const auto read = parse(QByteArray::fromStdString(bytes));
            const std::string why = read ? "" : whyUnclear(read.error().message);
            QVERIFY2(why.empty(), why.c_str());
        });
    }

    void joinsShards()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        const QByteArray a = file(json("{'a':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"), 4);
        const QByteArray b = file(json("{'b':{'dtype':'F32','shape':[1],'data_offsets':[0,4]}}"), 4);
        const auto index = base / "model.safetensors.index.json";
        save(base / "1.safetensors", a);
        save(base / "2.safetensors", b);
        save(index, json("{'weight_map':{'a':'1.safetensors','b':'2.safetensors'}}"));
        const auto model = openModel(base);
        QVERIFY2(model, model ? "" : model.error().message.c_str());
        QCOMPARE(model->tensors.size(), std::size_t(2));
        save(index, json("{'weight_map':{'a':'1.safetensors','b':'1.safetensors'}}"));
        QCOMPARE(messageOf(index), "model.safetensors.index.json: the index has 2 tensors, the files have 1");
        save(index, json("{'weight_map':{'a':'../1.safetensors'}}"));
        QCOMPARE(messageOf(index), "model.safetensors.index.json: tensor 'a' names no file of this folder");
        save(index, json("{'weight_map':{'b':'1.safetensors'}}"));
        QCOMPARE(
            messageOf(index),
            "model.safetensors.index.json: tensor 'a' stands in 1.safetensors, the index says otherwise");
        save(index, json("{'weight_map':{'a':'3.safetensors'}}"));
        QCOMPARE(
            messageOf(index),
            QString::fromStdString((base / "3.safetensors").string() + ": No such file or directory"));
    }

    void namesTheTypeItCannotUse()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = (folder.path() + "/x.safetensors").toStdString();
        save(path, file(json("{'a':{'dtype':'F8_E8M0','shape':[4],'data_offsets':[0,4]}}"), 4));
        QCOMPARE(
            messageOf(path),
            "x.safetensors: tensor 'a' is of type F8_E8M0, for which there is no number format");
    }

    void unalignedFloatsAreCopiedWhenUsed()
    {
        const QTemporaryDir folder;
        const std::filesystem::path path = (folder.path() + "/x.safetensors").toStdString();
        for (int padding = 0; padding < 4; ++padding) {
            QByteArray bytes = file(
                json("{'a':{'dtype':'F32','shape':[2],'data_offsets':[0,8]}}") + QByteArray(padding, ' '), 8);
            const float values[] = {1.5f, -2};
            std::memcpy(bytes.data() + bytes.size() - 8, values, 8);
            save(path, bytes);
            const auto model = openModel(path);
            QVERIFY2(model, model ? "" : model.error().message.c_str());
            const auto tensor = materialise(model->tensors[0]);
            QVERIFY(tensor);
            QCOMPARE(reinterpret_cast<std::uintptr_t>(tensor->bytes().data()) % 4, std::uintptr_t(0));
            QVERIFY(std::ranges::equal(tensor->floats(), values));
        }
    }

    // As pickles of autoencoders are: whichever of the two is named, both are there, the encoder first.
    void twoHalvesAreOneModel()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        const auto namesIn = [&](const char* name) {
            QStringList names;
            const ModelFile model = openModel(base / name).value();
            for (const NamedTensor& tensor : model.tensors)
                names << QString::fromStdString(tensor.name);
            return names;
        };
        save(base / "tiny_decoder.safetensors", file(good, 28));
        QCOMPARE(namesIn("tiny_decoder.safetensors"), QStringList({"a", "b"}));
        QCOMPARE(
            loadModel(base / "tiny_decoder.safetensors").value()->whyNotEvaluated,
            std::string("it seems to be half of an autoencoder: tiny_encoder.safetensors is not beside it"));
        save(base / "tiny_encoder.safetensors", file(good, 28));
        const QStringList both{"encoder.a", "encoder.b", "decoder.a", "decoder.b"};
        QCOMPARE(namesIn("tiny_decoder.safetensors"), both);
        QCOMPARE(namesIn("tiny_encoder.safetensors"), both);
        QCOMPARE(
            openModel(base / "tiny_encoder.safetensors").value().notices,
            std::vector<std::string>{"tiny_decoder.safetensors was opened with it"});
    }

    void saysWhatAFolderLacks()
    {
        const QTemporaryDir folder;
        const std::filesystem::path base = folder.path().toStdString();
        save(base / "config.json", "{}");
        QCOMPARE(
            messageOf(base),
            QString::fromStdString(base.string() + ": there is no safetensors file in this folder"));
        save(base / "pytorch_model.bin", "x");
        QVERIFY(messageOf(base).endsWith("(pickles like pytorch_model.bin are not read, they can run code)"));
        save(base / "a.safetensors", file(good, 28));
        save(base / "b.safetensors", file(good, 28));
        QVERIFY(
            messageOf(base).contains("there are 2 safetensors files and no model.safetensors.index.json"));
    }
};

QTEST_APPLESS_MAIN(SafetensorsTest)
#include "safetensors_test.moc"
