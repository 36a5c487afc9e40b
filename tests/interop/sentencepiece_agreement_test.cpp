#include "core/file/huggingface_tokenizer.h"
#include "core/text/tokenizer.h"
#include "tests/support/program.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <QTest>

using namespace tritloom;

/// Unigram models trained here by SentencePiece's own program, read by us; ids held against the same program.
class SentencepieceAgreementTest : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static QStringList texts()
    {
        QStringList list{
            "Hello world",
            " leading and  trailing   ",
            "I've, you'RE, he'll",
            "1234567890 12 3.14159",
            QString::fromUtf8("café naïve Ångström ﬃ ½ ①"),
            QString::fromUtf8("你好，世界。"),
            QString::fromUtf8("Привет мир"),
            QString::fromUtf8("emoji 😀👨‍👩‍👧 end"),
            "tab\there",
            "a<mark>b <mark> c",
            QString::fromUtf8("ＦＵＬＬ　width\u00a0space"),
            "snake_case CamelCase",
            "...!!!???",
            "x",
            " "};
        QFile evaluation(TRITLOOM_SOURCE_DIR "/resources/samples/language/evaluation.txt");
        if (evaluation.open(QIODevice::ReadOnly))
            list += QString::fromUtf8(evaluation.readAll()).left(60'000).split('\n', Qt::SkipEmptyParts);
        return list;
    }

private slots:
    void initTestCase()
    {
        if (QStandardPaths::findExecutable("spm_train").isEmpty())
            QSKIP("SentencePiece's programs are not installed (Debian: sentencepiece)");
    }

    void idsAreTheSame_data()
    {
        QTest::addColumn<QStringList>("options");
        QTest::newRow("standard") << QStringList{};
        QTest::newRow("bytes") << QStringList{"--byte_fallback=true"};
        QTest::newRow("as it is") << QStringList{
            "--normalization_rule_name=identity", "--add_dummy_prefix=false",
            "--remove_extra_whitespaces=false"};
        QTest::newRow("folded") << QStringList{"--normalization_rule_name=nfkc_cf"};
        QTest::newRow("marks") << QStringList{"--user_defined_symbols=<mark>"};
    }
    void idsAreTheSame()
    {
        QFETCH(QStringList, options);
        const QString model = m_folder.filePath(QString("m%1").arg(qHash(options.join(' '))));
        const Finished trained =
            run("spm_train",
                QStringList{
                    "--input=" TRITLOOM_SOURCE_DIR "/resources/samples/language/calibration.txt",
                    "--model_type=unigram", "--vocab_size=800", "--num_threads=2", "--model_prefix=" + model}
                    + options);
        QVERIFY2(trained.exitCode == 0, trained.err.constData());
        QFile file(model + ".model");
        QVERIFY(file.open(QIODevice::ReadOnly));
        const auto vocabulary =
            huggingface::readSentencePiece(file.readAll().toStdString(), "tokenizer.model");
        QVERIFY2(vocabulary, vocabulary ? "" : vocabulary.error().message.c_str());
        QCOMPARE(vocabulary->model, std::string("t5"));
        const Metadata metadata = metadataOf(*vocabulary);
        const auto tokenizer = makeTokenizer(metadata);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());

        QFile input(model + ".txt");
        QVERIFY(input.open(QIODevice::WriteOnly));
        input.write(texts().join('\n').toUtf8() + '\n');
        input.close();
        const Finished judged = run(
            "spm_encode", {"--model=" + model + ".model", "--output_format=id", "--input=" + model + ".txt"});
        QVERIFY2(judged.exitCode == 0, judged.err.constData());
        const QList<QByteArray> lines = judged.out.split('\n');
        QVERIFY(lines.size() > texts().size() - 1);
        std::size_t tokens = 0;
        for (int t = 0; t < texts().size(); ++t) {
            QByteArray ours;
            for (const TokenId id : (*tokenizer)->encode(texts()[t].toStdString())) {
                ours += (ours.isEmpty() ? "" : " ") + QByteArray::number(id);
                ++tokens;
            }
            QVERIFY2(
                ours == lines[t].trimmed(),
                qPrintable(QString("text %1, '%2': %3 here, %4 there")
                               .arg(t)
                               .arg(texts()[t].left(80), QString(ours), QString(lines[t]))));
        }
        QVERIFY(tokens > 1000);
        qInfo("%d texts, %zu tokens: the same ids", int(texts().size()), tokens);
        theJsonFormSaysTheSame(*vocabulary, **tokenizer);
    }

private:
    /// What the reader of a folder makes of it.
    static Metadata metadataOf(const huggingface::Vocabulary& vocabulary)
    {
        Metadata metadata;
        vocabulary.write(metadata);
        metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t(0));
        metadata.set("tokenizer.ggml.add_space_prefix", *vocabulary.addSpacePrefix);
        return metadata;
    }

    /// The same model as tokenizer.json has it.
    static void theJsonFormSaysTheSame(const huggingface::Vocabulary& vocabulary, const Tokenizer& expected)
    {
        const bool hasBytes =
            std::ranges::find(vocabulary.kinds, std::int32_t{huggingface::Byte}) != vocabulary.kinds.end();
        Json pieces = Json::array();
        for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i)
            pieces.push_back({vocabulary.tokens[i], vocabulary.scores[i]});
        const QByteArray table = QByteArray(
                                     reinterpret_cast<const char*>(vocabulary.charsmap.data()),
                                     qsizetype(vocabulary.charsmap.size()))
                                     .toBase64();
        Json steps = Json::array();
        if (!table.isEmpty())
            steps.push_back({{"type", "Precompiled"}, {"precompiled_charsmap", table.toStdString()}});
        if (*vocabulary.joinSpaces)
            steps.push_back({{"type", "Replace"}, {"pattern", {{"Regex", " {2,}"}}}, {"content", " "}});
        Json added = Json::array();
        for (std::size_t i = 0; i < vocabulary.tokens.size(); ++i)
            if (vocabulary.kinds[i] == huggingface::UserDefined
                || vocabulary.kinds[i] == huggingface::Control)
                added.push_back(
                    {{"id", i},
                     {"content", vocabulary.tokens[i]},
                     {"special", vocabulary.kinds[i] == huggingface::Control}});
        const Json json{
            {"added_tokens", added},
            {"normalizer", {{"type", "Sequence"}, {"normalizers", steps}}},
            {"pre_tokenizer",
             {{"type", "Metaspace"}, {"prepend_scheme", *vocabulary.addSpacePrefix ? "always" : "never"}}},
            {"model", {{"type", "Unigram"}, {"unk_id", 0}, {"byte_fallback", hasBytes}, {"vocab", pieces}}}};
        const auto read = huggingface::readTokenizerJson(json, "tokenizer.json");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const Metadata metadata = metadataOf(*read);
        const auto tokenizer = makeTokenizer(metadata);
        QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
        for (const QString& text : texts())
            QCOMPARE((*tokenizer)->encode(text.toStdString()), expected.encode(text.toStdString()));
    }
};

QTEST_GUILESS_MAIN(SentencepieceAgreementTest)
#include "sentencepiece_agreement_test.moc"
