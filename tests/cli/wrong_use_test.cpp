#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QFileInfo>
#include <QTest>

#include <sys/stat.h>

/// What the command line makes of what cannot be meant: one sentence, the right exit code, nothing spoiled.
class WrongUseTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

    /// A PNG that says 60000 x 60000 grey pixels, which do not follow.
    const QByteArray m_huge = QByteArray::fromHex(
        "89504e470d0a1a0a0000000d494844520000ea600000ea600800000000a5b92a9e0000000b49444154789c6360800100"
        "000a00017f80745e0000000049454e44ae426082");
    QString written(const QString& name, const QByteArray& bytes) { return writtenFile(path(name), bytes); }

private slots:
    // The window's program says so, beside what its libraries have to say.
    void aPageThatIsNotThereIsWrongUse()
    {
        const Finished done = cli({"screenshot", "sample", "--page", "foo", "-o", path("p.png")});
        QCOMPARE(done.exitCode, 2);
        QVERIFY2(
            done.err.contains("no page is called 'foo': use one of window, layers"), done.err.constData());
        QVERIFY(!QFile::exists(path("p.png")));
    }

    void wrongUseIsOneSentence_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("sentence");
        const QString sample = sampleModel();
        QTest::newRow("no such command") << QStringList{"squeeze"} << 2 << "no command is called 'squeeze'";
        QTest::newRow("no such file") << QStringList{"inspect", "/no/where.gguf"} << 1 << "/no/where.gguf";
        QTest::newRow("no model") << QStringList{"inspect"} << 2 << "MODEL is missing";
        QTest::newRow("unknown option") << QStringList{"inspect", "--colour", sample} << 2 << "colour";
        QTest::newRow("no budget") << QStringList{"allocate", sample} << 2 << "--budget is needed";
        QTest::newRow("odd budget") << QStringList{"allocate", sample, "--budget", "small"} << 2
                                    << "'small' is no budget";
        QTest::newRow("unknown device")
            << QStringList{"evaluate", sample, "--device", "abacus"} << 2 << "no device is called 'abacus'";
        QTest::newRow("unknown method")
            << QStringList{"sensitivity", sample, "--method", "magic"} << 2 << "no method is called 'magic'";
        QTest::newRow("a plugin of another kind")
            << QStringList{"compare", sample, "--methods", "awq"} << 2
            << "'awq' is a model-transform, no method: see tritloom-cli methods awq";
        QTest::newRow("unknown method of a format")
            << QStringList{"sensitivity", sample, "--formats", "q4_0@magic"} << 2
            << "no method is called 'magic'";
        QTest::newRow("a parameter given twice")
            << QStringList{"sensitivity", sample, "--formats", "q4_0@gptq:act_order=0:act_order=1"} << 2
            << "gives 'act_order' twice";
        QTest::newRow("no word of a choice")
            << QStringList{"sensitivity", sample, "--formats", "int8row", "--method", "static-activations:range=most"}
            << 2 << "is one of min-max, percentile, squared-error, divergence, closed-form, not 'most'";
        QTest::newRow("settings of nobody")
            << QStringList{"methods", "magic"} << 2 << "no method is called 'magic'";
        QTest::newRow("columns with a gap")
            << QStringList{"bench", "kernels", "--columns", "1,,2"} << 2 << "--columns needs numbers";
        QTest::newRow("a model that nobody asks") << QStringList{"analyse", "quantization-law", sample} << 2
                                                  << "asks no model";
        QTest::newRow("a model for a table of runs")
            << QStringList{"analyse", "training-law", sample} << 1 << "is not 6 numbers between commas";
        QTest::newRow("no table of runs")
            << QStringList{"analyse", "training-law", "/nowhere/runs.csv"} << 1 << "/nowhere/runs.csv: ";
        QTest::newRow("two models") << QStringList{"analyse", "memory-faults", sample, sample} << 2
                                    << "looks at one model, 2 are named";
        QTest::newRow("unknown format")
            << QStringList{"sensitivity", sample, "--formats", "q9"} << 2 << "'q9'";
        QTest::newRow("negative chunks")
            << QStringList{"evaluate", sample, "--chunks", "-3"} << 2 << "--chunks needs a whole number";
        QTest::newRow("huge context") << QStringList{"evaluate", sample, "--context", "900000"} << 1 << "two contexts of 900000 are needed";
        QTest::newRow("a text of one line end")
            << QStringList{"evaluate", sample, "--text", written("line.txt", "\n")} << 1
            << "line.txt: the file holds the end of a line and nothing else";
        QTest::newRow("a list in place of a recipe")
            << QStringList{"evaluate", sample, "--recipe", written("list.json", "[]")} << 1
            << "list.json: a recipe needs a list 'layers'";
        const QString pictures = TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/";
        QTest::newRow("classes that no folder has")
            << QStringList{"evaluate", pictures + "shapes.onnx",        "--images", pictures + "evaluation",
                           "--labels", written("labels.txt", "zebra\n")}
            << 1 << "pictures lies in a folder that labels.txt has as a class";
        QTest::newRow("no recipe") << QStringList{"export", sample, "--recipe", "/no.json", "-o", "/tmp/x.gguf"} << 1 << "/no.json";
        QTest::newRow("no folder") << QStringList{"export", sample, "-o", "/no/such/folder/x.gguf"} << 1 << "/no/such/folder";
        QTest::newRow("budget beyond all sizes")
            << QStringList{"allocate", sample, "--budget", "1e30GB"} << 2 << "more than 1e+18 bytes";
        QTest::newRow("bits beyond all sizes")
            << QStringList{"allocate", sample, "--budget", "1e30bpw"} << 2 << "more than 1e+18 bytes";
        QTest::newRow("budget below all formats")
            << QStringList{"allocate", sample, "--budget", "0.0001bpw"} << 2 << "the smallest choice has";
        QTest::newRow("budget not a number")
            << QStringList{"allocate", sample, "--budget", "nanbpw"} << 2 << "'nanbpw' is no budget";
        QTest::newRow("a crowd of threads") << QStringList{"evaluate", sample, "--threads", "999999999"} << 2
                                            << "--threads takes at most 1024";
        QTest::newRow("odd temperature")
            << QStringList{"generate", sample, "--temperature", "nan"} << 2 << "--temperature needs a number";
        QTest::newRow("fit beyond memory") << QStringList{"bench", "fit", "--rows", "1000000000", "--inner", "1000000000"} << 1 << "are too many to measure";
        QTest::newRow("columns beyond memory") << QStringList{"bench", "kernels", "--rows", "536870912", "--inner", "1", "--columns", "100000", "--formats", "q4_0"} << 1 << "are too many to measure";
        QTest::newRow("context beyond memory")
            << QStringList{"bench", "evaluate", "--shape", "tiny", "--context", "100000000"} << 2
            << "at most 32768 tokens";
        QTest::newRow("analysis without such")
            << QStringList{"analyse", "memory-faults:zest=1", sampleModel()} << 2
            << "has no parameter 'zest'; it has hard";
        QTest::newRow("export to a device") << QStringList{"export", sampleModel(), "-o", "/dev/null"} << 1 << "this is a device or a pipe";
        QTest::newRow("products beyond memory") << QStringList{"bench", "kernels", "--rows", "1000000000", "--inner", "1000000000"} << 1 << "are too many to measure";
        QTest::newRow("fit without a method") << QStringList{"bench", "fit", "--rows", "8", "--inner", "64", "--methods", ""} << 2 << "--methods needs a value";
        QTest::newRow("fit without a pair")
            << QStringList{"bench", "fit", "--rows", "8", "--inner", "64", "--methods", ","} << 2
            << "--methods names nothing";
        QTest::newRow("fit with zest")
            << QStringList{"bench", "fit", "--rows", "8", "--inner", "64", "--methods", "rtn:zest=1"} << 2
            << "no parameter 'zest'";
        QTest::newRow("recipe over its source") << QStringList{"recipe", "write", sample, "--model", sample, "-o", sample} << 2 << "this file is read here";
        QTest::newRow("table over the model") << QStringList{"compare", sample, "--csv", sample} << 2 << "this file is read here";
        QTest::newRow("two files of one name") << QStringList{"compare", sample, "--csv", path("a"), "--html", path("a")} << 2 << "this file is read here";
        QTest::newRow("an ending without a target")
            << QStringList{"export", sample, "--format", "q4_0", "-o", path("a.foo")} << 2
            << "nothing is written as '.foo'";
        QTest::newRow("unknown allocator")
            << QStringList{"allocate", sample, "--budget", "4bpw", "--allocator", "nope"} << 2
            << "no allocator is called 'nope'";
        QTest::newRow("odd seed") << QStringList{"generate", sample, "--seed", "x"} << 2
                                  << "--seed needs a whole number";
        QTest::newRow("a file without a name")
            << QStringList{"export", sample, "-o", ""} << 2 << "-o needs a value";
        QTest::newRow("a task for text") << QStringList{"evaluate", sample, "--images", m_folder.path()} << 2
                                         << "--images means nothing here: the model is for text";
        QTest::newRow("steps for text")
            << QStringList{"sensitivity", sample, "--steps", "4"} << 2 << "--steps means nothing here";
        QTest::newRow("a folder for text")
            << QStringList{"generate", sample, "-o", path("t")} << 2 << "-o means nothing here";
        QTest::newRow("a method for a recipe")
            << QStringList{"export", sample, "--method", "rtn", "-o", path("a.gguf")} << 2
            << "--method means nothing without --format";
        QTest::newRow("unknown method of an export")
            << QStringList{"export", sample, "--format", "q4_0", "--method", "magic", "-o", path("a.gguf")}
            << 2 << "no method is called 'magic'";
        QTest::newRow("unknown target")
            << QStringList{"export", sample, "--target", "zip", "-o", path("a.zip")} << 2
            << "no target is called 'zip'";
        QTest::newRow("unknown second transform")
            << QStringList{"evaluate", sample, "--transform", "smoothquant,magic"} << 2
            << "no transform is called 'magic'";
        QTest::newRow("bench on no device")
            << QStringList{"bench", "kernels", "--device", "abacus"} << 2 << "no device is called 'abacus'";
        QTest::newRow("bench of no model")
            << QStringList{"bench", "decode", "--model", "/no/where.gguf"} << 1 << "/no/where.gguf";
        QTest::newRow("bench of a network on pictures")
            << QStringList{"bench", "decode", "--model", TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx"}
            << 2 << "shapes.onnx is a network on pictures: 'decode' runs tokens";
        QTest::newRow("previews of a language model")
            << QStringList{"bench", "preview", "--model", sample} << 2 << "is no network on pictures";
        QTest::newRow("previews of nothing") << QStringList{"bench", "preview"} << 2 << "--model FILE";
        QTest::newRow("planes of an empty file")
            << QStringList{"planes", written("empty.png", {})} << 1 << "empty.png: the file is empty";
        QTest::newRow("planes of a huge picture")
            << QStringList{"planes", written("huge.png", m_huge)} << 1
            << "huge.png: 60000 x 60000 pixels, more than";
        QTest::newRow("bench of no shape")
            << QStringList{"bench", "decode", "--shape", "cube"} << 2 << "cube";
        QTest::newRow("bench with options of another") << QStringList{"bench", "fit", "--model", sample} << 2
                                                       << "--model means nothing to the benchmark 'fit'";
        QTest::newRow("a transform without a name")
            << QStringList{"evaluate", sample, "--transform", ""} << 2 << "--transform needs a value";
        QTest::newRow("bench of a shape and a model")
            << QStringList{"bench", "decode", "--model", sample, "--shape", "tiny"} << 2
            << "--shape is of random weights";
        QTest::newRow("a context of one")
            << QStringList{"evaluate", sample, "--context", "1"} << 2 << "--context needs at least 4 tokens";
        QTest::newRow("no such layer")
            << QStringList{"stats", sample, "--layer", "nothing"} << 1 << "no layer's name contains 'nothing'";
        QTest::newRow("no ending") << QStringList{"export", sample, "-o", path("x")} << 2
                                   << "the name has no ending";
        QTest::newRow("an ending alone")
            << QStringList{"export", sample, "-o", path(".onnx")} << 2 << "the name has no ending";
        QTest::newRow("a folder as a file")
            << QStringList{"export", sample, "-o", m_folder.path()} << 2 << "the name has no ending";
        QTest::newRow("a file as a folder") << QStringList{"planes", path("x.png"), "-o", sample} << 1
                                            << "a folder is needed";
        QTest::newRow("a difference of text options")
            << QStringList{"recipe", "diff", sample, sample, "--chunks", "2"} << 2
            << "--chunks means nothing here without --model";
        QTest::newRow("a difference into a file")
            << QStringList{"recipe", "diff", sample, sample, "-o", path("d")} << 2
            << "--output means nothing here";
        QTest::newRow("a difference on no device")
            << QStringList{"recipe", "diff", sample, sample, "--model", sample, "--device", "abacus"} << 2
            << "no device is called 'abacus'";
        QTest::newRow("a report into no folder")
            << QStringList{"compare", sample, "--html", "/no/such/folder/r.html"} << 1 << "/no/such/folder";
        QTest::newRow("a table into a folder")
            << QStringList{"compare", sample, "--csv", m_folder.path()} << 1 << m_folder.path();
        QTest::newRow("planes of nothing") << QStringList{"planes", ""} << 2 << "a name is missing";
        QTest::newRow("planes of the root") << QStringList{"planes", "/"} << 1 << "/";
        QTest::newRow("a method without such, for one format")
            << QStringList{"sensitivity", sample, "--formats", "q4_k", "--method", "gptq:zest=1"} << 2
            << "no parameter 'zest'";
        QTest::newRow("an action of another name")
            << QStringList{"recipe", "wirte", sample, "--json"} << 2 << "'wirte";
        QTest::newRow("narrow on the processor")
            << QStringList{"bench", "kernels", "--narrow", "always"} << 2 << "--narrow is of Vulkan devices";
        QTest::newRow("a kind of file for pictures")
            << QStringList{"export", sample, "--format", "q4_0", "-o", path("x.onnx")} << 2
            << "is a kind of file for networks on pictures alone: take the ending .gguf, .tritloom";
        QTest::newRow("a name that is too long")
            << QStringList{"export", sample, "--format", "q4_0", "-o", path(QString(300, 'x') + ".gguf")} << 1
            << "File name too long";
        QTest::newRow("a number beyond all")
            << QStringList{"export", sample,        "--format", "q4_0", "--method", "gptq:dampening=1e999",
                           "-o",     path("x.gguf")}
            << 2 << "'dampening' a number that is too large";
        QTest::newRow("a name of two lines")
            << QStringList{"inspect", "new\nline.gguf"} << 1 << "new\\x0aline.gguf: there is no such file";
        QTest::newRow("a format of two lines")
            << QStringList{"export", sample, "--format", "q4\n0", "-o", path("x.gguf")} << 2
            << "called 'q4\\x0a0'";
        QTest::newRow("a device beyond all") << QStringList{"evaluate", sample, "--device", "vulkan:99"} << 2
                                             << "no device is called 'vulkan:99'";
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

    /// Names become text on the way: another file would be meant.
    void aNameThatIsNoUtf8IsRefused()
    {
        const QString bad = R"sh(exec "$0" "$@" "$(printf 'x\377.gguf')")sh";
        for (const QStringList& arguments :
             {QStringList{"inspect"}, {"export", sampleModel(), "--format", "q4_0", "-o"}}) {
            const Finished result =
                run("sh", QStringList{"-c", bad, cliProgram()} + arguments, m_folder.path());
            QCOMPARE(result.exitCode, 2);
            QCOMPARE(
                QString::fromUtf8(result.err),
                QString("'x\\xff.gguf': this is no UTF-8; a file of such a name is to be renamed\n"));
        }
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

    // What a script keeps behind a link is found there afterwards, and the link is one still.
    void aLinkIsFollowedNotReplaced()
    {
        QVERIFY(QFile::link(path("behind.gguf"), path("ahead.gguf")));
        QVERIFY(QFile::link("behind.csv", path("ahead.csv")));
        QCOMPARE(
            cli({"export", sampleModel(), "--format", "q4_0", "--method", "rtn", "--skip-evaluation", "-o",
                 path("ahead.gguf")})
                .exitCode,
            0);
        QCOMPARE(
            cli({"bench", "fit", "--rows", "8", "--inner", "64", "--formats", "q4_0", "--count", "1", "--csv",
                 path("ahead.csv")})
                .exitCode,
            0);
        for (const QString& ending : {QString("gguf"), QString("csv")}) {
            QVERIFY(QFileInfo(path("ahead." + ending)).isSymLink());
            QVERIFY(QFileInfo(path("behind." + ending)).size() > 0);
            QVERIFY(!QFileInfo(path("behind." + ending)).isSymLink());
        }
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
        QVERIFY(!QFile::exists(path("wrong.gguf.tritloom-part")));
    }
};

QTEST_GUILESS_MAIN(WrongUseTest)
#include "wrong_use_test.moc"
