#include "tests/support/huggingface_folder.h"
#include "tests/support/program.h"

#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QTest>

#include <optional>

/// What somebody tries who has not read the manual: options are heeded or refused, sentences say what to do.
class FirstUseTest final : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    const QString m_classifier =
        QStringLiteral(TRITLOOM_SOURCE_DIR "/resources/samples/picture/classification/shapes.onnx");
    QString path(const QString& name) const { return m_folder.filePath(name); }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }
    QString written(const QString& name, const QByteArray& bytes) { return writtenFile(path(name), bytes); }

private slots:
    void aSentenceSaysWhatToDo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("exitCode");
        QTest::addColumn<QString>("sentence");
        const QString sample = sampleModel(), out = path("out.png");
        const auto row = [](const char* name, const QStringList& arguments, int exitCode,
                            const QString& sentence) {
            QTest::newRow(name) << arguments << exitCode << sentence;
        };
        row("one is missing", {"recipe", "diff"}, 2, "A is missing; see tritloom-cli recipe --help");
        row("one too many", {"inspect", sample, "b"}, 2,
            "'b' is one argument too many; see tritloom-cli inspect");
        row("few are listed", {"allocate", sample, "--budget", "4bpw", "--allocator", "knapsack"}, 2,
            "no allocator is called 'knapsack': use one of ");
        row("a reference of another kind", {"evaluate", sample, "--reference", m_classifier}, 1,
            "the reference shapes.onnx works on pictures, and sample.gguf on text");
        row("a file of another kind",
            {"export", m_classifier, "--format", "int8g112", "--method", "rtn", "-o", path("e.gguf")}, 2,
            "GGUF (llama.cpp) is no kind of file for networks on pictures: take the ending .onnx, ");
        row("an option of another command", {"blame", sample, "--reference", sample}, 2,
            "--reference is of evaluate: here the reference is MODEL");
        row("a recipe that nobody named", {"blame", sample}, 2,
            "--recipe FILE is needed: how MODEL is compressed");
        row("no such measure", {"blame", sample, "--recipe", sample, "--measure", "ppl"}, 2,
            "--measure takes loss or kl, not 'ppl'");
        row("more than all of the gains", {"blame", sample, "--recipe", sample, "--share", "500"}, 2,
            "--share is a percentage, 500 is more than 100");
        row("model and recipe in the wrong order", {"blame", sample, "--recipe", sample}, 1,
            "so there is nothing to blame: MODEL is the one as it was, --recipe the compressed one");
        row("a difference of one", {"recipe", "diff", sample}, 2, "B is missing: recipe diff ");
        row("neither a recipe nor a model", {"recipe", "diff", sample, written("note.txt", "hello")}, 1,
            "; nor is it a recipe, which is JSON");
        row("a format as it was written",
            {"compare", sample, "--formats", "bitmod3grow", "--methods", "bitmod"}, 2,
            "no number format is called 'bitmod3grow'; did you mean 'bitmod3");
        row("no analysis", {"analyse", sample}, 2, "sample.gguf' is a file or folder: which analysis of it?");
        row("nothing in a recipe",
            {"export", sample, "--recipe", written("empty.json", "\n"), "-o", path("x.gguf")}, 1,
            "empty.json: the file is empty");
        row("a method of another model", {"compare", sample, "--methods", "cached-time"}, 2,
            "none of these methods is for this model");
        for (const char* const command : {"sensitivity", "export"})
            row(command,
                QStringList{
                    command, sample, command == std::string("export") ? "--format" : "--formats", "q4_0",
                    "--method", "cached-time"}
                    + (command == std::string("export") ? QStringList{"-o", path("t.tritloom")}
                                                        : QStringList()),
                2, "the method 'cached-time' is not for this model: it stores outputs by time step");
        row("pictures that nobody named", {"evaluate", copied(m_classifier)}, 2,
            "pictures are needed: give a folder");
        row("pictures to take one of", {"screenshot", copied(m_classifier), "--measure", "-o", out}, 2,
            "pictures are needed: give a folder");
        row("pictures that are not there", {"evaluate", m_classifier, "--images", "/no/where"}, 1,
            "/no/where: there is no such file or folder");
        row("a window too small", {"screenshot", sample, "--size", "300x200", "-o", out}, 2,
            "--size: the window takes 960x600 pixels at least, not 300x200");
        row("pictures for a text", {"screenshot", sample, "--images", m_folder.path(), "-o", out}, 2,
            "--images means nothing here: the model works on no pictures");
        row("a limit for a text", {"screenshot", sample, "--limit", "3", "-o", out}, 2,
            "--limit means nothing here: the model works on no pictures");
        row("no limit", {"screenshot", m_classifier, "--limit", "x", "-o", out}, 2,
            "--limit needs a whole number from 1 on, not 'x'");
        row("a text that is not read", {"imatrix", sample, "--text", sample, "-o", path("i.gguf")}, 2,
            "--text means nothing here: what is gathered is of the text of --calibration");
    }
    void aSentenceSaysWhatToDo()
    {
        QFETCH(QStringList, arguments);
        QFETCH(int, exitCode);
        QFETCH(QString, sentence);
        const Finished done = cli(arguments);
        QCOMPARE(done.exitCode, exitCode);
        QVERIFY2(QString::fromUtf8(done.err).contains(sentence), done.err.constData());
        QVERIFY(done.out.isEmpty());
    }

    void theOrderOfAnAnalysisAndItsModelIsFree()
    {
        const QStringList more{"--chunks", "1", "--context", "32", "--formats", "q4_0", "--method", "rtn"};
        const Finished first = cli(QStringList{"analyse", "metric-ranks", sampleModel()} + more),
                       last = cli(QStringList{"analyse", sampleModel(), "metric-ranks"} + more);
        QVERIFY2(first.exitCode == 0, first.err.constData());
        QCOMPARE(last.exitCode, 0);
        QCOMPARE(last.out, first.out);
    }

    void whatIsNamedTwiceIsOneRow()
    {
        const Finished done = cli(
            {"compare", sampleModel(), "--formats", "q4_0,q4_0", "--methods", "rtn, rtn", "--chunks", "1",
             "--context", "32", "--json"});
        QVERIFY2(done.exitCode == 0, done.err.constData());
        QCOMPARE(done.json()["rows"].toArray().size(), 1);
    }

    void theOriginalOfAComparisonIsTheFile()
    {
        const QStringList asked{"compare",  sampleModel(), "--formats", "q4_0", "--methods", "rtn",
                                "--chunks", "1",           "--context", "32",   "--json"};
        const Finished plain = cli(asked), rewritten = cli(asked + QStringList{"--transform", "awq"});
        QVERIFY2(rewritten.exitCode == 0, rewritten.err.constData());
        const QJsonObject original = rewritten.json()["original"].toObject();
        QCOMPARE(original["bytes"], plain.json()["original"].toObject()["bytes"]);
        QCOMPARE(original["bitsPerWeight"].toDouble(), 16.0);
    }

    void aFileThatCannotBeIsNotDescribed()
    {
        const Finished done =
            cli({"export", sampleModel(), "--format", "q4_0", "--method", "rtn", "-o", path("text.onnx")});
        QCOMPARE(done.exitCode, 2);
        QVERIFY2(done.err.startsWith("ONNX"), done.err.constData());
        QVERIFY2(done.err.contains("is a kind of file for networks on pictures alone"), done.err.constData());
    }

    void helpOfACommandIsItsOwn()
    {
        const Finished asked = cli({"help", "compare"});
        QCOMPARE(asked.exitCode, 0);
        QCOMPARE(asked.out, cli({"compare", "--help"}).out);
        QVERIFY(asked.out.contains("tritloom-cli compare MODEL"));
        QCOMPARE(cli({"--help", "compare"}).out, asked.out);
    }

    void chunksOfAnImportanceMatrixAreCounted()
    {
        for (const int chunks : {1, 3}) {
            const Finished done = cli(
                {"imatrix", sampleModel(), "--chunks", QString::number(chunks), "--context", "64", "-o",
                 path("i.gguf"), "--json"});
            QVERIFY2(done.exitCode == 0, done.err.constData());
            QCOMPARE(done.json()["chunks"].toInt(), chunks);
        }
    }

    void aScreenshotShowsAsManyPicturesAsAsked()
    {
        // Below two rows of the list of pictures: nothing, or more rows.
        const auto isEmptyBelow = [&](const QStringList& more) -> std::optional<bool> {
            const QString file = path("pictures.png");
            QFile::remove(file);
            const Finished done = cli(
                QStringList{"screenshot", m_classifier, "--page", "pictures", "--size", "900x500", "-o", file}
                + more);
            const QImage below = QImage(file).copy(20, 160, 160, 280);
            if (done.exitCode != 0 || below.isNull())
                return std::nullopt;
            QImage plain(below.size(), below.format());
            plain.fill(below.pixelColor(0, 0));
            return below == plain;
        };
        QCOMPARE(isEmptyBelow({"--limit", "2"}), std::optional(true));
        QCOMPARE(isEmptyBelow({}), std::optional(false));
    }

    void aRecipeAndItsFileDifferInNothing()
    {
        const QString recipe =
            written("own.json", R"({"layers":[{"name":"blk.0.attn_q.weight","format":"q4_k","method":"gptq"},
                                      {"name":"blk.1.attn_q.weight","format":"q8_0","method":"imatrix"}]})");
        const Finished made =
            cli({"export", sampleModel(), "--recipe", recipe, "--skip-evaluation", "-o", path("own.gguf")});
        QVERIFY2(made.exitCode == 0, made.err.constData());
        const Finished told = cli({"recipe", "diff", recipe, path("own.gguf")});
        QVERIFY2(told.out.startsWith("0 layers differ, 0 are the same\n"), told.out.constData());
        QVERIFY2(
            told.out.contains("2 more have the same format; a compressed model does not say by what method")
                && told.out.contains(
                    "27 more are as stored here and floats there: --model says whether these differ"),
            told.out.constData());
        const QJsonObject known =
            cli({"recipe", "diff", recipe, path("own.gguf"), "--model", sampleModel(), "--json"}).json();
        QCOMPARE(known["changes"].toArray().size(), 0);
        QCOMPARE(known["equalLayers"].toInt(), 27);
        QCOMPARE(known["otherMethods"].toInt(), 2);
        // Two recipes say by what method, and differ in it.
        const QString other = written(
            "other.json", R"({"layers":[{"name":"blk.0.attn_q.weight","format":"q4_k","method":"rtn"}]})");
        QCOMPARE(cli({"recipe", "diff", recipe, other, "--json"}).json()["changes"].toArray().size(), 2);
        const Finished strange = cli({"recipe", "diff", recipe, m_classifier});
        QCOMPARE(strange.exitCode, 1);
        QVERIFY2(
            strange.err.contains("own.json and ")
                && strange.err.contains("shapes.onnx have no layer in common"),
            strange.err.constData());
        saveLlamaFolder(path("tiny").toStdString()); // layers of the same names
        const Finished smaller = cli({"recipe", "diff", path("own.gguf"), path("tiny")});
        QCOMPARE(smaller.exitCode, 1);
        QVERIFY2(
            smaller.err.contains("are for different models: layer 'token_embd.weight' is ["),
            smaller.err.constData());
    }

private:
    /// Where no pictures lie beside it.
    QString copied(const QString& model)
    {
        QFile::copy(model, path("alone.onnx"));
        return path("alone.onnx");
    }
};

QTEST_GUILESS_MAIN(FirstUseTest)
#include "first_use_test.moc"
