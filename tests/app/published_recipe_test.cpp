#include "app/session/published_recipe.h"

#include "app/session/export_controller.h"
#include "app/session/plugin_host.h"
#include "core/architecture/prepared_file.h"
#include "core/sensitivity/candidate.h"
#include "tests/support/gguf_builder.h"
#include "tests/support/huggingface_folder.h"
#include "tests/support/tuned_models.h"

#include <QTemporaryDir>
#include <QTest>

#include <fstream>

using namespace tritloom;

/// Compressed models taken as recipes for the model they were made of.
class PublishedRecipeTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PluginHost m_plugins;
    std::shared_ptr<const Model> m_model;
    BaseFiles m_bases;
    std::filesystem::path path(const char* name) const
    {
        return std::filesystem::path(m_folder.path().toStdString()) / name;
    }
    std::shared_ptr<Compressor> compressor(const std::shared_ptr<const Model>& model) const
    {
        return std::make_shared<Compressor>(model, m_plugins.lookup(), nullptr, 64u << 20);
    }
    LayerChoice& choice(Allocation& allocation, std::string_view name) const
    {
        return allocation.layers[std::size_t(
            std::ranges::find(m_model->layers, name, &Layer::name) - m_model->layers.begin())];
    }
    /// Blocks in one format, embedding and head as stored.
    Allocation blocks(const LayerChoice& of) const
    {
        Allocation allocation = m_model->original();
        for (std::size_t i = 0; i < allocation.layers.size(); ++i)
            if (m_model->layers[i].block)
                allocation.layers[i] = of;
        return allocation;
    }
    void write(const Allocation& allocation, const std::filesystem::path& to) const
    {
        const auto report = exportAllocation(*m_model, *compressor(m_model), allocation, to, {}, {});
        QVERIFY2(report, report ? "" : report.error().message.c_str());
    }

private slots:
    void initTestCase()
    {
        saveLlamaFolder(path("original"));
        m_model = loadModel(path("original")).value();
    }

    void differencesAreReadOverTheBasesThatAreGiven()
    {
        const auto tuned = tunedFrom(*m_model, 5);
        const auto made = compressor(tuned);
        made->setBase(m_model);
        Allocation allocation = tuned->original();
        allocation.layers[1] = {"sign", "bitdelta", {}};
        std::filesystem::create_directory(path("apart"));
        const auto delta = path("apart") / "tuned.tritloom";
        const auto report =
            exportAllocation(*tuned, *made, allocation, delta, {}, {}, "tritloom-delta", Evaluate::No);
        QVERIFY2(report, report ? "" : report.error().message.c_str());
        const auto lonely = readRecipe(*m_model, delta, m_bases);
        QVERIFY2(
            lonely.error().message.find("which was not found") != std::string::npos,
            lonely.error().message.c_str());
        BaseFiles given({path("original")}, preparedFile);
        const auto read = readRecipe(*m_model, delta, given); // it is read, and says what it is
        QVERIFY2(
            read.error().message.find("is stored as several matrices") != std::string::npos,
            read.error().message.c_str());
        QVERIFY(recipeEntries(delta, given).error().message == read.error().message);
    }

    void aGgufMixtureComesBackAsItWasChosen()
    {
        Allocation mixture = blocks({"q4_0", "rtn", {{"search", 0}}});
        choice(mixture, "blk.1.ffn_down.weight").format = "q8_0";
        choice(mixture, "token_embd.weight") = {"q5_1", "rtn", {{"search", 0}}};
        write(mixture, path("mixture.gguf"));
        QVERIFY(!looksLikeRecipe(path("mixture.gguf")));
        const auto read = readRecipe(*m_model, path("mixture.gguf"), m_bases);
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(*read, mixture); // f16 layers are as stored
        // Compressed anew they are the very bytes that the file has: ggml's plain encoder made both.
        const auto again = path("again.gguf");
        write(*read, again);
        const auto first = openModel(path("mixture.gguf")).value(), second = openModel(again).value();
        for (std::size_t i = 0; i < first.tensors.size(); ++i)
            QVERIFY(std::ranges::equal(first.tensors[i].stored.bytes(), second.tensors[i].stored.bytes()));
        // A diff does not need the model.
        const auto entries = recipeEntries(path("mixture.gguf"), m_bases);
        QVERIFY(entries);
        QCOMPARE(entries->size(), m_model->layers.size());
    }

    void ternaryMatricesOfForksAreTheMethodTernary()
    {
        GgufBuilder file(3, 1);
        file.tensor("blk.0.attn_q.weight", {128, 2}, 36, 0).data(64).number(0.5f).data(28);
        std::ofstream(path("ternary.gguf"), std::ios::binary)
            .write(reinterpret_cast<const char*>(file.bytes().data()), std::streamsize(file.bytes().size()));
        const auto published = loadModel(path("ternary.gguf"));
        QVERIFY2(published, published ? "" : published.error().message.c_str());
        const auto entries = publishedEntries(**published, "ternary.gguf");
        QVERIFY2(entries, entries ? "" : entries.error().message.c_str());
        QCOMPARE(entries->size(), std::size_t(1));
        const LayerChoice expected{"ternaryg128", "ternary", {{"absmean", 1.0}}};
        QVERIFY(entries->front().choice == expected);
    }

    void foldersComeBackAsTheyWereChosen_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("method");
        QTest::newRow("compressed-tensors") << "a.compressed-tensors"
                                            << "int4g32"
                                            << "rtn";
        QTest::newRow("zero points") << "b.compressed-tensors"
                                     << "uint4g32"
                                     << "rtn";
        QTest::newRow("gptq") << "c.gptq"
                              << "int8g32"
                              << "gptq";
    }
    void foldersComeBackAsTheyWereChosen()
    {
        QFETCH(QString, name);
        QFETCH(QString, format);
        QFETCH(QString, method);
        Allocation allocation = blocks({format.toStdString(), "rtn", {}});
        write(allocation, path(name.toUtf8()));
        const auto read = readRecipe(*m_model, path(name.toUtf8()), m_bases);
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        for (std::size_t i = 0; i < allocation.layers.size(); ++i) {
            QCOMPARE(read->layers[i].format, allocation.layers[i].format);
            if (!allocation.layers[i].format.empty())
                QCOMPARE(QString::fromStdString(read->layers[i].method), method);
        }
        QVERIFY(
            readRecipe(*m_model, path(name.toUtf8()) / "config.json", m_bases)); // a file dialog gives files
    }

    void noFileOfTheModelsFolderIsWrittenOver()
    {
        const auto weights = path("original") / "model.safetensors";
        const auto bytes = std::filesystem::file_size(weights);
        for (const char* name : {"model.safetensors", "config.json"}) {
            const auto report = exportAllocation(
                *m_model, *compressor(m_model), m_model->original(), path("original") / name, {}, {},
                "safetensors");
            QVERIFY(!report);
            QVERIFY2(
                report.error().message.find("this is the model itself") != std::string::npos,
                report.error().message.c_str());
        }
        QCOMPARE(std::filesystem::file_size(weights), bytes);
    }

    void aSlashBehindTheNameOfAFolderSaysNothing()
    {
        std::filesystem::create_directory(path("empty.gptq"));
        for (const char* name : {"new.gptq/", "empty.gptq/"})
            write(blocks({"int8g32", "rtn", {}}), path(name));
        QVERIFY(std::filesystem::exists(path("new.gptq") / "model.safetensors"));
        QVERIFY(std::filesystem::exists(path("empty.gptq") / "quantize_config.json"));
    }

    void whatIsBrokenInEveryLayerIsSaidThrice()
    {
        const Allocation wrong = uniform(*m_model, {"int4g32a", "rtn", {}});
        for (const char* name : {"wrong.gptq", "wrong.compressed-tensors", "wrong.bitnet", "wrong.gguf"}) {
            const auto report = exportAllocation(*m_model, *compressor(m_model), wrong, path(name), {}, {});
            QVERIFY(!report);
            const std::string& message = report.error().message;
            QVERIFY2(message.ends_with(" more like these"), message.c_str());
            QCOMPARE(std::ranges::count(message, ';'), 3);
            QVERIFY(!std::filesystem::exists(path(name)));
        }
    }

    void otherModelsAreRefusedByNameAndShape()
    {
        saveLlamaFolder(path("deeper"), {.blocks = 3});
        saveLlamaFolder(path("wider"), {.blocks = 2, .feedForward = 128});
        saveLlamaFolder(path("tied"), {.blocks = 2, .tied = true});
        const auto sentence = [&](const char* name) {
            const auto read = readRecipe(*m_model, path(name), m_bases);
            return read ? std::string() : read.error().message;
        };
        QVERIFY2(
            sentence("deeper").find("'blk.2.attn_q.weight', which the model does not have")
                != std::string::npos,
            sentence("deeper").c_str());
        QVERIFY2(
            sentence("wider").find("is [128, 64] there and [96, 64] in the model") != std::string::npos,
            sentence("wider").c_str());
        const auto tied = loadModel(path("tied")).value();
        const auto read = readRecipe(*tied, path("original"), m_bases);
        QVERIFY(!read && read.error().message.find("its head is its embedding") != std::string::npos);
        // The other way round the head follows the embedding.
        QVERIFY(readRecipe(*m_model, path("tied"), m_bases));
        saveText(path("text.json"), "{\"layers\": 3}");
        QVERIFY(sentence("text.json").find("a recipe needs a list") != std::string::npos);
        saveText(path("nonsense"), "nothing that anybody knows");
        QVERIFY(!sentence("nonsense").empty());
    }
};

QTEST_GUILESS_MAIN(PublishedRecipeTest)
#include "published_recipe_test.moc"
