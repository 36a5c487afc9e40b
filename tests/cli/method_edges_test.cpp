#include "core/file/model_file.h"
#include "tests/support/program.h"

#include <QDir>
#include <QElapsedTimer>
#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <csignal>
#include <cstring>

using namespace tritloom;

namespace {

constexpr std::uint16_t halfNaN = 0x7e00, halfInfinity = 0x7c00;

} // namespace

/// What makes all of a measurement senseless is told before it, what fails in part is seen.
class MethodEdgesTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

    /// The sample with weights of a layer changed: each `every`-th number, `how` from its f16.
    template <typename How>
    QString changed(const QString& name, const std::string& layer, std::size_t every, How how)
    {
        QFile file(sampleModel());
        if (!file.open(QIODevice::ReadOnly))
            qFatal("no sample");
        QByteArray bytes = file.readAll();
        const ModelFile model = openModel(sampleModel().toStdString()).value();
        const auto weights = model.find(layer)->stored.bytes();
        const QByteArray held(reinterpret_cast<const char*>(weights.data()), qsizetype(weights.size()));
        const qsizetype at = bytes.indexOf(held);
        for (std::size_t i = 0; i < weights.size() / 2; i += every) {
            std::uint16_t half = 0;
            std::memcpy(&half, bytes.data() + at + qsizetype(2 * i), sizeof half);
            half = how(half);
            std::memcpy(bytes.data() + at + qsizetype(2 * i), &half, sizeof half);
        }
        QFile copy(path(name));
        if (!copy.open(QIODevice::WriteOnly) || copy.write(bytes) != bytes.size())
            qFatal("no copy");
        return path(name);
    }
    QString broken(std::uint16_t half)
    {
        return changed(
            half == halfNaN ? "nan.gguf" : "infinite.gguf", "blk.1.ffn_up.weight", 1 << 20,
            [&](std::uint16_t) { return half; });
    }
    /// Every weight of a layer a little off: by one unit in the fifth last place.
    QString tuned(std::size_t every)
    {
        return changed(
            QString("tuned%1.gguf").arg(every), "blk.1.ffn_up.weight", every,
            [](std::uint16_t half) { return std::uint16_t(half ^ 16); });
    }
    QStringList parts() { return QDir(m_folder.path()).entryList({"*part*"}, QDir::AllEntries); }

private slots:
    void weightsThatAreNoNumbersEndItBeforeTheWork_data()
    {
        QTest::addColumn<QStringList>("command");
        for (const bool isNaN : {true, false}) {
            const QString model = broken(isNaN ? halfNaN : halfInfinity);
            const char* const what = isNaN ? "NaN" : "infinite";
            QTest::addRow("sensitivity, %s", what)
                << QStringList{"sensitivity", model, "--formats", "q4_0,q8_0", "--method", "rtn"};
            QTest::addRow("compare, %s", what)
                << QStringList{"compare", model, "--formats", "q4_0", "--methods", "rtn"};
            QTest::addRow("allocate, %s", what)
                << QStringList{"allocate", model, "--formats", "q4_0,q8_0", "--method", "rtn", "--budget", "6bpw"};
            QTest::addRow("evaluate, %s", what) << QStringList{"evaluate", model};
        }
    }
    void weightsThatAreNoNumbersEndItBeforeTheWork()
    {
        QFETCH(QStringList, command);
        const Finished done = cli(command + QStringList{"--chunks", "2", "--context", "64"});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(
            done.err.contains("blk.1.ffn_up.weight: 1 of its 196608 numbers are NaN or infinite"),
            done.err.constData());
        QVERIFY2(done.err.contains("the model's output is not finite"), done.err.constData());
        QVERIFY2(done.out.isEmpty(), done.out.constData());
        QVERIFY2(!done.err.contains("budget"), done.err.constData());
    }

    void anExportTellsWeightsThatAreNoNumbers()
    {
        const Finished done =
            cli({"export", broken(halfInfinity), "--skip-evaluation", "-o", path("again.gguf"), "--json"});
        QCOMPARE(done.exitCode, 0);
        QVERIFY2(
            done.json()["remarks"].toArray().at(0).toString().contains("NaN or infinite"), done.out.constData());
    }

    void aFileThatCannotRunIsToldBeforeItIsWritten()
    {
        const Finished done =
            cli({"export", sampleModel(), "--skip-evaluation", "-o", path("plain.safetensors")});
        QCOMPARE(done.exitCode, 0);
        QVERIFY2(done.err.contains("note: this kind of file has no place for what runs"), done.err.constData());
    }

    void aBaseIsThereWhereItIsNeededAndOnlyThere_data()
    {
        QTest::addColumn<QStringList>("command");
        QTest::addColumn<QString>("sentence");
        const QString sample = sampleModel(), needed = "'bitdelta' needs the model that this one was tuned from",
                      none = "--base means nothing here";
        QTest::newRow("compare without") << QStringList{"compare", sample, "--formats", "sign", "--methods", "bitdelta"} << needed;
        QTest::newRow("a format without") << QStringList{"sensitivity", sample, "--formats", "q4_0,sign@bitdelta"} << needed;
        QTest::newRow("export without")
            << QStringList{"export", sample, "--format", "sign", "--method", "bitdelta", "-o", path("a.tritloom")} << needed;
        QTest::newRow("compare with") << QStringList{"compare", sample, "--formats", "q4_0", "--methods", "rtn", "--base", sample} << none;
        QTest::newRow("evaluate with") << QStringList{"evaluate", sample, "--base", sample} << none;
        QTest::newRow("allocate with") << QStringList{"allocate", sample, "--budget", "4bpw", "--base", sample} << none;
        QTest::newRow("imatrix with") << QStringList{"imatrix", sample, "-o", path("i.gguf"), "--base", sample} << none;
    }
    void aBaseIsThereWhereItIsNeededAndOnlyThere()
    {
        QFETCH(QStringList, command);
        QFETCH(QString, sentence);
        const Finished done = cli(command);
        QVERIFY2(QString::fromUtf8(done.err).contains(sentence), done.err.constData());
        QCOMPARE(done.exitCode, 2);
        QVERIFY(done.out.isEmpty());
    }

    void aBaseThatIsNoneIsTold_data()
    {
        QTest::addColumn<std::size_t>("every"); // changed weight of one layer; 0: none
        QTest::addColumn<QString>("sentence");
        QTest::newRow("the model itself")
            << std::size_t(0) << "the base holds the weights of the model itself: there is no difference to store";
        QTest::newRow("half of a layer") << std::size_t(2) << "in 29 of 29 layers more than 30 % of the differences to the base are exactly 0 (100 %";
    }
    void aBaseThatIsNoneIsTold()
    {
        QFETCH(std::size_t, every);
        QFETCH(QString, sentence);
        const QString model = every == 0 ? sampleModel() : tuned(every);
        const Finished done =
            cli({"export", model, "--format", "sign", "--method", "bitdelta", "--base", sampleModel(),
                 "--skip-evaluation", "-o", path("delta.tritloom")});
        QCOMPARE(done.exitCode, 0);
        QVERIFY2(QString::fromUtf8(done.err).contains(sentence), done.err.constData());
    }

    // What methods cannot learn from is told with the layer that they were at, and the one that is broken.
    void weightsThatAreNotFiniteAreNamedByMethodsThatLearn()
    {
        const Finished done =
            cli({"export", broken(halfInfinity), "--format", "int4g64a", "--method", "gptq", "--skip-evaluation",
                 "-o", path("broken.tritloom")});
        QCOMPARE(done.exitCode, 1);
        QVERIFY2(
            done.err.contains(".weight: the Gram matrix of the inputs holds numbers that are not finite; "
                              "blk.1.ffn_up.weight: 1 of its 196608 numbers are NaN or infinite"),
            done.err.constData());
    }

    // Two fine-tunes in files of their own: the base is mapped once, and each is what evaluate says it is.
    void fineTunesOverOneBase()
    {
        const QStringList quick{"--chunks", "1", "--context", "64"};
        QStringList files;
        for (const std::size_t every : {1, 3}) {
            files << path(QString("tuned%1.tritloom").arg(every));
            const Finished done = cli(
                {"export", tuned(every), "--format", "sign", "--method", "bitdelta", "--base", sampleModel(),
                 "--target", "tritloom-delta", "-o", files.back()});
            QVERIFY2(done.exitCode == 0 && done.out.contains("evaluated: "), (done.out + done.err).constData());
            QVERIFY(QFileInfo(files.back()).size() < QFileInfo(sampleModel()).size() / 4);
        }
        const Finished lost = cli(QStringList{"deltas"} + files + quick);
        QCOMPARE(lost.exitCode, 1);
        QVERIFY2(
            lost.err.contains("tuned1.tritloom: it holds differences to 'sample.gguf', which was not found"),
            lost.err.constData());
        const Finished all = cli(
            QStringList{"deltas"} + files + quick
            + QStringList{"--base", sampleModel(), "--prompt", "Once", "--tokens", "3", "--json"});
        QVERIFY2(all.exitCode == 0, all.err.constData());
        QCOMPARE(all.json()["basesMapped"].toInt(), 1);
        const QJsonArray models = all.json()["models"].toArray();
        QCOMPARE(models.size(), 2);
        for (int i = 0; i < 2; ++i) {
            const Finished one = cli(
                QStringList{"evaluate", files[i], "--base", sampleModel(), "--json"} + quick);
            QVERIFY2(one.exitCode == 0, one.err.constData());
            QCOMPARE(models[i]["perplexity"].toDouble(), one.json()["perplexity"].toDouble());
            QVERIFY(!models[i]["text"].toString().isEmpty());
        }
        QVERIFY(models[0]["perplexity"] != models[1]["perplexity"]);
        // The base is looked for where a reference or a recipe needs it, too.
        const Finished beside = cli(
            QStringList{"evaluate", sampleModel(), "--reference", files[0], "--base", sampleModel(), "--json"}
            + quick);
        QVERIFY2(beside.exitCode == 0, beside.err.constData());
        QVERIFY(beside.json()["kl"].toDouble() > 0);
        const Finished recipe = cli(
            QStringList{"evaluate", sampleModel(), "--recipe", files[0], "--base", sampleModel()} + quick);
        QVERIFY2(recipe.err.contains("is stored as several matrices"), recipe.err.constData());
        QVERIFY(QFile::copy(sampleModel(), path("sample.gguf"))); // beside them
        QCOMPARE(cli({"inspect", files[0]}).exitCode, 0);
        // A comparison counts the base that the differences are to, new ones and those in the file.
        const Finished rows =
            cli(QStringList{
                    "compare", files[0], "--base", sampleModel(), "--methods", "rtn", "--formats", "q4_0",
                    "--json"}
                + quick);
        QVERIFY2(rows.exitCode == 0, rows.err.constData());
        const QJsonObject original = rows.json()["original"].toObject();
        QVERIFY(original["baseBytes"].toInt() > 10 * original["bytes"].toInt());
        QVERIFY(!rows.json()["rows"][0].toObject().contains("baseBytes"));
        QVERIFY2(
            rows.json()["notes"][0].toString().startsWith(
                "rows are held against this file itself, made from tuned1"),
            rows.out.constData());
        for (int again = 0; again < 2; ++again) { // measured, then as it was kept
            const Finished made =
                cli(QStringList{
                        "compare", tuned(1), "--base", sampleModel(), "--methods", "bitdelta", "--formats",
                        "sign"}
                    + quick);
            QVERIFY2(made.exitCode == 0, made.err.constData());
            QVERIFY2(
                made.out.contains(
                    "differences only: the " + QByteArray::number(original["baseBytes"].toInt())
                    + " bytes of the base are needed beside them\n"),
                made.out.constData());
        }
        // What others hold differences to is not written over, whether it was named or found.
        const Finished over = cli(
            {"export", files[0], "--format", "q4_0", "--method", "rtn", "--skip-evaluation", "-o",
             path("sample.gguf")});
        QCOMPARE(over.exitCode, 1);
        QVERIFY2(over.err.contains("this is the model that this one was tuned from"), over.err.constData());
        QCOMPARE(QFileInfo(path("sample.gguf")).size(), QFileInfo(sampleModel()).size());
        QFile::remove(path("sample.gguf"));
    }

    void whatFailsInPartIsCounted()
    {
        // A layer of the base is turned round: twice its own norm away, which this method refuses.
        const QString base = changed("turned.gguf", "blk.1.ffn_up.weight", 1, [](std::uint16_t half) {
            return std::uint16_t(half ^ 0x8000);
        });
        const QStringList asked{"--base", base, "--chunks", "1", "--context", "64"};
        const QStringList cells = QStringList{"sensitivity", sampleModel(), "--formats", "sign@bitdelta"} + asked;
        const Finished done = cli(cells + QStringList{"--json"});
        QCOMPARE(done.exitCode, 0);
        QCOMPARE(done.json()["failed"].toInt(), 1);
        QCOMPARE(done.json()["layers"].toArray().size(), 29);
        QVERIFY2(
            done.err.contains("1 of 29 pairs of a layer and a format could not be measured:\n")
                && done.err.contains("the base differs from this layer by 200 %"),
            done.err.constData());
        QVERIFY2(
            done.err.contains("1 of 29 layers differ from the base by more than 30 % of its norm (200 % in blk.1.ffn_up"),
            done.err.constData());
        const Finished table = cli(cells);
        QVERIFY2(!table.out.contains("differs from"), table.out.constData()); // in no column of numbers

        const Finished rows =
            cli(QStringList{"compare", sampleModel(), "--formats", "sign", "--methods", "bitdelta"} + asked);
        QCOMPARE(rows.exitCode, 1);
        QVERIFY2(rows.err.contains("1 of 1 rows could not be measured:\n"), rows.err.constData());
        QVERIFY2(!rows.out.contains("differs from"), rows.out.constData());
    }

    // Software devices multiply halves no quicker than floats, and do not.
    void halfPrecisionThatIsExactIsSaid()
    {
        const QJsonArray devices = cli({"devices", "--json"}).json()["devices"].toArray();
        int asked = 0;
        for (const QJsonValue& device : devices) {
            const QString id = device["id"].toString(), title = device["title"].toString();
            if (!id.endsWith(":half"))
                continue;
            ++asked;
            const bool isExact = title.endsWith("half precision: not quicker here, so exact");
            const Finished done =
                cli({"evaluate", sampleModel(), "--device", id, "--chunks", "1", "--context", "64", "--json"});
            QCOMPARE(done.exitCode, 0);
            QCOMPARE(done.json()["device"].toString().contains("half precision"), !isExact);
            QCOMPARE(done.err.contains("half precision is not quicker on this device"), isExact);
        }
        if (asked == 0)
            QSKIP("there is no Vulkan device here");
    }

    // As 'tritloom-cli export ... 2>&1 | head -1' ends it.
    void nothingIsLeftWhenNobodyReads()
    {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(
            "/bin/bash",
            {"-c", QString("'%1' export '%2' --format q4_k --method gptq -o piped.gguf 2>&1 | head -1").arg(cliProgram(), sampleModel())});
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(parts(), QStringList());
        // Where nothing was said before it was written, nobody was missed: it is whole then.
        if (QFile::exists(path("piped.gguf")))
            QCOMPARE(cli({"inspect", path("piped.gguf")}).exitCode, 0);
    }

    void nothingIsLeftByTwoInterrupts()
    {
        QProcess process;
        process.setWorkingDirectory(m_folder.path());
        process.start(cliProgram(), {"export", sampleModel(), "--format", "q4_k", "--method", "gptq", "-o", "cut.gguf"});
        QVERIFY(process.waitForStarted());
        QElapsedTimer time;
        time.start();
        while (parts().isEmpty() && time.elapsed() < 30000 && process.state() == QProcess::Running)
            process.waitForReadyRead(5);
        QVERIFY(!parts().isEmpty());
        ::kill(pid_t(process.processId()), SIGINT);
        ::kill(pid_t(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(30000));
        QCOMPARE(process.exitCode(), 130);
        QCOMPARE(parts(), QStringList());
        QVERIFY(!QFile::exists(path("cut.gguf")));
    }
};

QTEST_GUILESS_MAIN(MethodEdgesTest)
#include "method_edges_test.moc"
