// Project files that end too early, lie, or are something else: what is refused is told in one sentence and
// stays byte for byte as it was; what opens can be used.
#include "core/store/project_store.h"
#include "tests/support/damaged_bytes.h"
#include "tests/support/processor_time.h"
#include "tests/support/quick_folder.h"
#include "tests/support/tiny_model.h"

#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tritloom;
namespace fs = std::filesystem;

namespace {

std::string contentOf(const fs::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

void save(const fs::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
}

} // namespace

class HostileProjectsTest final : public QObject {
    Q_OBJECT

    const QuickFolder m_folder;
    const std::shared_ptr<const Model> m_model = TinyModel{.blocks = 1}.make();
    const fs::path m_path = m_folder.filePath("a.tritproj").toStdString();
    Allocation m_allocation = m_model->original();
    std::string m_whole;
    std::size_t m_opened = 0, m_refused = 0;

    void writeProject(const fs::path& path)
    {
        const auto store = ProjectStore::open(path).value();
        QVERIFY(store->setModel(*m_model).has_value());
        QVERIFY(store->save(*m_model, "current", m_allocation, {}).has_value());
        QVERIFY(store->addEdit("an edit", 5).has_value());
        QVERIFY(store->setSetting("method", std::as_bytes(std::span("gptq", 4))).has_value());
        for (int i = 0; i < 20; ++i)
            store->put(keyOf("a", i), "test", std::as_bytes(std::span("some bytes of a result")));
    }
    void clear() const
    {
        for (const auto& entry : fs::directory_iterator(m_folder.path().toStdString()))
            fs::remove_all(entry.path());
    }
    void complain(const std::string& sentence) const
    {
        const std::string why = whyUnclear(sentence, m_path.filename().string());
        QVERIFY2(why.empty(), why.c_str());
    }
    /// Everything that is asked of a project; each is done or told.
    void use(ProjectStore& store) const
    {
        const auto loaded = store.load(*m_model, "current");
        if (!loaded)
            complain(loaded.error().message);
        else if (*loaded)
            for (const std::string& unknown : (*loaded)->unknown)
                QVERIFY2(whyUnclear(unknown).empty(), unknown.c_str());
        if (const auto edits = store.edits(); !edits)
            complain(edits.error().message);
        if (const auto model = store.model(); !model)
            complain(model.error().message);
        (void)store.find(keyOf("a", 3));
        (void)store.setting("method");
        if (const auto copied = store.copyTo(m_path.string() + ".copy"); !copied)
            complain(copied.error().message);
        if (const auto added = store.addEdit("another", 6); !added)
            complain(added.error().message);
        if (const auto saved = store.save(*m_model, "current", m_allocation, {}); !saved) {
            complain(saved.error().message);
            return;
        }
        const auto again = store.load(*m_model, "current");
        QVERIFY(again && *again && (*again)->allocation == m_allocation);
    }
    void ask(const std::string& bytes)
    {
        clear();
        save(m_path, bytes);
        askWhatIsThere();
    }
    void askWhatIsThere()
    {
        const std::string before = contentOf(m_path), log = contentOf(m_path.string() + "-wal");
        const ProcessorTime clock;
        const double begun = clock.milliseconds();
        const auto store = ProjectStore::open(m_path);
        QVERIFY2(clock.milliseconds() - begun < 1000, "it took more than a second");
        if (store) {
            ++m_opened;
            use(**store);
            return;
        }
        ++m_refused;
        complain(store.error().message);
        QVERIFY2(contentOf(m_path) == before, store.error().message.c_str());
        QVERIFY2(contentOf(m_path.string() + "-wal") == log, store.error().message.c_str());
    }
    /// Changed through the library itself, so that the file is whole.
    void refuses(const char* sql, const char* words)
    {
        clear();
        save(m_path, m_whole);
        SQLite::Database(m_path.string(), SQLite::OPEN_READWRITE).exec(sql);
        const std::size_t before = m_refused;
        askWhatIsThere();
        QCOMPARE(m_refused, before + 1);
        const std::string said = ProjectStore::open(m_path).error().message;
        QVERIFY2(said.find(words) != std::string::npos, said.c_str());
    }

private slots:
    void initTestCase()
    {
        m_allocation[LayerId(1)] = {.format = "q4_k", .method = "rtn", .parameters = {{"search", 0}}};
        writeProject(m_path);
        QVERIFY(!fs::exists(m_path.string() + "-wal"));
        m_whole = contentOf(m_path);
        QVERIFY(m_whole.size() > 20'000);
    }
    void init() { m_opened = m_refused = 0; }

    void noBeginningOfAFileIsTakenForTheWhole()
    {
        forEachBeginning(
            m_whole, [this](const std::string& bytes) { ask(bytes); }, 512);
        QCOMPARE(m_opened, std::size_t(1)); // of no bytes: a new one
        QVERIFY(m_refused > 40);
    }

    void noChangedByteIsACrash()
    {
        const auto visit = [this](const std::string& bytes) { ask(bytes); };
        forEachChangedByte(m_whole, visit, 1, 100); // the head
        forEachChangedByte(m_whole, visit, 331);
        QVERIFY(m_opened > 0 && m_refused > 0);
    }

    void anotherSchemaIsRefusedAndStays_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::addColumn<QString>("words");
        const auto row = [](const char* name, const char* sql, const char* words) {
            QTest::newRow(name) << sql << words;
        };
        for (const char* const table : {"model", "allocation", "choice", "edit", "result", "setting"})
            QTest::addRow("without %s", table)
                << QString("PRAGMA foreign_keys = OFF; DROP TABLE %1").arg(table)
                << QString("its table '%1'").arg(table);
        row("a column less", "ALTER TABLE edit DROP COLUMN kl", "its table 'edit'");
        row("a column more", "ALTER TABLE edit ADD COLUMN more TEXT", "its table 'edit'");
        row("columns of any type", "DROP TABLE setting; CREATE TABLE setting(key, value)",
            "its table 'setting'");
        row("a view for a table",
            "DROP TABLE result; CREATE VIEW result AS SELECT 1 AS key, 2 AS kind, 3 AS value",
            "its table 'result'");
        row("a trigger", "CREATE TRIGGER loses AFTER INSERT ON choice BEGIN DELETE FROM edit; END",
            "'loses' in it");
        row("a newer version", "PRAGMA user_version = 9", "made by a newer Tritloom (schema 9");
        row("a version before the first", "PRAGMA user_version = -7", "schema -7");
        row("no version, but tables", "PRAGMA user_version = 0", "is damaged");
        row("a version, but no tables",
            "PRAGMA foreign_keys = OFF; DROP TABLE choice; DROP TABLE allocation; DROP TABLE model; DROP "
            "TABLE edit; "
            "DROP TABLE result; DROP TABLE setting",
            "its table 'allocation'");
        row("another program's", "PRAGMA application_id = 5", "not a project file of Tritloom");
    }
    void anotherSchemaIsRefusedAndStays()
    {
        QFETCH(QString, sql);
        QFETCH(QString, words);
        refuses(sql.toUtf8().constData(), words.toUtf8().constData());
    }

    void valuesThatCannotBeAreLeftOut_data()
    {
        QTest::addColumn<QString>("sql");
        QTest::newRow("a large setting") << "UPDATE setting SET value = zeroblob(50000000)";
        QTest::newRow("large results") << "UPDATE result SET value = zeroblob(3000000)";
        QTest::newRow("no JSON") << "UPDATE choice SET parameters_json = '{\"search\":' || char(10)";
        QTest::newRow("words for numbers")
            << "UPDATE choice SET parameters_json = '{\"search\":\"much\",\"x\":[1]}'";
        QTest::newRow("deep JSON")
            << "UPDATE choice SET parameters_json = replace(hex(zeroblob(50000)), '00', '[')";
        QTest::newRow("a format of two lines")
            << "UPDATE choice SET format = 'q4' || char(10) || 'k' || char(0)";
        QTest::newRow("a long format") << "UPDATE choice SET format = hex(zeroblob(500000))";
        QTest::newRow("a method of no letters")
            << "UPDATE choice SET format = 'q4_k', method = char(10, 13, 27)";
        QTest::newRow("no UTF-8") << "UPDATE choice SET format = CAST(X'FFFE00FF' AS TEXT)";
        QTest::newRow("many edits")
            << "WITH RECURSIVE c(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM c WHERE i < 100000) "
               "INSERT INTO edit(id, text, bytes) SELECT i, 'x', -1 FROM c";
        QTest::newRow("layers of no model") << "UPDATE choice SET layer = layer || char(10)";
        QTest::newRow("two models of no path") << "UPDATE model SET path = '', key = ''";
        QTest::newRow("an identity at the end") << "UPDATE edit SET id = 9223372036854775807";
        QTest::newRow("numbers out of range") << "UPDATE choice SET pinned = -9223372036854775807";
    }
    void valuesThatCannotBeAreLeftOut()
    {
        QFETCH(QString, sql);
        clear();
        save(m_path, m_whole);
        SQLite::Database(m_path.string(), SQLite::OPEN_READWRITE).exec(sql.toStdString());
        askWhatIsThere();
        QCOMPARE(m_opened, std::size_t(1));
    }

    /// A program that was killed leaves its log beside the file: what stands in it is not lost, and not
    /// written into a file that is refused.
    void aLogBesideTheFile()
    {
        clear();
        const fs::path other = m_folder.filePath("b.tritproj").toStdString();
        {
            const auto store = ProjectStore::open(other).value();
            QVERIFY(store->setModel(*m_model).has_value());
            QVERIFY(store->save(*m_model, "current", m_allocation, {}).has_value());
            fs::copy_file(other, m_path);
            fs::copy_file(other.string() + "-wal", m_path.string() + "-wal");
        }
        const std::string bytes = contentOf(m_path), log = contentOf(m_path.string() + "-wal");
        QVERIFY(log.size() > 4096);
        QVERIFY(
            ProjectStore::open(m_path).value()->load(*m_model, "current").value()->allocation
            == m_allocation);
        for (const int version : {9, 1}) {
            clear();
            save(m_path, bytes);
            save(m_path.string() + "-wal", log);
            {
                SQLite::Database database(m_path.string(), SQLite::OPEN_READWRITE);
                database.exec("PRAGMA wal_autocheckpoint = 0");
                database.exec("PRAGMA user_version = " + std::to_string(version));
                fs::copy_file(m_path, other);
                fs::copy_file(m_path.string() + "-wal", other.string() + "-wal");
            }
            fs::rename(other, m_path);
            fs::rename(other.string() + "-wal", m_path.string() + "-wal");
            askWhatIsThere();
        }
        QCOMPARE(m_refused, std::size_t(1));
        QCOMPARE(m_opened, std::size_t(1));
        // Logs that are none, are of another file, or end too early.
        const auto withLog = [&](const std::string& nonsense) {
            clear();
            save(m_path, m_whole);
            save(m_path.string() + "-wal", nonsense);
            askWhatIsThere();
        };
        withLog("no log");
        withLog(log);
        forEachBeginning(log, withLog, 1111);
        forEachChangedByte(log, withLog, 1511);
        QCOMPARE(m_refused, std::size_t(1)); // they are of no use, and the file is whole
    }

    void whatIsNoFileIsSaid()
    {
        clear();
        fs::create_directory(m_path);
        QCOMPARE(
            QString::fromStdString(ProjectStore::open(m_path).error().message),
            QString::fromStdString(m_path.string() + ": this is a folder, no project file"));
        QVERIFY(!ProjectStore::openOrReplace(m_path));
        QVERIFY(fs::is_directory(m_path));
    }

    void nothingThatWasPutAsideIsLost()
    {
        clear();
        const auto damaged = [&](const std::string& bytes) {
            save(m_path, bytes);
            save(m_path.string() + "-wal", "log of " + bytes);
            const auto opened = ProjectStore::openOrReplace(m_path);
            QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
            QVERIFY(opened->notice.find("put aside as") != std::string::npos);
        };
        const std::string first(5000, 'x'), second(6000, 'y');
        damaged(first);
        damaged(second);
        QVERIFY(contentOf(m_path.string() + ".damaged") == first);
        QVERIFY(contentOf(m_path.string() + ".damaged-wal") == "log of " + first);
        QVERIFY(contentOf(m_path.string() + ".damaged-2") == second);
        QVERIFY(contentOf(m_path.string() + ".damaged-2-wal") == "log of " + second);
    }
};

QTEST_GUILESS_MAIN(HostileProjectsTest)
#include "hostile_projects_test.moc"
