#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QJsonArray>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

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
        QCOMPARE(cli({"bench", "nonsense"}).exitCode, 2);
        const QStringList cached{"bench", "kernels",   "--formats", "q4_0",   "--rows", "48",       "--inner",
                                 "256",   "--columns", "1",         "--mode", "exact",  "--cached", "--json"};
        QCOMPARE(cli(cached).json()["rows"].toArray().size(), 1);
        QCOMPARE(cli({"bench", "fit", "--cached"}).exitCode, 2);
    }

    void benchTimesTheFirstPicture()
    {
        const QJsonObject made = cli({"bench", "preview", "--model",
                                      TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx",
                                      "--formats", "int4row,int2row", "--methods", "rtn", "--count", "1", "--json"})
                                     .json();
        QStringList told;
        for (const QJsonValue& row : made["rows"].toArray()) {
            told << row["device"].toString() + " " + row["format"].toString();
            QVERIFY(row["wallSeconds"].toDouble() > 0);
        }
        QCOMPARE(
            told, (QStringList{"rtn, all layers int4row", "rtn, one layer int4row", "rtn, all layers int2row",
                               "rtn, one layer int2row"}));
    }

    void benchHoldsAVulkanDeviceAgainstItself()
    {
        if (!cli({"devices"}).out.contains("vulkan:0:8bit"))
            QSKIP("there is no Vulkan device here");
        QStringList asked{"bench", "kernels", "--device", "vulkan:0", "--formats", "q4_0,f16", "--rows", "48",
                          "--inner", "64", "--columns", "1,9", "--narrow", "always", "--json"};
        const QJsonObject kernels = cli(asked).json();
        QVERIFY(kernels["readBytesPerSecond"].toDouble() > 0);
        QVERIFY(kernels["byteOperationsPerSecond"].toDouble() > 0);
        const QJsonArray rows = kernels["rows"].toArray();
        QCOMPARE(rows.size(), 6); // as of the CPU
        for (const QJsonValue& row : rows)
            for (const char* key : {"seconds", "bytesPerSecond", "operationsPerSecond", "shareOfBandwidth", "shareOfPeak"})
                QVERIFY2(row[key].toDouble() > 0, key);
        asked << "--mode" << "half";
        QCOMPARE(cli(asked).json()["rows"].toArray().size(), 4);
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
        QVERIFY(evaluated["text"].toString().startsWith("evaluation.txt"));
        QVERIFY(evaluated["contexts"].toInt() > 0);
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
        // What goes into BitNet's products is rounded to 8 bits in the folder, as in its runtimes.
        const bool isRounded = target == "bitnet";
        const double offPerplexity =
                         std::abs(found["perplexity"].toDouble() / asked["perplexity"].toDouble() - 1),
                     offKl = std::abs(found["kl"].toDouble() / asked["kl"].toDouble() - 1);
        QVERIFY2(offPerplexity < (isRounded ? 2e-2 : 1e-5), qPrintable(QString::number(offPerplexity)));
        QVERIFY2(offKl < (isRounded ? 3e-2 : 1e-3), qPrintable(QString::number(offKl)));
        QVERIFY(!isRounded || offPerplexity > 0);
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

    void aMethodSaysWhatCanBeSet()
    {
        const QString said = QString::fromUtf8(cli({"methods", "static-activations"}).out);
        static const QRegularExpression range(
            "\\n *range +squared-error +min-max, percentile, squared-error, divergence, closed-form +Range\\n");
        QVERIFY2(range.match(said).hasMatch(), qPrintable(said));
        QJsonObject spec;
        for (const QJsonValue& method : cli({"methods", "--json"}).json()["methods"].toArray())
            if (method["id"] == "static-activations")
                for (const QJsonValue& parameter : method["parameters"].toArray())
                    if (parameter["key"] == "range")
                        spec = parameter.toObject();
        QCOMPARE(spec["choices"].toArray().size(), 5);
        QCOMPARE(spec["choices"][1]["word"].toString(), QString("percentile"));
        QCOMPARE(spec["standard"].toInt(), 2);
    }

    void aFormatThatIsFallenBackToIsListedOnce()
    {
        TRITLOOM_NEEDS_SHARED_DATA(folder); // rows of 64 numbers, which blocks of 256 do not divide
        const QString model = QString::fromStdString(folder / "llm_stories260k" / "stories260K.gguf");
        QStringList arguments{"sensitivity", model,      "--formats", "q4_k,q3_k", "--method",
                              "rtn",         "--chunks", "1",         "--context", "64"};
        const QStringList lines = QString::fromUtf8(cli(arguments).out).split('\n');
        const QJsonArray cells = cli(arguments << "--json").json()["layers"].toArray();
        QSet<QString> made;
        bool any = false;
        for (const QJsonValue& cell : cells) {
            made << cell["name"].toString() + cell["format"].toString();
            if (cell["format"] == cell["candidate"])
                continue;
            any = true;
            QVERIFY2(
                !lines.filter(" -> " + cell["format"].toString()).filter(cell["candidate"].toString()).isEmpty(),
                qPrintable(cell["format"].toString()));
        }
        QVERIFY(any);
        QCOMPARE(lines.filter("rtn").size(), made.size());
        QVERIFY(made.size() < cells.size());
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

    void helpHasHeadings()
    {
        const QString all = cli({"--help"}).out, one = cli({"evaluate", "--help"}).out;
        for (const char* heading : {"\nLook at a model:\n", "\nChoose bits:\n", "\nWhat there is:\n"})
            QVERIFY2(all.contains(heading), heading);
        for (const char* heading :
             {"\nOptions:\n", "\nLanguage models:\n", "\nNetworks on pictures:\n",
              "\nNetworks that make pictures:\n", "\nRunning and printing:\n"})
            QVERIFY2(one.contains(heading), heading);
        for (const QString& line : one.split('\n'))
            QVERIFY2(line.size() <= 100, qPrintable(line));
        // An option stands under one heading, with what it takes.
        QCOMPARE(one.count("--images <folder>"), 1);
        QVERIFY(one.indexOf("--images") > one.indexOf("\nNetworks on pictures:"));
    }

    void costsOfAMetricAreNotCalledADivergence()
    {
        const Finished zd = cli(
            {"allocate", sampleModel(), "--budget", "6bpw", "--metric", "zd", "--formats", "q4_k,q8_0",
             "--method", "rtn", "--chunks", "1", "--context", "64"});
        QVERIFY2(zd.exitCode == 0, zd.err.constData());
        QVERIFY2(zd.out.contains("--metric zd"), zd.out.constData());
        QVERIFY(!zd.out.contains("predicted"));
    }

    void aFurtherNumberOfLayersIsToldBeside()
    {
        const QStringList asked{"sensitivity", sampleModel(), "--formats", "q8_0", "--metric"};
        const QJsonObject baq = cli(asked + QStringList{"baq", "--json"}).json();
        QVERIFY(baq["furtherIs"].toString().startsWith("GM/AM: "));
        for (const QJsonValue& layer : baq["layers"].toArray())
            QVERIFY(layer["further"].toDouble() > 0 && layer["further"].toDouble() <= 1);
        QVERIFY(!cli(asked + QStringList{"zd", "--json"}).json().contains("furtherIs"));
    }
};

QTEST_GUILESS_MAIN(CliTest)
#include "cli_test.moc"
