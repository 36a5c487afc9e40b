#include "tests/support/program.h"
#include "tests/support/shared_data.h"

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
                                 "compare", "planes", "analyse", "recipe", "blame", "bench", "formats", "methods", "targets", "devices", "screenshot"})
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

    void recipesAreHeldAgainstEachOther()
    {
        const auto save = [&](const QString& name, const QByteArray& layers) {
            QFile file(path(name));
            return file.open(QIODevice::WriteOnly) && file.write("{\"layers\":[" + layers + "]}") > 0;
        };
        QVERIFY(save("a.json", R"({"name":"blk.0.attn_q.weight","format":"q4_k","method":"rtn"},
                                  {"name":"blk.0.attn_k.weight","format":"q8_0","method":"rtn"})"));
        QVERIFY(save("b.json", R"({"name":"blk.0.attn_q.weight","format":"q8_0","method":"rtn"},
                                  {"name":"blk.0.attn_k.weight","format":"q8_0","method":"rtn"},
                                  {"name":"blk.1.ffn_up.weight","format":"q4_k","method":"imatrix"})"));
        const QStringList diff{"recipe", "diff", path("a.json"), path("b.json"), "--json"};
        const QJsonObject names = cli(diff).json();
        QCOMPARE(names["equalLayers"].toInt(), 1);
        QCOMPARE(names["changes"].toArray().size(), 2);
        QCOMPARE(names["changes"][0]["before"]["format"].toString(), QString("q4_k"));
        QCOMPARE(names["changes"][1]["before"]["format"].toString(), QString("stored"));
        QVERIFY(!names.contains("before")); // without a model there are no sizes

        const QStringList text{"--chunks", "1", "--context", "64"};
        const QStringList withModel = diff + QStringList{"--model", sampleModel()} + text;
        const QJsonObject before = cli(withModel).json();
        const QJsonObject query = before["changes"][0].toObject();
        QCOMPARE(query["after"]["bytes"].toInt() * 8.0 / (256 * 256), query["after"]["bitsPerWeight"].toDouble());
        QCOMPARE(query["after"]["bitsPerWeight"].toDouble(), 8.5);
        QVERIFY(!query["after"].toObject().contains("predictedKl"));
        const QJsonArray changes = before["changes"].toArray();
        double bytes = 0;
        for (const QJsonValue& change : changes)
            bytes += change["after"]["bytes"].toDouble() - change["before"]["bytes"].toDouble();
        QCOMPARE(before["after"]["bytes"].toDouble() - before["before"]["bytes"].toDouble(), bytes);
        // Once it is measured what a layer costs alone, that is said too.
        const QJsonObject sweep = cli(QStringList{"sensitivity", sampleModel(), "--formats", "q4_k,q8_0", "--method",
                                                  "rtn", "--json"} + text).json();
        const QJsonObject after = cli(withModel).json();
        const double predicted = after["changes"][0]["after"]["predictedKl"].toDouble(-1);
        QVERIFY(predicted >= 0);
        QVERIFY(after["before"].toObject().contains("predictedKl"));
        QVERIFY(!after["after"].toObject().contains("predictedKl")); // imatrix was not measured
        bool found = false;
        for (const QJsonValue& cell : sweep["layers"].toArray())
            if (cell["name"] == "blk.0.attn_q.weight" && cell["format"] == "q8_0")
                found = std::abs(std::max(0.0, cell["kl"].toDouble()) - predicted) < 1e-12;
        QVERIFY(found);

        QCOMPARE(cli({"recipe", "nonsense", path("a.json"), path("b.json")}).exitCode, 2);
        QVERIFY(save("c.json", R"({"name":"blk.77.attn_q.weight","format":"q4_k"})"));
        const Finished wrong = cli({"recipe", "diff", path("a.json"), path("c.json"), "--model", sampleModel()});
        QCOMPARE(wrong.exitCode, 1);
        QVERIFY(wrong.err.contains("blk.77.attn_q.weight"));
    }

    void aCompressedModelIsARecipe()
    {
        QCOMPARE(cli({"export", sampleModel(), "--format", "q4_0", "--method", "rtn", "-o", path("four.gguf")}).exitCode, 0);
        const QStringList text{"--context", "64", "--chunks", "1", "--json"};
        const QJsonObject evaluated
            = cli(QStringList{"evaluate", sampleModel(), "--recipe", path("four.gguf")} + text).json();
        QVERIFY(evaluated["kl"].toDouble() > 0);
        QCOMPARE(cli({"recipe", "write", path("four.gguf"), "--model", sampleModel(), "-o", path("four.json")}).exitCode, 0);
        const QJsonObject same = cli({"recipe", "diff", path("four.gguf"), path("four.json"), "--json"}).json();
        QCOMPARE(same["changes"].toArray().size(), 0);
        QVERIFY(same["equalLayers"].toInt() > 20);
    }

    void aFolderForOtherProgramsEvaluatesTheSame_data()
    {
        QTest::addColumn<QString>("target");
        QTest::addColumn<QString>("format");
        QTest::addColumn<QString>("method");
        QTest::newRow("compressed-tensors") << "compressed-tensors" << "int4g64" << "rtn";
        QTest::newRow("zero points") << "compressed-tensors" << "uint4g64" << "rtn";
        QTest::newRow("gptq") << "gptq" << "int8g64" << "rtn";
        QTest::newRow("bitnet") << "bitnet" << "ternaryg" << "ternary";
    }
    void aFolderForOtherProgramsEvaluatesTheSame()
    {
        if (sharedData().empty())
            QSKIP("shared/data is not here");
        QFETCH(QString, target);
        QFETCH(QString, format);
        QFETCH(QString, method);
        const QString model = QString::fromStdString(sharedData() / "llm_books6m");
        QJsonArray layers;
        for (int block = 0; block < 6; ++block)
            for (const char* role : {"attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"}) {
                const bool ternary = method == "ternary";
                const int columns = role == QString("ffn_down") ? 704 : 256;
                layers.append(QJsonObject{
                    {"name", QString("blk.%1.%2.weight").arg(block).arg(role)},
                    {"format", ternary ? format + QString::number(columns) : format},
                    {"method", method},
                    {"parameters", ternary ? QJsonObject{{"absmean", 1}} : QJsonObject()}});
            }
        QFile recipe(path("folder.json"));
        QVERIFY(recipe.open(QIODevice::WriteOnly));
        recipe.write(QJsonDocument(QJsonObject{{"layers", layers}}).toJson());
        recipe.close();
        const QString folder = path(target + format);
        const Finished exported
            = cli({"export", model, "--recipe", path("folder.json"), "--target", target, "-o", folder});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        const QStringList text{"--context", "64", "--chunks", "2", "--json"};
        const QJsonObject asked = cli(QStringList{"evaluate", model, "--recipe", path("folder.json")} + text).json();
        const QJsonObject found = cli(QStringList{"evaluate", folder, "--reference", model} + text).json();
        QVERIFY(asked["kl"].toDouble() > 0);
        QVERIFY(std::abs(found["perplexity"].toDouble() / asked["perplexity"].toDouble() - 1) < 1e-5);
        QVERIFY(std::abs(found["kl"].toDouble() / asked["kl"].toDouble() - 1) < 1e-3);
        // Opened as a recipe it says what was chosen.
        const QJsonObject difference = cli({"recipe", "diff", path("folder.json"), folder, "--model", model, "--json"}).json();
        QVERIFY(difference.contains("before"));
        for (const QJsonValue& change : difference["changes"].toArray())
            QCOMPARE(change["before"]["format"].toString(), change["after"]["format"].toString()); // gptq is the method there
        // A second time something is there already.
        QCOMPARE(cli({"export", model, "--recipe", path("folder.json"), "--target", target, "-o", folder}).exitCode, 1);
    }

    void blameFindsTheLayerThatWasSpoiled()
    {
        QFile recipe(path("bad.json")), text(path("short.txt"));
        QVERIFY(recipe.open(QIODevice::WriteOnly) && text.open(QIODevice::WriteOnly));
        QByteArray layers;
        for (int block = 0; block < 4; ++block)
            for (const char* role : {"attn_q", "attn_k", "attn_v", "ffn_up", "ffn_down"})
                layers += QString(R"({"name":"blk.%1.%2.weight","format":"%3"},)")
                              .arg(block)
                              .arg(role, block == 1 && role == QString("ffn_down") ? "tq2_0" : "q8_0")
                              .toUtf8();
        layers.chop(1);
        recipe.write("{\"layers\":[" + layers + "]}");
        recipe.close();
        text.write("The old man walked down to the river and sat on a stone.");
        text.close();
        const QJsonObject mean = cli({"blame", sampleModel(), "--recipe", path("bad.json"), "--chunks", "1", "--context",
                                      "64", "--measure", "kl", "--json"}).json();
        QCOMPARE(mean["layers"][0]["layers"][0].toString(), QString("blk.1.ffn_down.weight"));
        QVERIFY(mean["layers"][0]["share"].toDouble() > 0.7);
        QVERIFY(mean["evaluations"].toInt() < 20);
        QCOMPARE(mean["positions"].toInt(), 31);
        const QJsonObject token = cli({"blame", sampleModel(), "--recipe", path("bad.json"), "--text", path("short.txt"),
                                       "--token", "4", "--json"}).json();
        QCOMPARE(token["positions"].toInt(), 1);
        QVERIFY(token["original"].toDouble() > 0);
        const Finished beyond = cli({"blame", sampleModel(), "--recipe", path("bad.json"), "--text", path("short.txt"),
                                     "--token", "4000"});
        QCOMPARE(beyond.exitCode, 1);
        QVERIFY(beyond.err.contains("there is no token 4000"));
        QCOMPARE(cli({"blame", sampleModel()}).exitCode, 2);
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
        QTest::newRow("unknown method of a format") << QStringList{"sensitivity", sample, "--formats", "q4_0@magic"} << 1 << "no method is called 'magic'";
        QTest::newRow("two models") << QStringList{"analyse", "memory-faults", sample, sample} << 1 << "looks at one model, 2 are named";
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
        QTest::newRow("fit beyond memory") << QStringList{"bench", "fit", "--rows", "1000000000", "--inner", "1000000000"} << 1 << "are too many to measure";
        QTest::newRow("columns beyond memory") << QStringList{"bench", "kernels", "--rows", "536870912", "--inner", "1", "--columns", "100000", "--formats", "q4_0"} << 1 << "are too many to measure";
        QTest::newRow("context beyond memory") << QStringList{"bench", "evaluate", "--shape", "tiny", "--context", "100000000"} << 1 << "at most 32768 tokens";
        QTest::newRow("analysis without such") << QStringList{"analyse", "memory-faults:zest=1", sampleModel()} << 1 << "has no parameter 'zest'; it has hard";
        QTest::newRow("export to a device") << QStringList{"export", sampleModel(), "-o", "/dev/null"} << 1 << "choose the name of a file";
        QTest::newRow("products beyond memory") << QStringList{"bench", "kernels", "--rows", "1000000000", "--inner", "1000000000"} << 1 << "are too many to measure";
        QTest::newRow("fit without a pair") << QStringList{"bench", "fit", "--rows", "8", "--inner", "64", "--methods", ""} << 1 << "none of these methods";
        QTest::newRow("fit with zest") << QStringList{"bench", "fit", "--rows", "8", "--inner", "64", "--methods", "rtn:zest=1"} << 1 << "no parameter 'zest'";
        QTest::newRow("recipe over its source") << QStringList{"recipe", "write", sample, "--model", sample, "-o", sample} << 2 << "this file is read here";
        QTest::newRow("table over the model") << QStringList{"compare", sample, "--csv", sample} << 2 << "this file is read here";
        QTest::newRow("two files of one name") << QStringList{"compare", sample, "--csv", path("a"), "--html", path("a")} << 2 << "this file is read here";
        QTest::newRow("an ending without a target") << QStringList{"export", sample, "--format", "q4_0", "-o", path("a.foo")} << 1 << "nothing is written as '.foo'";
        QTest::newRow("unknown allocator") << QStringList{"allocate", sample, "--budget", "4bpw", "--allocator", "nope"} << 1 << "no allocator is called 'nope'";
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
            QCOMPARE(result.exitCode, 2);
            QVERIFY2(result.err.contains("this file is read here"), result.err.constData());
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
