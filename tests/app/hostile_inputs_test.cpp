// What is given beside a model: recipes, texts, pictures, labels. Whatever they hold, they are taken or one
// sentence names the file.
#include "app/session/engine.h"
#include "app/session/idx_file.h"
#include "app/session/picture_labels.h"
#include "app/session/picture_set.h"
#include "app/session/recipe.h"
#include "app/session/transform_controller.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/quick_folder.h"
#include "tests/support/small_files.h"

#include <QBuffer>
#include <QImage>
#include <QLoggingCategory>
#include <QTest>

#include <zlib.h>

using namespace tritloom;
namespace fs = std::filesystem;

class HostileInputsTest final : public QObject {
    Q_OBJECT

    const QuickFolder m_folder;

    fs::path path(const char* name) const { return m_folder.filePath(name).toStdString(); }
    fs::path written(const char* name, const std::string& bytes) const
    {
        saveText(path(name), QByteArray::fromRawData(bytes.data(), qsizetype(bytes.size())));
        return path(name);
    }
    template <typename T>
    static void complain(const Result<T>& read, const std::string& file)
    {
        const std::string why = read ? "" : whyUnclear(read.error().message, file);
        QVERIFY2(why.empty(), why.c_str());
    }
    static std::string encoded(const char* kind)
    {
        QImage image(3, 2, QImage::Format_RGB888);
        image.fill(Qt::red);
        QByteArray bytes;
        QBuffer buffer(&bytes);
        buffer.open(QIODevice::WriteOnly);
        image.save(&buffer, kind);
        return bytes.toStdString();
    }
    static std::string idxPictures()
    {
        return std::string("\0\0\x08\x03\0\0\0\2\0\0\0\2\0\0\0\3", 16) + "abcdefABCDEF";
    }
    static std::string zipped(const std::string& bytes)
    {
        z_stream stream{};
        deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
        std::string out(bytes.size() + 100, '\0');
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
        stream.avail_in = uInt(bytes.size());
        stream.next_out = reinterpret_cast<Bytef*>(out.data());
        stream.avail_out = uInt(out.size());
        deflate(&stream, Z_FINISH);
        out.resize(stream.total_out);
        deflateEnd(&stream);
        return out;
    }

private slots:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("qt.gui.imageio*=false")); }

    void recipes()
    {
        const auto model = TinyModel{.blocks = 1}.make();
        const std::string whole =
            R"({"layers":[{"name":"token_embd.weight","format":"int4g32","method":"rtn","parameters":{"search":1}},
             {"name":"blk.0.attn_q.weight","format":"stored"}],"transforms":[{"transform":"awq:clip=0","format":"q4_k",
             "method":"rtn","parameters":{},"layers":[{"name":"a","format":"q4_k","method":"rtn","parameters":{}}]}]})";
        const auto good = parseRecipe(*model, whole, "x.json");
        QVERIFY2(good, good ? "" : good.error().message.c_str());
        const auto visit = [&](const std::string& bytes) {
            const fs::path file = written("x.json", bytes);
            BaseFiles bases;
            complain(readRecipe(*model, file, bases), "x.json");
            complain(recipeEntries(file, bases), "x.json");
            complain(recipeTransforms(file), "x.json");
        };
        forEachBeginning(whole, visit);
        forEachChangedByte(whole, visit, 3);
        forEachChangedValue(whole, visit);
    }

    void picturesOfMnistsFormat_data()
    {
        QTest::addColumn<bool>("isZipped");
        QTest::newRow("plain") << false;
        QTest::newRow("gzip") << true;
    }
    void picturesOfMnistsFormat()
    {
        QFETCH(bool, isZipped);
        const fs::path folder = path("idx");
        fs::remove_all(folder);
        fs::create_directories(folder);
        const char *images = "idx/t10k-images-idx3-ubyte", *labels = "idx/t10k-labels-idx1-ubyte";
        const std::string whole = isZipped ? zipped(idxPictures()) : idxPictures();
        written(images, whole);
        const auto good = readIdx(folder);
        QVERIFY2(good && *good, good ? "none" : good.error().message.c_str());
        QCOMPARE((*good)->pictures.size(), std::size_t(2));
        QCOMPARE((*good)->pictures[1].at(0, 1, 2), float('F') / 255.0f);
        forEachBeginning(whole, [&](const std::string& bytes) {
            written(images, bytes);
            const auto read = readIdx(folder);
            QVERIFY(!read);
            complain(read, "t10k-images-idx3-ubyte");
        });
        forEachChangedByte(whole, [&](const std::string& bytes) {
            written(images, bytes);
            complain(readIdx(folder), "t10k-images-idx3-ubyte");
        });
        written(images, whole);
        const std::string classes("\0\0\x08\x01\0\0\0\2\1\2", 10);
        const auto visit = [&](const std::string& bytes) {
            written(labels, bytes);
            complain(readIdx(folder), bytes.size() < 8 ? "t10k-labels-idx1-ubyte" : "");
        };
        forEachBeginning(classes, visit);
        forEachChangedByte(classes, visit);
        // A few kilobytes that promise one picture and hold millions of bytes: no more than promised is read.
        written(images, zipped(idxPictures() + std::string(50'000'000, 'x')));
        const auto bomb = readIdx(folder);
        QVERIFY(!bomb && bomb.error().message.ends_with("more than 12 bytes do not hold 2 of pictures"));
    }

    void listsOfLabels()
    {
        const std::vector<PictureFile> files{{"/a/x_1.png", "", "x_1"}, {"/a/y_2.png", "", "y_2"}};
        const auto visit = [&](const std::string& bytes) {
            const auto read = labelsOf(files, written("labels.txt", bytes), 10);
            complain(read, "");
            if (read)
                for (const auto& label : read->classes)
                    (void)label;
        };
        for (const std::string& whole :
             {std::string("file,class\nx_1.png,3\ny_2.png,4\n"), std::string("cat\ndog\n")}) {
            forEachBeginning(whole, visit);
            forEachChangedByte(whole, visit);
        }
        visit(std::string(100'000, '\0'));
        visit(std::string(100'000, '\xff'));
        visit(std::string(100'000, ','));
        visit(encoded("PNG"));
        complain(labelsOf(files, m_folder.path().toStdString(), 10), "folder");
        QVERIFY(!labelsOf(files, path("nowhere.txt"), 10));
    }

    void pictures_data()
    {
        QTest::addColumn<QByteArray>("kind");
        for (const char* const kind : {"PNG", "BMP", "PPM", "JPG"})
            QTest::newRow(kind) << QByteArray(kind);
    }
    void pictures()
    {
        QFETCH(QByteArray, kind);
        const std::string whole = encoded(kind.constData());
        QVERIFY(!whole.empty());
        QVERIFY(readPicture(written("x.png", whole)).has_value());
        const auto visit = [&](const std::string& bytes) {
            complain(readPicture(written("x.png", bytes)), "x.png");
        };
        forEachBeginning(whole, visit, kind == "JPG" ? 5 : 1);
        forEachChangedByte(whole, visit, kind == "JPG" ? 11 : 1);
    }

    /// Given as a model, a picture is no model, whatever it is called.
    void picturesAreNoModels()
    {
        for (const char* const name :
             {"x.png", "x.gguf", "x.bin", "x.safetensors", "x.onnx", "x.pth", "config.json"}) {
            for (const char* const kind : {"PNG", "BMP", "PPM", "JPG"}) {
                const auto model = loadModel(written(name, encoded(kind)));
                QVERIFY2(!model, name);
                complain(model, name);
                QVERIFY(readPicture(written(name, encoded(kind))).has_value());
            }
            fs::remove(path(name));
        }
    }

    void texts()
    {
        const fs::path folder = path("model");
        saveLlamaFolder(folder, smallFiles::tiny());
        saveText(folder / "tokenizer.json", smallFiles::byteLevel);
        const auto model = loadModel(folder).value();
        QVERIFY2(model->graph && model->tokenizer, model->whyNotEvaluated.c_str());
        const std::string letters = "Ive Ive I've",
                          texts[] = {
                              "",
                              "a",
                              std::string(1, '\0'),
                              std::string(3000, '\0'),
                              std::string(3000, '\xff'),
                              std::string(3000, 'v'),
                              "\xEF\xBB\xBF" + letters,
                              std::string(3000, '\n'),
                              "\xED\xA0\x80" + letters,
                              encoded("PNG"),
                              std::string(200'000, ' ')};
        for (const std::string& text : texts)
            for (const bool isCalibration : {false, true}) {
                EngineOptions options;
                options.evaluation.contextLength = 4;
                options.evaluationText = isCalibration ? letters : text;
                options.calibrationText = isCalibration ? text : letters;
                const auto engine = Engine::create(
                    model, [](std::string_view) { return nullptr; }, options);
                complain(engine, "");
            }
    }

    /// By a tokenizer that knows few characters the texts that come with the program are a few tokens:
    /// nothing is measured then, but the model opens.
    void aVocabularyOfSixTokens()
    {
        const fs::path folder = path("six");
        saveLlamaFolder(folder, smallFiles::tiny());
        saveText(
            folder / "tokenizer.json",
            R"({"pre_tokenizer":{"type":"Metaspace"},"model":{"type":"BPE","unk_token":"?",
            "byte_fallback":false,"fuse_unk":true,"vocab":{"?":0,"\u00e1":1},"merges":[]}})");
        const auto model = loadModel(folder).value();
        QVERIFY2(model->graph && model->tokenizer, model->whyNotEvaluated.c_str());
        const MethodLookup none = [](std::string_view) { return nullptr; };
        EngineOptions options;
        options.evaluationText = "x";
        QVERIFY(!Engine::create(model, none, options)); // a text that was asked for is needed
        options.evaluationText.clear();
        const auto engine = Engine::create(model, none, options);
        QVERIFY2(engine, engine ? "" : engine.error().message.c_str());
    }
};

QTEST_GUILESS_MAIN(HostileInputsTest)
#include "hostile_inputs_test.moc"
