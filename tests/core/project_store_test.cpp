#include "core/store/migrations.h"
#include "core/store/project_store.h"

#include "tests/support/full_disk.h"
#include "tests/support/tiny_model.h"

#include <QTemporaryDir>
#include <QTest>

#include <SQLiteCpp/SQLiteCpp.h>

#include <fstream>

using namespace tritloom;

class ProjectStoreTest : public QObject {
    Q_OBJECT

private slots:
    void givesBackWhatWasSaved()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("a.tritproj").toStdString());
        const auto model = TinyModel{}.make();
        Allocation allocation = model->original();
        allocation[LayerId(2)] = {.format = "q4_k", .method = "gptq", .parameters = {{"dampening", 0.02}}};
        std::vector<bool> pinned(model->layers.size());
        pinned[5] = true;
        {
            const auto store = ProjectStore::open(path).value();
            QVERIFY(store->setModel(*model).has_value());
            QVERIFY(store->save(*model, "current", allocation, pinned).has_value());
            QVERIFY(store->save(*model, "current", allocation, pinned).has_value()); // twice is no conflict
            store->put(keyOf("a"), "test", std::as_bytes(std::span("abc", 3)));
        }
        const auto store = ProjectStore::open(path).value();
        const auto saved = store->load(*model, "current").value();
        QVERIFY(saved.has_value());
        QVERIFY(saved->allocation == allocation);
        QCOMPARE(saved->pinned, pinned);
        QVERIFY(!store->load(*model, "other").value().has_value());
        QCOMPARE(store->find(keyOf("a")).value().size(), std::size_t(3));
        QVERIFY(!store->find(keyOf("b")).has_value());
        QCOMPARE(store->model().value().key, hexadecimal(model->key));
    }

    void keepsTheHistory()
    {
        const QTemporaryDir folder;
        const auto store = ProjectStore::open(folder.filePath("a.tritproj").toStdString()).value();
        const auto id = store->addEdit("drag blocks 6-9", 123).value();
        QVERIFY(store->addEdit("allocate", 100).has_value());
        QVERIFY(store->setEditKl(id, 0.25).has_value());
        const auto edits = store->edits().value();
        QCOMPARE(edits.size(), std::size_t(2));
        QCOMPARE(edits[0].kl.value(), 0.25);
        QVERIFY(!edits[1].kl.has_value());
    }

    void aCopyStandsAlone()
    {
        const QTemporaryDir folder;
        const auto model = TinyModel{}.make();
        const auto store = ProjectStore::open(folder.filePath("a.tritproj").toStdString()).value();
        QVERIFY(store->save(*model, "current", model->original(), {}).has_value());
        const auto copy = folder.filePath("b.tritproj").toStdString();
        QVERIFY(store->copyTo(copy).has_value());
        QVERIFY(ProjectStore::open(copy).value()->load(*model, "current").value().has_value());
    }

    void aFullDiskGivesASentenceAndKeepsWhatWasSaved()
    {
        const QTemporaryDir folder;
        const auto path = std::filesystem::path(folder.filePath("a.tritproj").toStdString());
        const auto model = TinyModel{}.make();
        Allocation before = model->original(), after = before;
        before[LayerId(1)] = {"q4_k", "rtn", {}};
        after[LayerId(1)] = {"q2_k", "rtn", {}};
        const auto store = ProjectStore::open(path).value();
        QVERIFY(store->save(*model, "current", before, {}).has_value());
        {
            const FullDisk full(1);
            const auto saved = store->save(*model, "current", after, {});
            QVERIFY(!saved);
            QVERIFY2(saved.error().code == ErrorCode::Io, saved.error().message.c_str());
            QVERIFY2(saved.error().message.find("a.tritproj") != std::string::npos, saved.error().message.c_str());
            const auto copied = store->copyTo(folder.filePath("b.tritproj").toStdString());
            QVERIFY(!copied);
            QVERIFY(!std::filesystem::exists(folder.filePath("b.tritproj").toStdString()));
            store->put(keyOf("a"), "test", std::as_bytes(std::span("abc", 3)));
            QVERIFY(!store->lastProblem().empty());
            qInfo("%s", saved.error().message.c_str());
        }
        // The same connection and a new one both have what was saved before, and saving works again.
        QVERIFY(store->load(*model, "current").value()->allocation == before);
        QVERIFY(ProjectStore::open(path).value()->load(*model, "current").value()->allocation == before);
        QVERIFY(store->save(*model, "current", after, {}).has_value());
        QVERIFY(store->load(*model, "current").value()->allocation == after);
    }

    void schemasThatCannotBeAreRefused()
    {
        const QTemporaryDir folder;
        for (const auto& [version, words] :
             {std::pair{-1, "the file is damaged: schema -1"}, {99, "made by a newer Tritloom (schema 99"}}) {
            const auto path = folder.filePath(QString("%1.tritproj").arg(version)).toStdString();
            QVERIFY(ProjectStore::open(path).has_value());
            {
                SQLite::Database database(path, SQLite::OPEN_READWRITE);
                database.exec("PRAGMA user_version = " + std::to_string(version));
            }
            const auto opened = ProjectStore::open(path);
            QVERIFY(!opened);
            QVERIFY2(opened.error().message.find(words) != std::string::npos, opened.error().message.c_str());
        }
    }

    // The window asks every format for its size: what it cannot ask stays as the file has it.
    void formatsThatAreNotKnownAreLeftOut()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("a.tritproj").toStdString();
        const auto model = TinyModel{}.make();
        Allocation allocation = model->original();
        allocation[LayerId(1)] = {"q4_k", "rtn", {}};
        allocation[LayerId(2)] = {"q4_k", "rtn", {}};
        std::vector<bool> pinned(model->layers.size());
        pinned[1] = true;
        QVERIFY(ProjectStore::open(path).value()->save(*model, "current", allocation, pinned).has_value());
        {
            SQLite::Database database(path, SQLite::OPEN_READWRITE);
            database.exec(
                "UPDATE choice SET format = 'int99g0' WHERE layer = '" + model->layers[1].name + "'");
        }
        const auto loaded = ProjectStore::open(path).value()->load(*model, "current").value().value();
        allocation[LayerId(1)] = {};
        QVERIFY(loaded.allocation == allocation);
        QCOMPARE(loaded.pinned, pinned);
        QCOMPARE(loaded.unknown, std::vector<std::string>{model->layers[1].name + " (int99g0)"});
    }

    void olderFilesAreBroughtUpToDateOrStayAsTheyAre()
    {
        const QTemporaryDir folder;
        const auto path = folder.filePath("a.tritproj").toStdString();
        const auto model = TinyModel{}.make();
        Allocation allocation = model->original();
        allocation[LayerId(1)] = {"q4_k", "rtn", {}};
        {
            const auto store = ProjectStore::open(path).value();
            QVERIFY(store->save(*model, "current", allocation, {}).has_value());
            QVERIFY(store->addEdit("an edit", 5).has_value());
        }
        const auto schemaOf = [&path] {
            SQLite::Database database(path, SQLite::OPEN_READONLY);
            return database.execAndGet("PRAGMA user_version").getInt();
        };
        const int before = schemaOf();
        std::vector<const char*> steps(std::begin(migrations), std::end(migrations));
        QCOMPARE(before, int(steps.size()));
        steps.push_back("CREATE TABLE extra(value TEXT); INSERT INTO extra VALUES ('here')");
        steps.push_back("ALTER TABLE nowhere ADD COLUMN more TEXT");
        const auto failed = ProjectStore::open(path, steps);
        QVERIFY(!failed);
        QVERIFY2(
            failed.error().message.find("no such table: nowhere") != std::string::npos,
            failed.error().message.c_str());
        QCOMPARE(schemaOf(), before); // the step that would have gone well is taken back too
        QVERIFY(ProjectStore::open(path).value()->load(*model, "current").value()->allocation == allocation);
        steps.pop_back();
        {
            const auto store = ProjectStore::open(path, steps).value();
            QVERIFY(store->load(*model, "current").value()->allocation == allocation);
            QCOMPARE(store->edits().value().front().text, std::string("an edit"));
        }
        QCOMPARE(schemaOf(), before + 1);
        {
            SQLite::Database database(path, SQLite::OPEN_READONLY);
            QCOMPARE(database.execAndGet("SELECT value FROM extra").getString(), std::string("here"));
        }
        const auto older = ProjectStore::open(path); // by a program that does not know the last step
        QVERIFY(!older && older.error().code == ErrorCode::Unsupported);
    }

    void refusesOtherFilesByName()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("text.tritproj").toStdString();
        std::ofstream(path) << "this is some text that is no database at all, not even a little bit of one";
        const auto opened = ProjectStore::open(path);
        QVERIFY(!opened);
        QVERIFY(QString::fromStdString(opened.error().message).endsWith("this is not a project file"));
        QVERIFY(!ProjectStore::open("/nowhere/at/all.tritproj"));
    }
};

QTEST_GUILESS_MAIN(ProjectStoreTest)
#include "project_store_test.moc"
