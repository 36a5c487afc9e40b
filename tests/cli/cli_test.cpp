#include "tests/support/program.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <sys/stat.h>

/// The command line as a person or a script meets it: keys of the JSON, exit codes, sentences.
class CliTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

private slots:
    void everyCommandHasHelp_data()
    {
        QTest::addColumn<QString>("command");
        for (const char* name : {"inspect", "stats", "sensitivity", "allocate", "export", "evaluate", "generate",
                                 "compare", "bench", "formats", "methods", "targets", "devices", "screenshot"})
            QTest::newRow(name) << QString(name);
    }
    void everyCommandHasHelp()
    {
        QFETCH(QString, command);
        const Finished help = cli({command, "--help"});
        QCOMPARE(help.exitCode, 0);
        QVERIFY(help.out.contains("--json"));
    }

    // No time is judged here: only that every row says what was measured, and beside what.
    void benchMeasuresWhatItIsAskedFor()
    {
        const QJsonObject kernels = cli({"bench", "kernels", "--formats", "q4_0,f16", "--rows", "48", "--inner", "256",
                                         "--columns", "1,5", "--threads", "1", "--json"})
                                        .json();
        QVERIFY(kernels["readBytesPerSecond"].toDouble() > 0);
        QCOMPARE(kernels["threads"].toInt(), 1);
        const QJsonArray rows = kernels["rows"].toArray();
        QCOMPARE(rows.size(), 6); // q4_0 in both modes, f16 as it is, one and five columns each
        for (const QJsonValue& row : rows)
            for (const char* key : {"rows", "inner", "columns", "threads", "seconds", "bytesPerSecond",
                                    "operationsPerSecond", "shareOfBandwidth", "shareOfPeak"})
                QVERIFY2(row[key].toDouble() > 0, key);
        const QJsonObject model
            = cli({"bench", "evaluate", "--shape", "tiny", "--context", "16", "--mode", "exact", "--json"}).json();
        QCOMPARE(model["rows"].toArray().size(), 1);
        double shares = 0;
        for (const QJsonValue& phase : model["phases"].toArray())
            shares += phase["share"].toDouble();
        QVERIFY(std::abs(shares - 1) < 0.01);
        QCOMPARE(cli({"bench", "nonsense"}).exitCode, 1);
    }

    void inspectNamesWhatIsThere()
    {
        const QJsonObject json = cli({"inspect", sampleModel(), "--json"}).json();
        QCOMPARE(json["architecture"].toString(), QString("llama"));
        QVERIFY(json["parameters"].toDouble() > 3e6);
        QVERIFY(json["bytes"].toDouble() > 6e6);
        const QJsonObject tensor = json["tensors"].toArray()[0].toObject();
        for (const char* key : {"name", "shape", "format", "bytes"})
            QVERIFY2(tensor.contains(key), key);
    }

    void theMainJobRunsFromOpenToReadBack()
    {
        const QJsonObject allocated
            = cli({"allocate", sampleModel(), "--budget", "4.5bpw", "--formats", "q3_k,q4_k,q6_k", "--method", "imatrix",
                   "--chunks", "1", "--context", "128", "--json"})
                  .json();
        for (const char* key : {"bytes", "bitsPerWeight", "predictedKl", "layers"})
            QVERIFY2(allocated.contains(key), key);
        QVERIFY(allocated["bitsPerWeight"].toDouble() <= 4.5);
        QFile recipe(path("recipe.json"));
        QVERIFY(recipe.open(QIODevice::WriteOnly));
        recipe.write(QJsonDocument(allocated).toJson());
        recipe.close();
        const QStringList text{"--context", "128", "--chunks", "3", "--json"};
        const QJsonObject before
            = cli(QStringList{"evaluate", sampleModel(), "--recipe", path("recipe.json")} + text).json();
        const QJsonObject exported
            = cli({"export", sampleModel(), "--recipe", path("recipe.json"), "-o", path("out.gguf"), "--context", "128", "--json"}).json();
        QCOMPARE(qint64(exported["bytes"].toDouble()), QFile(path("out.gguf")).size());
        const QJsonObject after
            = cli(QStringList{"evaluate", path("out.gguf"), "--reference", sampleModel()} + text).json();
        for (const char* key : {"perplexity", "standardError", "tokens", "kl", "klStandardError", "topTokenAgreement"})
            QVERIFY2(after.contains(key), key);
        // What was promised is what the file does. Statistics of the two runs see the same text.
        QVERIFY(after["kl"].toDouble() > 0);
        QVERIFY(std::abs(before["kl"].toDouble() - after["kl"].toDouble()) < 1e-6);
        QVERIFY(std::abs(before["perplexity"].toDouble() / after["perplexity"].toDouble() - 1) < 1e-6);
    }

    void aSecondSweepMeasuresNothingAgain()
    {
        const QStringList arguments{"sensitivity", sampleModel(), "--formats", "q8_0", "--method", "rtn",
                                    "--chunks", "1", "--context", "64", "--json"};
        QElapsedTimer time;
        time.start();
        const QJsonObject first = cli(arguments).json();
        const qint64 measured = time.restart();
        const QJsonObject second = cli(arguments).json();
        qInfo("sweep %lld ms, again %lld ms", measured, time.elapsed());
        QCOMPARE(first["layers"], second["layers"]);
        const QJsonObject layer = first["layers"].toArray()[0].toObject();
        for (const char* key : {"name", "format", "kl", "weightError"})
            QVERIFY2(layer.contains(key), key);
    }

    void greedyTextIsTheSameTwice()
    {
        const QStringList arguments{"generate", sampleModel(), "--prompt", "The old man", "--tokens", "12", "--json"};
        const QJsonObject first = cli(arguments).json();
        QCOMPARE(first["tokens"].toArray().size(), 12);
        QCOMPARE(first["text"], cli(arguments).json()["text"]);
    }

    void wrongUseIsOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("sentence");
        const QString sample = sampleModel();
        QTest::newRow("no such command") << QStringList{"squeeze"} << 2 << "no command is called 'squeeze'";
        QTest::newRow("no such file") << QStringList{"inspect", "/no/where.gguf"} << 1 << "/no/where.gguf";
        QTest::newRow("no model") << QStringList{"inspect"} << 2 << "1 argument expected, 0 given";
        QTest::newRow("unknown option") << QStringList{"inspect", "--colour", sample} << 2 << "colour";
        QTest::newRow("no budget") << QStringList{"allocate", sample} << 2 << "--budget is needed";
        QTest::newRow("odd budget") << QStringList{"allocate", sample, "--budget", "small"} << 1 << "'small' is no budget";
        QTest::newRow("unknown device") << QStringList{"evaluate", sample, "--device", "abacus"} << 1 << "no device is called 'abacus'";
        QTest::newRow("unknown method") << QStringList{"sensitivity", sample, "--method", "magic"} << 1 << "no method is called 'magic'";
        QTest::newRow("unknown format") << QStringList{"sensitivity", sample, "--formats", "q9"} << 1 << "'q9'";
        QTest::newRow("negative chunks") << QStringList{"evaluate", sample, "--chunks", "-3"} << 1 << "--chunks needs a whole number";
        QTest::newRow("huge context") << QStringList{"evaluate", sample, "--context", "900000"} << 1 << "two contexts of 900000 are needed";
        QTest::newRow("no recipe") << QStringList{"export", sample, "--recipe", "/no.json", "-o", "/tmp/x.gguf"} << 1 << "/no.json";
        QTest::newRow("no folder") << QStringList{"export", sample, "-o", "/no/such/folder/x.gguf"} << 1 << "/no/such/folder";
        QTest::newRow("budget beyond all sizes") << QStringList{"allocate", sample, "--budget", "1e30GB"} << 1 << "more than 1e+18 bytes";
        QTest::newRow("bits beyond all sizes") << QStringList{"allocate", sample, "--budget", "1e30bpw"} << 1 << "more than 1e+18 bytes";
        QTest::newRow("budget below all formats") << QStringList{"allocate", sample, "--budget", "0.0001bpw"} << 1 << "the smallest choice has";
        QTest::newRow("budget not a number") << QStringList{"allocate", sample, "--budget", "nanbpw"} << 1 << "'nanbpw' is no budget";
        QTest::newRow("a crowd of threads") << QStringList{"evaluate", sample, "--threads", "999999999"} << 1 << "--threads takes at most 1024";
        QTest::newRow("odd temperature") << QStringList{"generate", sample, "--temperature", "nan"} << 1 << "--temperature needs a number";
        QTest::newRow("odd seed") << QStringList{"generate", sample, "--seed", "x"} << 1 << "--seed needs a whole number";
    }
    void wrongUseIsOneSentence()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, sentence);
        const Finished result = cli(arguments);
        QVERIFY2(QString::fromUtf8(result.err).contains(sentence), result.err.constData());
        QCOMPARE(result.exitCode, exitCode);
        QCOMPARE(result.err.trimmed().count('\n'), 0);
    }

    void aPipeIsNeverReplacedByAFile()
    {
        const QByteArray pipe = path("pipe").toUtf8();
        QCOMPARE(mkfifo(pipe.constData(), 0600), 0);
        const Finished exported = cli({"export", sampleModel(), "-o", path("pipe")});
        QCOMPARE(exported.exitCode, 1);
        QVERIFY2(exported.err.contains("this is a device or a pipe"), exported.err.constData());
        struct stat status {};
        QCOMPARE(lstat(pipe.constData(), &status), 0);
        QVERIFY(S_ISFIFO(status.st_mode));
    }

    void theModelIsNeverWrittenOver()
    {
        const QString model = path("own.gguf");
        QVERIFY(QFile::copy(sampleModel(), model));
        const qint64 bytes = QFile(model).size();
        QVERIFY(QFile::link(model, path("link.gguf")));
        for (const QString& name : {QString("own.gguf"), QString("link.gguf")}) {
            const Finished result = cli({"export", model, "--format", "q4_0", "--method", "rtn", "-o", path(name)});
            QCOMPARE(result.exitCode, 1);
            QVERIFY2(result.err.contains("this is the model itself"), result.err.constData());
            QCOMPARE(QFile(model).size(), bytes);
        }
    }

    void wrongRecipesAreRefused_data()
    {
        QTest::addColumn<QString>("layers");
        QTest::addColumn<QString>("sentence");
        const QString name = "\"name\":\"blk.0.attn_q.weight\"";
        QTest::newRow("no object") << "5" << "needs a 'name'";
        QTest::newRow("unknown layer") << R"({"name":"nope"})" << "no layer 'nope'";
        QTest::newRow("layer twice") << "{" + name + "},{" + name + "}" << "is listed twice";
        QTest::newRow("format is a number") << "{" + name + ",\"format\":5}" << "'format' is no text";
        QTest::newRow("parameter is a text")
            << "{" + name + R"(,"format":"q4_0","method":"rtn","parameters":{"search":"x"}})" << "'search' is no number";
        QTest::newRow("unknown parameter")
            << "{" + name + R"(,"format":"q4_0","method":"rtn","parameters":{"zest":1}})" << "no parameter 'zest'";
        QTest::newRow("parameter out of range")
            << "{" + name + R"(,"format":"q4_0","method":"rtn","parameters":{"search":-1e300}})" << "parameter 'search'";
        QTest::newRow("unknown method") << "{" + name + R"(,"format":"q4_0","method":"zest"})" << "no method is called 'zest'";
    }
    void wrongRecipesAreRefused()
    {
        QFETCH(QString, layers);
        QFETCH(QString, sentence);
        QFile recipe(path("wrong.json"));
        QVERIFY(recipe.open(QIODevice::WriteOnly));
        recipe.write(QString(R"({"layers":[%1]})").arg(layers).toUtf8());
        recipe.close();
        const Finished result = cli({"export", sampleModel(), "--recipe", path("wrong.json"), "-o", path("wrong.gguf")});
        QCOMPARE(result.exitCode, 1);
        QVERIFY2(QString::fromUtf8(result.err).contains(sentence), result.err.constData());
        QVERIFY(!QFile::exists(path("wrong.gguf")));
        QVERIFY(!QFile::exists(path("wrong.gguf.part")));
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
