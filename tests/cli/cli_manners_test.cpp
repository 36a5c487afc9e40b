#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

#include <sys/stat.h>

/// What the command line says beside its numbers: where a file comes from, what was left out and why.
class CliMannersTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString m_language = TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf";
    const QString m_pictures = TRITLOOM_SOURCE_DIR "/resources/samples/picture/";
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

private slots:
    void aCompressedFileNamesItsOriginal_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("GGUF") << "small.gguf";
        QTest::newRow("Tritloom") << "small.tritloom";
    }
    void aCompressedFileNamesItsOriginal()
    {
        QFETCH(QString, file);
        const QString original = path("original.gguf");
        if (!QFile::exists(original))
            QVERIFY(QFile::copy(m_language, original));
        const QStringList how{"--format", "q4_0", "--method", "rtn", "--skip-evaluation", "-o"};
        QCOMPARE(cli(QStringList{"export", original} + how + QStringList{path(file)}).exitCode, 0);
        const QJsonObject before = cli({"inspect", original, "--json"}).json(),
                          after = cli({"inspect", path(file), "--json"}).json();
        QVERIFY(before["original"].isNull());
        QCOMPARE(after["original"]["name"].toString(), QString("original.gguf"));
        QCOMPARE(after["original"]["bytes"], before["bytes"]);
        QCOMPARE(after["original"]["path"].toString(), original); // beside it
        const Finished shown = cli({"inspect", path(file)});
        QVERIFY2(shown.out.contains("made from original.gguf, 16.0"), shown.out.constData());
        const Finished judged = cli({"evaluate", path(file), "--chunks", "1", "--context", "32"});
        QVERIFY2(judged.out.contains("--reference " + original.toUtf8()), judged.out.constData());
        // What is made of it names the first: quality is held against that.
        const QString second = path("second-" + file);
        QCOMPARE(cli(QStringList{"export", path(file)} + how + QStringList{second}).exitCode, 0);
        QCOMPARE(cli({"inspect", second, "--json"}).json()["original"], after["original"]);
    }

    void whatIsLeftOutOfAComparisonIsSaid()
    {
        const Finished done = cli(
            {"compare", m_language, "--formats", "q4_0,tq2_0", "--methods", "rtn,ternary", "--chunks", "1",
             "--context", "32", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const QJsonArray rows = done.json()["rows"].toArray(), leftOut = done.json()["leftOut"].toArray();
        const QJsonObject original = done.json()["original"].toObject();
        QVERIFY(original.contains("kl") && original["kl"].toDouble() == 0);
        QVERIFY(original["bytes"].toInt() > rows[0]["bytes"].toInt());
        QCOMPARE(rows.size() + leftOut.size(), 4);
        QVERIFY(leftOut[0].toString().startsWith("q4_0 by ternary is left out"));
        for (const QJsonValue& sentence : leftOut)
            QVERIFY2(done.err.contains(sentence.toString().toUtf8()), qPrintable(sentence.toString()));
    }

    void aTransformLeavesTheOriginalOfAComparison()
    {
        const Finished done = cli(
            {"compare", m_pictures + "classification/shapes.onnx", "--images",
             m_pictures + "classification/evaluation", "--limit", "40", "--formats", "int3row", "--methods",
             "rtn", "--transform", "bias-correction", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const QJsonObject answer = done.json(), original = answer["original"].toObject();
        QVERIFY2(original["compressSeconds"].isDouble(), qPrintable(original["failure"].toString()));
        const QJsonArray rows = answer["rows"].toArray();
        QCOMPARE(rows.size(), 1);
        QVERIFY(rows[0]["compressSeconds"].toDouble() > original["compressSeconds"].toDouble());
        QCOMPARE(answer["failed"].toInt(), 0);
    }

    void wordsThatAreNearlyRightAreNamed_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("meant");
        QTest::newRow("command") << QStringList{"evalute", m_language} << QByteArray("'evaluate'");
        QTest::newRow("option") << QStringList{"evaluate", m_language, "--refrence", "x"}
                                << QByteArray("'--reference'");
        QTest::newRow("format") << QStringList{"export", m_language, "--format", "q4k", "-o", path("x.gguf")}
                                << QByteArray("'q4_k'");
        QTest::newRow("format of a list")
            << QStringList{"compare", m_language, "--formats", "q4_0,itn4row"} << QByteArray("'int4row'");
        QTest::newRow("method") << QStringList{"allocate", m_language, "--budget",
                                               "4bpw",     "--method", "imatrx"}
                                << QByteArray("'imatrix'");
        QTest::newRow("method to show") << QStringList{"methods", "gtpq"} << QByteArray("'gptq'");
        QTest::newRow("target") << QStringList{"export",   m_language, "--format", "q4_k",
                                               "--target", "ggf",      "-o",       path("x.gguf")}
                                << QByteArray("'gguf'");
        QTest::newRow("device") << QStringList{"evaluate", m_language, "--device", "cpu:8bits"}
                                << QByteArray("'cpu:8bit'");
        QTest::newRow("benchmark") << QStringList{"bench", "kernel"} << QByteArray("'kernels'");
        QTest::newRow("action") << QStringList{"recipe", "dif", "a", "b"} << QByteArray("'diff'");
    }
    void wordsThatAreNearlyRightAreNamed()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, meant);
        const Finished done = cli(arguments);
        QCOMPARE(done.exitCode, 2);
        QVERIFY2(done.err.contains("did you mean " + meant), done.err.constData());
        QCOMPARE(done.err.trimmed().count('\n'), 0);
    }

    // Reading would wait for a writer, deaf to interrupts.
    void aPipeIsNotWaitedFor_data()
    {
        QTest::addColumn<QStringList>("arguments");
        const QString pipe = path("pipe"), picture = m_pictures + "classification/shapes.onnx";
        QTest::newRow("a model") << QStringList{"inspect", pipe};
        QTest::newRow("a recipe") << QStringList{"export", m_language, "--recipe",
                                                 pipe,     "-o",       path("o.gguf")};
        QTest::newRow("the recipe of a network on pictures")
            << QStringList{"evaluate", picture, "--recipe", pipe};
        QTest::newRow("a recipe's difference") << QStringList{"recipe", "diff", pipe, pipe};
        QTest::newRow("a text") << QStringList{"evaluate", m_language, "--text", pipe};
        QTest::newRow("a calibration") << QStringList{"evaluate", m_language, "--calibration", pipe};
        QTest::newRow("an importance matrix") << QStringList{"evaluate", m_language, "--imatrix", pipe};
        QTest::newRow("a base") << QStringList{"evaluate", m_language, "--base", pipe};
        QTest::newRow("a reference") << QStringList{"evaluate", m_language, "--reference", pipe};
        QTest::newRow("pictures") << QStringList{"evaluate", picture, "--images", pipe};
        QTest::newRow("labels") << QStringList{
            "evaluate", picture, "--images", m_pictures + "classification/evaluation", "--labels", pipe};
        QTest::newRow("a device as a text") << QStringList{"evaluate", m_language, "--text", "/dev/zero"};
    }
    void aPipeIsNotWaitedFor()
    {
        QFETCH(QStringList, arguments);
        if (!QFile::exists(path("pipe")))
            QCOMPARE(::mkfifo(path("pipe").toUtf8().constData(), 0600), 0);
        const Finished done = run(cliProgram(), arguments, m_folder.path(), 20);
        QVERIFY2(done.err.contains("a device or pipe"), done.err.constData());
        QCOMPARE(done.exitCode, 1);
        QCOMPARE(done.err.trimmed().count('\n'), 0);
    }

    void emptyListsAndParametersAreRefused_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("formats") << QStringList{"sensitivity", m_language, "--formats", ","};
        QTest::newRow("formats of compare") << QStringList{"compare", m_language, "--formats", ","};
        QTest::newRow("methods") << QStringList{"compare", m_language, "--methods", ", ,"};
        QTest::newRow("parameter") << QStringList{"export",   m_language, "--format", "q4_0",
                                                  "--method", "gptq:",    "-o",       path("x.gguf")};
        QTest::newRow("far too many pictures") << QStringList{
            "evaluate", m_pictures + "classification/shapes.onnx", "--calibration-count", "999999999"};
    }
    void emptyListsAndParametersAreRefused()
    {
        QFETCH(QStringList, arguments);
        const Finished done = cli(arguments);
        QCOMPARE(done.exitCode, 2);
        QCOMPARE(done.err.trimmed().count('\n'), 0);
    }

    void aPictureOfEachStageIsWritten()
    {
        const QString model = m_pictures + "super-resolution/enlarge.onnx", recipe = path("recipe.onnx");
        QCOMPARE(
            cli({"export", model, "--format", "int3row", "--method", "rtn", "--skip-evaluation", "-o",
                 recipe})
                .exitCode,
            0);
        const Finished done =
            cli({"generate", model, "--limit", "2", "--recipe", recipe, "-o", path("made"), "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const QJsonArray files = done.json()["files"].toArray();
        QCOMPARE(files.size(), 6);
        const QImage input(files[0].toString()), original(files[1].toString()),
            compressed(files[2].toString());
        QVERIFY(original.width() > input.width() && original.size() == compressed.size());
        QVERIFY(original != compressed);
    }

    /// Rows that GGUF's blocks do not divide make its formats end above the budget: others reach it.
    void aBudgetIsReachedByOtherFormatsThanGguf()
    {
        TRITLOOM_NEEDS_SHARED_DATA(folder);
        const QString model = QString::fromStdString((folder / "llm_stories260k/stories260K.bin").string());
        const Finished done = cli(
            {"allocate", model, "--budget", "4bpw", "--metric", "zd", "--chunks", "1", "--context", "64",
             "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY(done.json()["bitsPerWeight"].toDouble() <= 4);
        QVERIFY2(done.err.contains("int2row to int8row are offered too"), done.err.constData());
        const Finished less = cli({"allocate", model, "--budget", "1bpw"});
        QCOMPARE(less.exitCode, 2);
        const QRegularExpression told("--budget ([0-9.]+bpw)");
        const auto match = told.match(QString::fromUtf8(less.err));
        QVERIFY2(match.hasMatch(), less.err.constData());
        QCOMPARE(
            cli({"allocate", model, "--budget", match.captured(1), "--metric", "zd", "--chunks", "1",
                 "--context", "64"})
                .exitCode,
            0);
    }

    /// Nobody wants what costs bytes and quality.
    void noFormatIsChosenThatIsLargerThanWhatIsStored()
    {
        const QString small = path("stored4.gguf");
        QCOMPARE(
            cli({"export", m_language, "--format", "q4_0", "--method", "rtn", "--skip-evaluation", "-o",
                 small})
                .exitCode,
            0);
        const Finished done = cli(
            {"allocate", small, "--budget", "9bpw", "--formats", "q3_k,q8_0", "--metric", "zd", "--chunks",
             "1", "--context", "64", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY2(done.err.contains("larger than what is stored: they are left out"), done.err.constData());
        for (const QJsonValue& layer : done.json()["layers"].toArray())
            QVERIFY(layer["format"].toString() != "q8_0");
        // Where all are larger, one of them is chosen.
        const Finished larger = cli(
            {"allocate", small, "--budget", "9bpw", "--formats", "q8_0", "--metric", "zd", "--chunks", "1",
             "--context", "64", "--json"});
        QVERIFY2(larger.exitCode == 0, larger.err.constData());
        QVERIFY2(!larger.err.contains("are left out"), larger.err.constData());
        QVERIFY(larger.json()["layers"].toArray()[0].toObject()["format"].toString() == "q8_0");
    }

    /// Who reads only what is printed is not to be disturbed, nor told of a full disk.
    void streamsThatAreGone()
    {
        const QString program = cliProgram();
        const auto shell = [&](const QString& line) {
            return run(
                "/bin/bash", {"-c", line, "bash", program, m_language, path("streams.gguf")},
                m_folder.path());
        };
        // Notes of what this kind of file does not hold go where nobody reads any more.
        (void)shell(
            "( sleep 0.3; \"$1\" export \"$2\" --format nf4g64 --method rtn --skip-evaluation -o \"$3\" "
            "--target safetensors 2>&1 >/dev/null; echo $? > \"$3.code\" ) | true");
        QFile code(path("streams.gguf.code"));
        QVERIFY(code.open(QIODevice::ReadOnly));
        QCOMPARE(code.readAll().trimmed(), QByteArray("0"));
        const Finished noOutput = shell("\"$1\" inspect \"$2\" >&-");
        QCOMPARE(noOutput.exitCode, 1);
        QVERIFY2(noOutput.err.contains("standard output is closed"), noOutput.err.constData());
    }

    void aScreenshotNamesItsFile()
    {
        const Finished done = cli({"screenshot", "sample", "--page", "layers", "-o", path("layers.png")});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QVERIFY(done.out.contains(path("layers.png").toUtf8()));
        const Finished wrong = cli({"screenshot", "sample", "--page", "layer", "-o", path("x.png")});
        QCOMPARE(wrong.exitCode, 2);
        QVERIFY2(wrong.err.contains("did you mean 'layers'"), wrong.err.constData());
    }

    // A crash of the window, or a stop, is said by the program that waits for it.
    void aWindowThatEndsOnItsOwnIsTold_data()
    {
        QTest::addColumn<QByteArray>("does");
        QTest::addColumn<bool>("isStopped");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QByteArray>("sentence");
        QTest::newRow("it crashes") << QByteArray("kill -SEGV $$") << false << 1
                                    << QByteArray(
                                           "the program of the window ended before the picture was taken");
        QTest::newRow("it is stopped")
            << QByteArray("exec sleep 30") << true << 130 << QByteArray("cancelled");
    }
    void aWindowThatEndsOnItsOwnIsTold()
    {
        QFETCH(QByteArray, does);
        QFETCH(bool, isStopped);
        QFETCH(int, exitCode);
        QFETCH(QByteArray, sentence);
        QTemporaryDir folder; // the window's program is the one beside it
        const QString program = folder.filePath("tritloom-cli");
        QVERIFY(QFile::copy(cliProgram(), program));
        QFile window(folder.filePath("tritloom"));
        QVERIFY(window.open(QIODevice::WriteOnly));
        window.write("#!/bin/sh\n" + does + "\n");
        window.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        window.close();
        QProcess process;
        process.start(program, {"screenshot", "sample", "-o", folder.filePath("p.png")});
        QVERIFY(process.waitForStarted());
        if (isStopped) {
            QVERIFY(!process.waitForFinished(1500));
            process.terminate();
        }
        QVERIFY(process.waitForFinished(20000));
        const QByteArray said = process.readAllStandardError();
        QCOMPARE(process.exitCode(), exitCode);
        QCOMPARE(said.trimmed(), sentence);
    }

    void aMethodSaysWhatItWrites()
    {
        const Finished shown = cli({"methods", "bitdelta"});
        QVERIFY2(shown.out.contains("\nFormats: sign\n"), shown.out.constData());
        const QJsonArray all = cli({"methods", "--json"}).json()["methods"].toArray();
        int writing = 0;
        for (const QJsonValue& method : all) {
            const qsizetype formats = method["formats"].toArray().size();
            QCOMPARE(formats > 0, method["kind"].toString() == "layer-method");
            writing += formats > 0 ? 1 : 0;
        }
        QVERIFY(writing > 20);
        QString writers;
        for (const QJsonValue& format : cli({"formats", "--json"}).json()["formats"].toArray())
            if (format["id"].toString() == "sign")
                writers = format["writtenBy"].toString();
        QCOMPARE(writers, QString("bitdelta, bitstack, pb-llm"));
        // Where it is the only one it need not be named.
        const Finished only = cli(
            {"export", m_language, "--method", "pb-llm", "--skip-evaluation", "-o", path("signs.tritloom")});
        QVERIFY2(only.exitCode == 0, only.err.constData());
        QVERIFY(cli({"inspect", path("signs.tritloom")}).out.contains("sign"));
        const Finished several = cli({"export", m_language, "--method", "bitmod", "-o", path("x.tritloom")});
        QCOMPARE(several.exitCode, 2);
        QVERIFY2(several.err.contains("without --format: bitmod writes bitmod"), several.err.constData());
        const Finished none =
            cli({"export", m_language, "--format", "sign", "--method", "rtn", "-o", path("x.tritloom")});
        QCOMPARE(none.exitCode, 2);
        QVERIFY2(none.err.contains("bitdelta, bitstack, pb-llm can"), none.err.constData());
    }

    // While a program is being replaced its plugins are there in part.
    void aLibraryThatIsNoPluginIsNamed()
    {
        QTemporaryDir plugins;
        QFile part(plugins.filePath("libplugin_part.so"));
        QVERIFY(part.open(QIODevice::WriteOnly));
        part.write("\177ELF");
        part.close();
        qputenv("TRITLOOM_PLUGINS", plugins.path().toUtf8());
        const Finished done = cli({"methods"});
        qunsetenv("TRITLOOM_PLUGINS");
        QCOMPARE(
            done.err.trimmed(),
            QByteArray("libplugin_part.so says nothing of itself: it is no plugin, or not all of one"));
    }

    void formatsThatFitNoRowAreNoted()
    {
        const QString picture = m_pictures + "super-resolution/enlarge.onnx";
        const QStringList what{"compare",   picture, "--formats", "q4_k,int8row",
                               "--methods", "rtn",   "--limit",   "1"};
        const Finished done = cli(what + QStringList{"--csv", path("n.csv"), "--html", path("n.html")});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        const Finished json = cli(what + QStringList{"--json"});
        QString note;
        for (const QJsonValue& row : json.json()["rows"].toArray()) {
            QCOMPARE(row["note"].isUndefined(), row["format"].toString() != "q4_k");
            note += row["note"].toString();
        }
        QVERIFY2(note.contains("their rows are no multiple of 256"), qPrintable(note));
        QVERIFY2(done.out.contains(note.toUtf8()), done.out.constData());
        for (const char* name : {"n.csv", "n.html"}) {
            QFile file(path(name));
            QVERIFY(file.open(QIODevice::ReadOnly));
            QVERIFY(file.readAll().contains(note.toUtf8()));
        }
    }

    void aComparisonTakesWhatItsMethodsWrite()
    {
        const Finished done = cli(
            {"compare", m_language, "--methods", "rtn,pb-llm", "--chunks", "1", "--context", "32", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QStringList pairs;
        for (const QJsonValue& row : done.json()["rows"].toArray())
            pairs << row["method"].toString() + ' ' + row["format"].toString();
        QCOMPARE(pairs.last(), QString("pb-llm sign"));
        QCOMPARE(pairs.filter("rtn").size(), 6);
        QCOMPARE(done.json()["leftOut"].toArray().size(), 0);
    }
};

QTEST_GUILESS_MAIN(CliMannersTest)
#include "cli_manners_test.moc"
