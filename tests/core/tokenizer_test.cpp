#include "core/file/huggingface_tokenizer.h"
#include "core/file/model_file.h"
#include "core/text/nfc.h"
#include "core/text/pre_split.h"
#include "core/text/tokenizer.h"
#include "tests/support/shared_data.h"

#include <QTest>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace tritloom;

namespace {

std::string slurp(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const Tokenizer> tokenizerOf(const std::filesystem::path& path)
{
    const auto model = openModel(path);
    if (!model) {
        qWarning("%s", model.error().message.c_str());
        return nullptr;
    }
    const auto tokenizer = makeTokenizer(model->metadata);
    if (!tokenizer)
        qWarning("%s", tokenizer.error().message.c_str());
    return tokenizer.value_or(nullptr);
}

/// Texts that llama.cpp keeps beside its vocabularies, and the ids it expects.
void compareWithLlamaCpp(const std::filesystem::path& vocabulary)
{
    const auto tokenizer = tokenizerOf(vocabulary);
    QVERIFY(tokenizer);
    const std::string separator = "\n__ggml_vocab_test__\n";
    std::string texts = slurp(vocabulary.string() + ".inp");
    std::istringstream lines(slurp(vocabulary.string() + ".out"));
    int count = 0;
    for (std::string line; std::getline(lines, line); ++count) {
        const std::size_t end = texts.find(separator);
        const std::string text = texts.substr(0, end);
        texts.erase(0, end == std::string::npos ? end : end + separator.size());
        std::istringstream numbers(line);
        const std::vector<TokenId> expected{std::istream_iterator<TokenId>(numbers), {}};
        const std::vector<TokenId> ids = tokenizer->encode(text);
        QVERIFY2(
            ids == expected, fmt::format("text {}: '{}' gives {}", count, text, fmt::join(ids, " ")).c_str());
        QCOMPARE(tokenizer->decode(ids), text);
    }
    QVERIFY(count >= 46);
}

} // namespace

class TokenizerTest : public QObject {
    Q_OBJECT

private slots:
    void agreesWithLlamaCpp_data()
    {
        QTest::addColumn<QString>("file");
        QTest::newRow("SentencePiece") << "ggml-vocab-llama-spm.gguf";
        QTest::newRow("GPT-2") << "ggml-vocab-gpt-2.gguf";
    }
    void agreesWithLlamaCpp()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, file);
        compareWithLlamaCpp(data / "tok_llama_gpt2" / file.toStdString());
    }

    void agreesWithLlama2c_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QList<int>>("ids");
        QTest::newRow("words") << "Hello world" << QList<int>{15043, 3186};
        QTest::newRow("sentence") << "Once upon a time, there was"
                                  << QList<int>{9038, 2501, 263, 931, 29892, 727, 471};
        QTest::newRow("bytes") << "h\u00e9llo \u4f60\u597d \U0001F600"
                               << QList<int>{298, 3610, 417, 29871, 30919, 31076, 29871, 243, 162, 155, 131};
        QTest::newRow("spaces") << "  two  spaces\n\nx" << QList<int>{259, 1023, 29871, 8162, 13, 13, 29916};
        QTest::newRow("digits") << "1234 + 5"
                                << QList<int>{29871, 29896, 29906, 29941, 29946, 718, 29871, 29945};
    }
    void agreesWithLlama2c()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        QFETCH(QString, text);
        QFETCH(QList<int>, ids);
        const auto tokenizer = tokenizerOf(data / "tok_llama_gpt2/ggml-vocab-llama-spm.gguf");
        QVERIFY(tokenizer);
        const std::vector<TokenId> expected(ids.begin(), ids.end());
        QCOMPARE(tokenizer->encode(text.toStdString()), expected);
    }

    void readsGpt2Files()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto json = readJson(data / "tok_llama_gpt2/gpt2_vocab.json");
        QVERIFY(json);
        const auto read = huggingface::readVocabAndMerges(
            *json, slurp(data / "tok_llama_gpt2/gpt2_merges.txt"), "vocab.json");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const auto gguf = openModel(data / "tok_llama_gpt2/ggml-vocab-gpt-2.gguf");
        QVERIFY(gguf);
        Metadata metadata;
        read->write(metadata);
        for (const char* key : {"tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.pre"})
            QVERIFY2(*metadata.find(key) == *gguf->metadata.find(key), key);
    }

    // The sign before a word belongs to the word in Llama 3's and Qwen2's rules:
    // [^\\r\\n\\p{L}\\p{N}]?\\p{L}+
    void splitsBeforeMerging_data()
    {
        QTest::addColumn<QString>("pre");
        QTest::addColumn<QString>("text");
        QTest::addColumn<QStringList>("pieces");
        const QString text = QString::fromUtf8("I've 1234  dogs.\n\n  x=\u00e9t\u00e9!");
        QTest::newRow("gpt-2")
            << "gpt-2" << text
            << QString::fromUtf8("I|'ve| 1234| | dogs|.|\n\n | x|=|\u00e9t\u00e9|!").split('|');
        QTest::newRow("llama-bpe")
            << "llama-bpe" << text
            << QString::fromUtf8("I|'ve| |123|4| | dogs|.\n\n| | x|=\u00e9t\u00e9|!").split('|');
        QTest::newRow("qwen2")
            << "qwen2" << text
            << QString::fromUtf8("I|'ve| |1|2|3|4| | dogs|.\n\n| | x|=\u00e9t\u00e9|!").split('|');
        QTest::newRow("gpt-2 capitals") << "gpt-2"
                                        << "HE'LL" << QStringList{"HE", "'", "LL"};
        QTest::newRow("llama-bpe capitals") << "llama-bpe"
                                            << "HE'LL" << QStringList{"HE", "'LL"};
        QTest::newRow("qwen2 capitals") << "qwen2"
                                        << "HE'LL" << QStringList{"HE", "'LL"};
        QTest::newRow("smollm digits") << "smollm"
                                       << "a 12" << QStringList{"a", " ", "1", "2"};
    }
    void splitsBeforeMerging()
    {
        QFETCH(QString, pre);
        QFETCH(QString, text);
        QFETCH(QStringList, pieces);
        const auto split = PreSplit::make(pre.toStdString());
        QVERIFY(split);
        QStringList got;
        (*split)->split(text.toStdString(), [&](std::string_view piece) {
            got << QString::fromUtf8(piece.data(), qsizetype(piece.size()));
        });
        QCOMPARE(got, pieces);
    }

    void qwen2ReadsComposedText()
    {
        // Every byte a token, one merge: the composed letter's two bytes, which decomposed text does not
        // have.
        Metadata metadata;
        metadata.set("tokenizer.ggml.model", std::string("gpt2"));
        std::vector<std::string> tokens;
        for (int byte = 0; byte < 256; ++byte) {
            const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
            static int next = 256;
            const int code = printable ? byte : next++;
            tokens.push_back(
                code < 128 ? std::string(1, char(code))
                           : std::string{char(0xC0 | code >> 6), char(0x80 | (code & 63))});
        }
        const std::string first = tokens[0xC3], second = tokens[0xA9]; // U+00E9 is C3 A9
        tokens.push_back(first + second);
        metadata.set("tokenizer.ggml.tokens", tokens);
        metadata.set("tokenizer.ggml.merges", std::vector<std::string>{first + " " + second});
        for (const auto& [pre, composes] : {std::pair("qwen2", true), std::pair("llama-bpe", false)}) {
            metadata.set("tokenizer.ggml.pre", std::string(pre));
            const auto tokenizer = makeTokenizer(metadata);
            QVERIFY2(tokenizer, tokenizer ? "" : tokenizer.error().message.c_str());
            const std::vector<TokenId> composed = (*tokenizer)->encode("\u00e9"),
                                       marked = (*tokenizer)->encode("e\u0301");
            QCOMPARE(composed, std::vector<TokenId>{256});
            QCOMPARE(marked == composed, composes);
            QCOMPARE((*tokenizer)->encode("\xC3(").size(), std::size_t(2)); // no UTF-8 stays as it is
        }
        QCOMPARE(
            toNfc("A\u030A ffi \uFB03"), std::string("\u00C5 ffi \uFB03")); // C composes, it does not fold
    }

    void readsSentencePieceModel()
    {
        TRITLOOM_NEEDS_SHARED_DATA(data);
        const auto read =
            huggingface::readSentencePiece(slurp(data / "tok_llama_gpt2/tokenizer.model"), "tokenizer.model");
        QVERIFY2(read, read ? "" : read.error().message.c_str());
        const auto gguf = openModel(data / "tok_llama_gpt2/ggml-vocab-llama-spm.gguf");
        QVERIFY(gguf);
        Metadata metadata;
        read->write(metadata);
        for (const char* key :
             {"tokenizer.ggml.tokens", "tokenizer.ggml.scores", "tokenizer.ggml.token_type"})
            QVERIFY2(*metadata.find(key) == *gguf->metadata.find(key), key);
        QCOMPARE(read->addSpacePrefix, true);
    }
};

QTEST_APPLESS_MAIN(TokenizerTest)
#include "tokenizer_test.moc"
