// What a project keeps: programs are really killed here, with SIGKILL, and disks really run full.
#include "app/session/plugin_host.h"
#include "app/session/workspace.h"
#include "tests/support/program.h"
#include "tests/support/tiny_model.h"

#include <QCoreApplication>
#include <QDir>
#include <QDirIterator>
#include <QElapsedTimer>
#include <QStandardPaths>
#include <QTest>

#include <csignal>
#include <sys/resource.h>

using namespace tritloom;

namespace {

QStringList sweepArguments()
{
    return {"sensitivity", sampleModel(), "--formats", "q2_k,q4_k,q6_k,q8_0",
            "--method",    "rtn",         "--chunks",  "2",
            "--context",   "256",         "--json"};
}

/// The allocation after edit number n: one layer after the other goes up and down through the formats.
LayerChoice choiceAfter(int edit)
{
    static constexpr const char* formats[] = {"q4_0", "q5_0", "q8_0"};
    return {formats[edit % 3], "rtn", {}};
}

/// The child's part: opens a project and edits it until it is killed. Prints the number of each edit once it
/// is made.
int editUntilKilled(const char* path)
{
    const PluginHost plugins;
    auto store = ProjectStore::open(path).value();
    EngineOptions options;
    auto workspace = Workspace::create(TinyModel{}.make(), plugins, options, store).value();
    for (int edit = 0;; ++edit) {
        workspace->document().setChoices({{LayerId(std::uint32_t(edit % 5)), choiceAfter(edit)}}, "edit");
        std::printf("%d\n", edit);
        std::fflush(stdout);
        QElapsedTimer pause;
        pause.start();
        while (pause.elapsed() < 20)
            QCoreApplication::processEvents(QEventLoop::AllEvents, 5);
    }
}

/// Of a folder and those below it.
qint64 sizeOfFiles(const QString& folder)
{
    qint64 size = 0;
    QDirIterator files(folder, QDir::Files, QDirIterator::Subdirectories);
    while (files.hasNext())
        size += QFileInfo(files.next()).size();
    return size;
}

} // namespace

class CrashTest final : public QObject {
    Q_OBJECT

private slots:
    void aKilledSweepGoesOnWhereItWas()
    {
        const QTemporaryDir home, untouchedHome;
        const QJsonObject whole = run(cliProgram(), sweepArguments(), untouchedHome.path()).json();
        const int cells = whole["measured"].toInt();
        QVERIFY(cells > 50);
        QCOMPARE(whole["recalled"].toInt(), 0);

        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert("XDG_DATA_HOME", home.path());
        process.setProcessEnvironment(environment);
        process.start(cliProgram(), sweepArguments());
        // What is kept grows with what has been measured.
        int grown = 0;
        qint64 size = 0;
        QElapsedTimer waited;
        waited.start();
        while (grown < 8 && waited.elapsed() < 100'000 && !process.waitForFinished(20))
            if (const qint64 now = sizeOfFiles(home.path()); now > size) {
                size = now;
                ++grown;
            }
        QCOMPARE(process.state(), QProcess::Running); // else too quick to be killed
        ::kill(pid_t(process.processId()), SIGKILL);
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);

        const QJsonObject again = run(cliProgram(), sweepArguments(), home.path()).json();
        qInfo(
            "killed while measuring %d cells; the next run recalled %d and measured %d", cells,
            again["recalled"].toInt(), again["measured"].toInt());
        QCOMPARE(again["recalled"].toInt() + again["measured"].toInt(), cells);
        QVERIFY(again["recalled"].toInt() > 0 && again["measured"].toInt() > 0);
        QCOMPARE(again["layers"], whole["layers"]); // the same numbers, to the last digit
    }

    void whatAProjectHasOfOtherPluginsIsToldAndKept()
    {
        const QTemporaryDir folder;
        const PluginHost plugins;
        const auto store = ProjectStore::open(folder.filePath("foreign.tritproj").toStdString()).value();
        const std::shared_ptr<const Model> model = TinyModel{}.make();
        Allocation foreign = model->original();
        foreign[LayerId(1)] = {"q4_0", "method-of-tomorrow", {}};
        foreign[LayerId(2)] = {"q4_0", "rtn", {}};
        QVERIFY(store->save(*model, "current", foreign, {}).has_value());
        {
            const auto workspace = Workspace::create(model, plugins, {}, store).value();
            Allocation known = foreign;
            known[LayerId(1)] = {};
            QVERIFY(workspace->document().allocation() == known);
            QCOMPARE(
                workspace->unknownChoices(),
                fmt::format(
                    "for 1 of {} layers the project names a format or method that this program does not "
                    "have, so they are as stored: {} (q4_0 by method-of-tomorrow)",
                    model->layers.size(), model->layers[1].name));
        }
        QVERIFY(store->load(*model, "current").value()->allocation == foreign); // looking changes nothing
    }

    void aKillDuringEditsLosesAtMostTheLastSecond()
    {
        const QTemporaryDir folder;
        const QString path = folder.filePath("edited.tritproj");
        QProcess process;
        process.start(QCoreApplication::applicationFilePath(), {"--edit-until-killed", path});
        QByteArray printed;
        QElapsedTimer time;
        time.start();
        int oldEnough = -1; // the last edit made a second before the kill
        while (time.elapsed() < 3000) {
            process.waitForReadyRead(20);
            printed += process.readAllStandardOutput();
            const QByteArrayList lines = printed.left(printed.lastIndexOf('\n')).split('\n');
            if (time.elapsed() < 2000 && !lines.last().isEmpty())
                oldEnough = lines.last().toInt();
        }
        ::kill(pid_t(process.processId()), SIGKILL);
        QVERIFY(process.waitForFinished());
        printed += process.readAllStandardOutput();
        const int last = printed.left(printed.lastIndexOf('\n')).split('\n').last().toInt();
        QVERIFY2(oldEnough > 5, printed.constData());

        const auto model = TinyModel{}.make();
        const auto store = ProjectStore::open(path.toStdString());
        QVERIFY2(store, store ? "" : store.error().message.c_str());
        const auto saved = (*store)->load(*model, "current").value();
        QVERIFY(saved.has_value());
        // Which edit is the newest in the file? Five layers remember their own last one each.
        int newest = -1;
        for (int edit = std::max(0, last - 200); edit <= last + 2; ++edit) {
            Allocation expected = model->original();
            for (int back = std::max(0, edit - 4); back <= edit; ++back)
                expected[LayerId(std::uint32_t(back % 5))] = choiceAfter(back);
            if (edit >= 4 && expected == saved->allocation)
                newest = edit;
        }
        qInfo(
            "killed after edit %d; the file has edit %d, a second before the kill there were %d", last,
            newest, oldEnough);
        QVERIFY(newest >= oldEnough);
        QVERIFY((*store)->edits().value().size() >= std::size_t(oldEnough));
    }

    void aFullDiskDuringAnExportKeepsTheOldFile()
    {
        const QTemporaryDir folder;
        const QString target = folder.filePath("out.gguf");
        const QStringList arguments{"export",   sampleModel(), "--format", "q4_0",
                                    "--method", "rtn",         "-o",       target};
        QCOMPARE(run(cliProgram(), arguments, folder.path()).exitCode, 0);
        QFile file(target);
        QVERIFY(file.open(QIODevice::ReadOnly));
        const QByteArray before = file.readAll();
        // No file may grow beyond 1 MB: the write fails in the middle, as on a full disk.
        QStringList limited{"-c", "ulimit -f 1024; exec \"$@\"", "sh", cliProgram(), "export", sampleModel()};
        limited << "--format"
                << "q8_0"
                << "--method"
                << "rtn"
                << "-o" << target;
        const Finished result = run("/bin/bash", limited, folder.path());
        QCOMPARE(result.exitCode, 1);
        const QByteArray sentence = result.err.trimmed().split('\n').last(); // lines of progress come before
        QVERIFY2(sentence.contains("out.gguf: File too large"), result.err.constData());
        file.seek(0);
        QCOMPARE(file.readAll(), before);
        QVERIFY(!QFile::exists(target + ".tritloom-part"));
    }

    void aFullDiskDuringASaveKeepsTheOldProject()
    {
        const QTemporaryDir folder;
        const std::string path = folder.filePath("full.tritproj").toStdString();
        const auto model = TinyModel{}.make();
        const auto store = ProjectStore::open(path).value();
        Allocation allocation = model->original();
        allocation[LayerId(1)] = {"q4_0", "rtn", {}};
        QVERIFY(store->save(*model, "current", allocation, {}));
        // From here on no file may grow.
        std::signal(SIGXFSZ, SIG_IGN);
        rlimit before{};
        QCOMPARE(getrlimit(RLIMIT_FSIZE, &before), 0);
        const rlimit none{std::uint64_t(1) << 12, before.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_FSIZE, &none), 0);
        Allocation changed = allocation;
        Result<void> saved;
        for (int i = 0; i < 50 && saved; ++i) {
            changed[LayerId(0)] = choiceAfter(i);
            saved = store->save(*model, "current", changed, {});
        }
        store->put(keyOf("result"), "test", std::as_bytes(std::span("a result that is not kept")));
        const std::string problem = store->lastProblem();
        const auto copied = store->copyTo(folder.filePath("copy.tritproj").toStdString());
        setrlimit(RLIMIT_FSIZE, &before);
        QVERIFY(!saved);
        QVERIFY2(
            saved.error().message.find("keeps what it had") != std::string::npos,
            saved.error().message.c_str());
        QVERIFY(saved.error().message.find('\n') == std::string::npos);
        QVERIFY(!problem.empty());
        QVERIFY(!copied && !QFile::exists(folder.filePath("copy.tritproj")));
        QCOMPARE(QDir(folder.path()).entryList({"*part"}, QDir::Files).size(), 0);
        // What was there is there, and the next save works.
        const auto kept = store->load(*model, "current").value();
        QVERIFY(kept && kept->allocation[LayerId(1)].format == "q4_0");
        QVERIFY(store->save(*model, "current", allocation, {}));
    }

    void aDamagedAutosaveIsPutAsideWithANotice()
    {
        const QTemporaryDir folder;
        const auto model = TinyModel{}.make();
        const QString path = folder.filePath("kept.tritproj");
        {
            const auto store = ProjectStore::open(path.toStdString()).value();
            for (int i = 0; i < 2000; ++i)
                store->put(keyOf("result", i), "test", std::as_bytes(std::span("some bytes of a result")));
            QVERIFY(store->save(*model, "current", model->original(), {}));
        }
        QFile file(path);
        QVERIFY(file.open(QIODevice::ReadWrite));
        QVERIFY(file.size() > 20'000);
        file.seek(8192); // the head is whole, pages behind it are not
        file.write(QByteArray(12'000, '\x5a'));
        file.close();
        const auto refused = ProjectStore::open(path.toStdString());
        QVERIFY(!refused);
        QVERIFY2(
            refused.error().message.find("damaged") != std::string::npos, refused.error().message.c_str());
        const auto opened = ProjectStore::openOrReplace(path.toStdString());
        QVERIFY2(opened, opened ? "" : opened.error().message.c_str());
        QVERIFY2(opened->notice.find("put aside as") != std::string::npos, opened->notice.c_str());
        QVERIFY(QFile::exists(path + ".damaged"));
        QVERIFY(opened->store->save(*model, "current", model->original(), {}));
        QVERIFY(ProjectStore::openOrReplace(path.toStdString())->notice.empty());
    }
};

int main(int argc, char** argv)
{
    QCoreApplication application(argc, argv);
    if (argc == 3 && std::string_view(argv[1]) == "--edit-until-killed")
        return editUntilKilled(argv[2]);
    CrashTest test;
    return QTest::qExec(&test, argc, argv);
}

#include "crash_test.moc"
