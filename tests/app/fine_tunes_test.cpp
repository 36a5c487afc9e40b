#include "app/session/fine_tunes.h"
#include "app/session/workspace.h"
#include "core/architecture/prepared_file.h"
#include "core/evaluate/generate.h"
#include "tests/support/huggingface_folder.h"
#include "tests/support/logits.h"
#include "tests/support/tuned_models.h"

#include <QDir>
#include <QFile>
#include <QSignalSpy>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace tritloom;

namespace {

const std::vector<TokenId> text{1, 7, 3, 22, 9, 14, 2, 31};

/// How often this process has the file mapped.
int mappingsOf(const std::string& name)
{
    QFile maps("/proc/self/maps");
    return maps.open(QIODevice::ReadOnly) ? int(maps.readAll().count(("/" + name + "\n").c_str())) : -1;
}

std::vector<float> logits(const Model& model)
{
    return logitsOf(model, text).value().toFloats();
}

std::vector<TokenId> continued(const Engine& engine)
{
    Generator generator(engine.compressor(), engine.makeExecutor().value(), engine.model()->original());
    std::vector<TokenId> tokens;
    if (generator.start("The river rose", {.tokenCount = 12}, {}))
        while (const auto next = generator.next({}).value())
            tokens.push_back(next->token);
    return tokens;
}

} // namespace

/// Several fine-tunes over one base that stays open (methods/bitdelta.md, role in the studio).
class FineTunesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    PluginHost m_plugins;
    std::shared_ptr<const Model> m_base;

    std::filesystem::path at(const QString& name) const { return m_folder.filePath(name).toStdString(); }
    std::shared_ptr<Engine> engineOf(std::shared_ptr<const Model> model) const
    {
        EngineOptions options;
        options.evaluation.chunkCount = 1;
        options.evaluation.contextLength = 64;
        return Engine::create(std::move(model), m_plugins.lookup(), options).value();
    }
    static void waitFor(FineTunes& tunes)
    {
        QTRY_VERIFY_WITH_TIMEOUT(!tunes.opening().isRunning(), 60000);
        QTRY_VERIFY(std::ranges::none_of(
            tunes.rows(), [](const FineTune& row) { return !row.model && row.problem.empty(); }));
    }
    static QString onlyRefusal(const QSignalSpy& refused)
    {
        return refused.count() == 1 ? refused[0][0].toStringList().join("|")
                                    : QString::number(refused.count());
    }

private slots:
    void initTestCase()
    {
        QStandardPaths::setTestModeEnabled(true);
        QCoreApplication::setOrganizationName("tritloom-tests");
        QCoreApplication::setApplicationName("fine_tunes_test");
        QDir(QStandardPaths::writableLocation(QStandardPaths::AppLocalDataLocation)).removeRecursively();
        std::filesystem::copy_file(sampleModelPath(), at("base.gguf"));
        m_base = loadModel(at("base.gguf")).value();
        for (const unsigned seed : {1U, 2U}) {
            const auto tuned = tunedFrom(*m_base, seed);
            const auto written = writeTuned(*tuned, m_base.get(), at(QString("tune%1.tritloom").arg(seed)));
            QVERIFY2(written.has_value(), written ? "" : written.error().message.c_str());
        }
        // Of a base that is called the same and has the same layers.
        QVERIFY(QDir(m_folder.path()).mkpath("elsewhere"));
        const auto other = tunedFrom(*m_base, 7);
        QVERIFY(writeTuned(*other, nullptr, at("elsewhere/other.tritloom"), false).has_value());
        const auto otherBase = loadModel(at("elsewhere/other.tritloom")).value();
        QVERIFY(writeTuned(*tunedFrom(*otherBase, 8), otherBase.get(), at("stranger.tritloom")).has_value());
    }

    void eachGivesWhatItGivesOpenedAlone()
    {
        const auto engine = engineOf(m_base);
        FineTunes tunes(engine, nullptr);
        QVERIFY(tunes.isEmpty());
        tunes.add({at("tune1.tritloom"), at("tune2.tritloom")});
        waitFor(tunes);
        QCOMPARE(tunes.rows().size(), std::size_t(3));
        QVERIFY(tunes.rows()[0].model == m_base); // the very one
        std::vector<std::vector<float>> all{logits(*m_base)};
        QSignalSpy picked(&tunes, &FineTunes::picked);
        for (const std::size_t row : {1, 2}) {
            const auto alone = loadModel(tunes.rows()[row].path).value();
            all.push_back(logits(*tunes.rows()[row].model));
            QVERIFY(all.back() == logits(*alone)); // bit for bit
            QVERIFY(tunes.rows()[row].model->key == alone->key);
            picked.clear();
            tunes.pick(row, *engine);
            QTRY_COMPARE_WITH_TIMEOUT(picked.count(), 1, 60000);
            QCOMPARE(picked[0][0].value<std::size_t>(), row);
            const auto own = tunes.rows()[row].engine, lonely = engineOf(alone);
            QVERIFY(own && own->model() == tunes.rows()[row].model);
            QCOMPARE(own->options().evaluation.contextLength, std::size_t(64)); // measured as the base is
            const auto tokens = continued(*own);
            QCOMPARE(tokens.size(), std::size_t(12));
            QVERIFY(tokens == continued(*lonely));
            const auto measured =
                           own->makeSession(nullptr).value()->evaluate(own->model()->original(), {}, {}),
                       expected = lonely->makeSession(nullptr).value()->evaluate(alone->original(), {}, {});
            QVERIFY(measured.has_value() && expected.has_value());
            QCOMPARE(measured->perplexity.value, expected->perplexity.value);
        }
        QVERIFY(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
        picked.clear();
        tunes.pick(0, *engine); // what has been looked at is there at once
        QCOMPARE(picked.count(), 1);
        QVERIFY(tunes.rows()[0].engine == engine);
    }

    void theBaseIsMappedOnce()
    {
        const int before = mappingsOf("base.gguf");
        QVERIFY(before > 0);
        FineTunes tunes(engineOf(m_base), nullptr);
        tunes.add({at("tune1.tritloom"), at("tune2.tritloom")});
        waitFor(tunes);
        QCOMPARE(mappingsOf("base.gguf"), before);
        QCOMPARE(mappingsOf("tune1.tritloom"), 1);
        std::size_t shared = 0;
        for (const std::size_t row : {1, 2}) {
            std::uint64_t own = 0;
            for (const NamedTensor& tensor : tunes.rows()[row].model->file->tensors) {
                const NamedTensor& there = *m_base->file->find(tensor.name);
                if (!tensor.replacement) {
                    own += storedBytes(tensor);
                    continue;
                }
                for (const LayerReplacement::Part& part : tensor.replacement->parts)
                    if (part.isShared) {
                        QCOMPARE(part.tensor.bytes().data(), there.stored.bytes().data());
                        ++shared;
                    } else {
                        own += part.tensor.bytes().size();
                    }
            }
            QCOMPARE(tunes.rows()[row].bytes, own);
            // All that is in the file but its header.
            const auto size = std::filesystem::file_size(tunes.rows()[row].path);
            QVERIFY2(own <= size && own > size * 9 / 10, qPrintable(QString("%1 %2").arg(own).arg(size)));
        }
        QVERIFY(shared > 0);
        QCOMPARE(tunes.rows()[0].bytes, m_base->bytes());
        QCOMPARE(tunes.bytes(), tunes.rows()[0].bytes + tunes.rows()[1].bytes + tunes.rows()[2].bytes);
    }

    void whatIsNoFineTuneOfItIsNamed_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QStringList>("words");
        QTest::newRow("of another base")
            << "stranger.tritloom" << QStringList{"stranger.tritloom", "base.gguf", "'other.tritloom'"};
        QTest::newRow("a whole model")
            << "elsewhere/other.tritloom" << QStringList{"other.tritloom", "base.gguf", "a model of its own"};
        QTest::newRow("damaged") << "cut.tritloom" << QStringList{"cut.tritloom"};
        QTest::newRow("missing") << "nowhere.tritloom" << QStringList{"nowhere.tritloom", "no such file"};
    }
    void whatIsNoFineTuneOfItIsNamed()
    {
        QFETCH(QString, name);
        QFETCH(QStringList, words);
        std::filesystem::copy_file(
            at("tune1.tritloom"), at("cut.tritloom"), std::filesystem::copy_options::overwrite_existing);
        std::filesystem::resize_file(at("cut.tritloom"), std::filesystem::file_size(at("cut.tritloom")) / 2);
        FineTunes tunes(engineOf(m_base), nullptr);
        QSignalSpy refused(&tunes, &FineTunes::refused);
        tunes.add({at("tune2.tritloom"), at(name)});
        waitFor(tunes);
        const QString said = onlyRefusal(refused);
        QVERIFY2(!said.contains('|') && !said.contains('\n'), qPrintable(said)); // one sentence
        for (const QString& word : words)
            QVERIFY2(said.contains(word), qPrintable(said));
        QCOMPARE(tunes.rows().size(), std::size_t(2)); // the other one is there
        QVERIFY(tunes.rows()[1].model && tunes.rows()[1].path == at("tune2.tritloom"));
    }

    void theProjectRemembersThem()
    {
        const auto store = [this] { return ProjectStore::open(at("list.tritproj")).value(); };
        std::filesystem::copy_file(at("tune1.tritloom"), at("gone.tritloom"));
        {
            const auto workspace = Workspace::create(engineOf(m_base), m_plugins, store());
            workspace->fineTunes()->add({at("tune1.tritloom"), at("gone.tritloom"), at("stranger.tritloom")});
            waitFor(*workspace->fineTunes());
            QCOMPARE(workspace->fineTunes()->rows().size(), std::size_t(3));
        }
        std::filesystem::remove(at("gone.tritloom"));
        const auto workspace = Workspace::create(engineOf(m_base), m_plugins, store());
        FineTunes& tunes = *workspace->fineTunes();
        waitFor(tunes);
        QCOMPARE(tunes.rows().size(), std::size_t(3));
        QVERIFY(tunes.rows()[0].model == m_base && tunes.rows()[1].model);
        QCOMPARE(tunes.rows()[2].path, at("gone.tritloom")); // it stays, with what is the matter
        QVERIFY2(
            tunes.rows()[2].problem.find("gone.tritloom") != std::string::npos,
            tunes.rows()[2].problem.c_str());
        // The one that cannot be opened is left out of turn.
        QCOMPARE(tunes.beside(*m_base, 1), std::optional<std::size_t>(1));
        QCOMPARE(tunes.beside(*m_base, -1), std::optional<std::size_t>(1));
        QCOMPARE(tunes.beside(*tunes.rows()[1].model, 1), std::optional<std::size_t>(0));
        std::filesystem::copy_file(at("tune2.tritloom"), at("gone.tritloom"));
        tunes.add({at("gone.tritloom")}); // it is back
        waitFor(tunes);
        QCOMPARE(tunes.rows().size(), std::size_t(3));
        QVERIFY(tunes.rows()[2].model && tunes.rows()[2].problem.empty());
        tunes.remove(2);
        tunes.remove(0); // the base stays
        QCOMPARE(tunes.rows().size(), std::size_t(2));
        std::filesystem::remove(at("gone.tritloom"));
    }

    // Its own project knows the list as well, and the base comes with it.
    void oneThatWasOpenedByItselfHasItsBaseAndTheOthers()
    {
        const auto store = [this] { return ProjectStore::open(at("own.tritproj")).value(); };
        const auto open = [&] {
            BaseFiles bases({}, preparedFile);
            OverBase opened = openOverBase(at("tune1.tritloom"), bases).value();
            auto workspace =
                Workspace::create(engineOf(makeModel(std::move(opened.model))), m_plugins, store());
            workspace->fineTunes()->setBase(opened.base);
            return workspace;
        };
        {
            const auto workspace = open();
            FineTunes& tunes = *workspace->fineTunes();
            QCOMPARE(tunes.rows().size(), std::size_t(2));
            QCOMPARE(tunes.rowOf(workspace->model()), std::optional<std::size_t>(1));
            QVERIFY(logits(*tunes.rows()[0].model) == logits(*m_base));
            QVERIFY(tunes.rows()[1].bytes < tunes.rows()[0].bytes);
            tunes.add({at("tune2.tritloom")});
            waitFor(tunes);
        }
        const auto workspace = open();
        waitFor(*workspace->fineTunes());
        const auto& rows = workspace->fineTunes()->rows();
        QCOMPARE(rows.size(), std::size_t(3));
        QCOMPARE(workspace->fineTunes()->rowOf(workspace->model()), std::optional<std::size_t>(1));
        QVERIFY(logits(*rows[2].model) == logits(*loadModel(at("tune2.tritloom")).value()));
    }

    // As BitDelta's own program saves it: no base is named, what is not in it is the base's.
    void aStateDictOfDifferencesIsOneToo()
    {
        saveLlamaFolder(at("folder"));
        const auto base = loadModel(at("folder")).value();
        SafetensorsBuilder file;
        file.add(
            "model.layers.1.self_attn.q_proj.mask", "I32", {2, 64}, std::vector<std::int32_t>(128, 0x55aa));
        file.add("model.layers.1.self_attn.q_proj.coeff", "F32", {1}, std::vector<float>{0.02f});
        file.save(at("diff.safetensors"));
        FineTunes tunes(engineOf(base), nullptr);
        QSignalSpy refused(&tunes, &FineTunes::refused);
        tunes.add({at("diff.safetensors")});
        waitFor(tunes);
        QVERIFY2(refused.isEmpty(), qPrintable(onlyRefusal(refused)));
        QCOMPARE(tunes.rows()[1].bytes, std::uint64_t(64 * 64 / 8 + 4)); // the signs and their scale
        BaseFiles given({at("folder")}, preparedFile);
        const auto alone = makeModel(openModel(at("diff.safetensors"), given).value());
        QVERIFY(logits(*tunes.rows()[1].model) == logits(*alone));
        QVERIFY(logits(*alone) != logits(*base));
    }
};

QTEST_GUILESS_MAIN(FineTunesTest)
#include "fine_tunes_test.moc"
