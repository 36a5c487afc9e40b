#include "tests/support/program.h"

#include "core/architecture/model.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

#include <cmath>

/// llama.cpp loads what we export, reads text as we do and measures what we measure.
class LlamaAgreementTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    QString m_text;

    QString path(const QString& name) { return m_folder.filePath(name); }
    Finished judge(const QStringList& arguments)
    {
        return run("node", QStringList{TRITLOOM_SOURCE_DIR "/tests/interop/llama_judge.mjs"} + arguments);
    }
    Finished cli(const QStringList& arguments) { return run(cliProgram(), arguments, m_folder.path()); }

private slots:
    void initTestCase()
    {
        const Finished installed =
            run("bash", {TRITLOOM_SOURCE_DIR "/tests/interop/install.sh", TRITLOOM_BINARY_DIR "/interop"});
        if (installed.exitCode != 0)
            QSKIP(("llama.cpp cannot be had here: " + reasonOf(installed)).constData());
        qputenv("TRITLOOM_INTEROP", TRITLOOM_BINARY_DIR "/interop");
        m_text = TRITLOOM_SOURCE_DIR "/resources/samples/language/evaluation.txt";
    }

    void tokensAreTheSame()
    {
        const auto model = tritloom::loadModel(sampleModel().toStdString()).value();
        QFile file(m_text);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QByteArray text = file.readAll();
        if (text.endsWith('\n'))
            text.chop(1);
        std::vector<tritloom::TokenId> ours = model->tokenizer->encode(text.toStdString());
        ours.insert(ours.begin(), model->tokenizer->bos);
        const QJsonArray theirs = judge({"tokenize", sampleModel(), m_text}).json()["ids"].toArray();
        QCOMPARE(int(ours.size()), int(theirs.size()));
        for (int i = 0; i < theirs.size(); ++i)
            QCOMPARE(ours[std::size_t(i)], theirs[i].toInt());
    }

    void perplexityAgrees_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<QStringList>("options"); // of the export
        QTest::addColumn<double>("share"); // by which the two may differ
        // 8-bit activations are llama.cpp's for quantized weights; ours stay f32.
        QTest::newRow("sample as it is") << sampleModel() << QStringList() << 0.005;
        for (const char* format : {"q8_0", "q6_k", "q5_k", "q4_k", "q3_k", "q2_k", "q4_0", "iq4_xs", "tq2_0"})
            QTest::addRow("sample in %s", format)
                << sampleModel() << QStringList{"--format", format, "--method", "imatrix"} << 0.01;
        const std::filesystem::path data = sharedData();
        if (data.empty())
            return;
        QTest::newRow("books6m from safetensors, f16")
            << QString::fromStdString(data / "llm_books6m")
            << QStringList{"--format", "f16", "--method", "rtn"} << 0.005;
        QTest::newRow("books6m from safetensors, q4_k with fallbacks")
            << QString::fromStdString(data / "llm_books6m") << QStringList{"--format", "q4_k"} << 0.01;
        QTest::newRow("stories260K, f32")
            << QString::fromStdString(data / "llm_stories260k/stories260K.gguf") << QStringList() << 0.005;
    }
    void perplexityAgrees()
    {
        QFETCH(QString, model);
        QFETCH(QStringList, options);
        QFETCH(double, share);
        const QString file = path("exported.gguf");
        const Finished exported = cli(QStringList{"export", model, "-o", file, "--context", "128"} + options);
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        const QStringList protocol{"--context", "128", "--chunks", "8"};
        const QJsonObject ours =
            cli(QStringList{"evaluate", file, "--text", m_text, "--json"} + protocol).json();
        const QJsonObject theirs = judge(QStringList{"perplexity", file, m_text} + protocol).json();
        QCOMPARE(ours["tokens"].toInt(), theirs["tokens"].toInt());
        const double a = ours["perplexity"].toDouble(), b = theirs["perplexity"].toDouble();
        qInfo("perplexity %.4f here, %.4f in llama.cpp: %+.3f %%", a, b, 100 * (a / b - 1));
        QVERIFY(a > 1 && b > 1);
        QVERIFY2(std::abs(a / b - 1) < share, qPrintable(QString("%1 here, %2 in llama.cpp").arg(a).arg(b)));
    }

    void aVocabularyOfLettersLoads()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const QString model = QString::fromStdString(data / "llm_babyllama105/derived/hf");
        const auto opened = tritloom::loadModel(model.toStdString()).value();
        // Neither bytes nor a newline in it, and llama.cpp ends at a letter it does not know: only known
        // ones.
        QFile file(m_text);
        QVERIFY(file.open(QIODevice::ReadOnly));
        QString known;
        for (const QChar letter : QString::fromUtf8(file.readAll()).replace('\n', ' ')) {
            const auto ids = opened->tokenizer->encode(QString("a%1").arg(letter).toStdString());
            known += !ids.empty() && opened->tokenizer->display(ids.back()) == QString(letter).toStdString()
                ? letter
                : QChar(' ');
        }
        QFile text(path("letters.txt"));
        QVERIFY(text.open(QIODevice::WriteOnly));
        text.write(known.toUtf8());
        text.close();
        const Finished exported = cli(
            {"export", model, "-o", path("letters.gguf"), "--format", "f16", "--method", "rtn", "--json"});
        QVERIFY2(exported.exitCode == 0, exported.err.constData());
        const QStringList protocol{"--context", "128", "--chunks", "8"};
        const QJsonObject ours =
            cli(QStringList{"evaluate", path("letters.gguf"), "--text", text.fileName(), "--json"} + protocol)
                .json();
        const Finished judged =
            judge(QStringList{"perplexity", path("letters.gguf"), text.fileName()} + protocol);
        QVERIFY2(judged.exitCode == 0, judged.err.constData());
        const double a = ours["perplexity"].toDouble(), b = judged.json()["perplexity"].toDouble();
        qInfo("babyllama105: perplexity %.4f here, %.4f in llama.cpp: %+.3f %%", a, b, 100 * (a / b - 1));
        QVERIFY(std::abs(a / b - 1) < 0.005);
    }
};

QTEST_GUILESS_MAIN(LlamaAgreementTest)
#include "llama_agreement_test.moc"
