#include "core/text/chars_map.h"
#include "core/text/tokenizer.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <random>

using namespace tritloom;

namespace {

struct Piece {
    std::string text;
    float score = 0;
    std::int32_t kind = 1;
};

Metadata vocabularyOf(const std::vector<Piece>& pieces, bool joinSpaces, bool addPrefix)
{
    std::vector<std::string> texts;
    std::vector<float> scores;
    std::vector<std::int32_t> kinds;
    for (const Piece& piece : pieces) {
        texts.push_back(piece.text);
        scores.push_back(piece.score);
        kinds.push_back(piece.kind);
    }
    Metadata metadata;
    metadata.set("tokenizer.ggml.model", std::string("t5"));
    metadata.set("tokenizer.ggml.tokens", texts);
    metadata.set("tokenizer.ggml.scores", scores);
    metadata.set("tokenizer.ggml.token_type", kinds);
    metadata.set("tokenizer.ggml.unknown_token_id", std::uint32_t(0));
    metadata.set("tokenizer.ggml.remove_extra_whitespaces", joinSpaces);
    metadata.set("tokenizer.ggml.add_space_prefix", addPrefix);
    return metadata;
}

std::shared_ptr<const Tokenizer>
tokenizerOf(const std::vector<Piece>& pieces, bool joinSpaces = false, bool addPrefix = false)
{
    return makeTokenizer(vocabularyOf(pieces, joinSpaces, addPrefix)).value();
}

/// The best sum of scores over every way to cut the text, by trying all.
float bestOfAll(const std::vector<Piece>& pieces, std::string_view text)
{
    float best = text.empty() ? 0 : std::numeric_limits<float>::lowest();
    for (const Piece& piece : pieces)
        if (piece.kind == 1 && !text.empty() && text.starts_with(piece.text))
            best = std::max(best, piece.score + bestOfAll(pieces, text.substr(piece.text.size())));
    return best;
}

} // namespace

class UnigramTest : public QObject {
    Q_OBJECT

private slots:
    void noCutHasALargerSumOfScores()
    {
        std::mt19937 random(3);
        for (int round = 0; round < 60; ++round) {
            std::vector<Piece> pieces{{"<unk>", 0, 2}};
            for (int i = 0; i < 17; ++i) {
                std::string text = i < 3 ? std::string(1, char('a' + i)) : std::string();
                for (unsigned length = i < 3 ? 0 : 2 + random() % 3; length > 0; --length)
                    text += char('a' + random() % 3);
                if (std::ranges::find(pieces, text, &Piece::text) == pieces.end())
                    pieces.push_back({text, -float(random() % 1000) / 100 - 0.01f});
            }
            std::string text, joined;
            for (unsigned length = random() % 10; length > 0; --length)
                text += char('a' + random() % 3);
            float sum = 0;
            for (const TokenId id : tokenizerOf(pieces)->encode(text)) {
                sum += pieces[std::size_t(id)].score;
                joined += pieces[std::size_t(id)].text;
            }
            QCOMPARE(joined, text);
            QVERIFY(std::abs(sum - bestOfAll(pieces, text)) < 1e-4f);
        }
    }

    void anUnknownCharacterIsTheLastResort()
    {
        const auto tokenizer = tokenizerOf({{"<unk>", 0, 2}, {"ab", -11.5f}, {"b", -0.4f}, {"c", -1}});
        QCOMPARE(tokenizer->encode("ab"), (std::vector<TokenId>{1}));
        QCOMPARE(tokenizer->encode("aab"), (std::vector<TokenId>{0, 1}));
        QCOMPARE(tokenizer->encode("ba"), (std::vector<TokenId>{2, 0}));
    }

    void unknownCharactersAreOneTokenARun()
    {
        const auto tokenizer = tokenizerOf({{"<unk>", 0, 2}, {"a", -1}, {"b", -2}});
        QCOMPARE(tokenizer->encode("axyzb"), (std::vector<TokenId>{1, 0, 2}));
        QCOMPARE(
            tokenizer->encode("\xC3\xA4\xC3\xB6"
                              "a"),
            (std::vector<TokenId>{0, 1}));
    }

    void bytesTakeTheirPlaceWhereTheModelHasThem()
    {
        std::vector<Piece> pieces{{"<unk>", 0, 2}, {"a", -1}};
        for (int byte = 0; byte < 256; ++byte)
            pieces.push_back(
                {QString("<0x%1>").arg(byte, 2, 16, QChar('0')).toUpper().replace("X", "x").toStdString(), 0,
                 6});
        const auto tokenizer = tokenizerOf(pieces);
        QCOMPARE(tokenizer->encode("a\xC3\xA4"), (std::vector<TokenId>{1, 2 + 0xC3, 2 + 0xA4}));
        QCOMPARE(tokenizer->decode(std::vector<TokenId>{1, 2 + 0xC3, 2 + 0xA4}), std::string("a\xC3\xA4"));
    }

    void spacesAreJoinedAndPutInFront()
    {
        const std::vector<Piece> pieces{
            {"<unk>", 0, 2},
            {"\xE2\x96\x81", -3},
            {"\xE2\x96\x81"
             "a",
             -1},
            {"a", -2}};
        const auto joined = tokenizerOf(pieces, true, true);
        QCOMPARE(joined->encode("  a   a "), (std::vector<TokenId>{2, 2}));
        QCOMPARE(joined->decode(std::vector<TokenId>{2, 2}), std::string("a a"));
        QCOMPARE(joined->encode("   "), std::vector<TokenId>{});
        QCOMPARE(tokenizerOf(pieces)->encode(" a  a"), (std::vector<TokenId>{2, 1, 2}));
        QCOMPARE(joined->encode(""), std::vector<TokenId>{});
    }

    void theNormalizersTableReplacesTheLongestBeginning()
    {
        // A double array by hand: "A" becomes "b", "AB" becomes nothing.
        std::vector<std::uint32_t> units(2048, 0);
        const auto put = [&](std::size_t node, std::uint32_t label, bool leaf, std::uint32_t offset) {
            units[node] = offset << 10 | (leaf ? 1u << 8 : 0) | label;
        };
        put(0, 0, false, 256);
        const std::size_t a = 256 ^ 'A';
        put(a, 'A', true, 512);
        units[a ^ 512] = 0x80000000u | 0;
        const std::size_t ab = a ^ 512 ^ 'B';
        put(ab, 'B', true, 1024);
        units[ab ^ 1024] = 0x80000000u | 2;
        const char replacements[] = "b\0"; // "b", then the empty text; the literal's own zero ends it
        std::vector<std::uint8_t> blob(4 + units.size() * 4);
        const auto bytes = std::uint32_t(units.size() * 4);
        std::memcpy(blob.data(), &bytes, 4);
        std::memcpy(blob.data() + 4, units.data(), bytes);
        blob.insert(blob.end(), replacements, replacements + 3);
        const CharsMap map = CharsMap::read(blob).value();
        QCOMPARE(map.replace("Ax"), (std::pair<std::string_view, std::size_t>{"b", 1}));
        QCOMPARE(map.replace("ABx"), (std::pair<std::string_view, std::size_t>{"", 2}));
        QCOMPARE(map.replace("xA"), (std::pair<std::string_view, std::size_t>{"x", 1}));
        QCOMPARE(map.replace("\xC3\xA4"), (std::pair<std::string_view, std::size_t>{"\xC3\xA4", 2}));
        QCOMPARE(map.replace("\xFFx"), (std::pair<std::string_view, std::size_t>{"\xEF\xBF\xBD", 1}));
        Metadata metadata = vocabularyOf({{"<unk>", 0, 2}, {"a", -1}, {"b", -1}}, false, false);
        metadata.set("tokenizer.ggml.precompiled_charsmap", blob);
        QCOMPARE(makeTokenizer(metadata).value()->encode("aAABa"), (std::vector<TokenId>{1, 2, 1}));
        for (std::size_t size = 1; size < blob.size();
             size += 37) // cut anywhere: an error, or a table that is read
            (void)CharsMap::read(std::span(blob).first(size));
        blob.resize(3);
        QVERIFY(!CharsMap::read(blob));
    }

    void scoresThatAreNoneAreRefused()
    {
        Metadata metadata =
            vocabularyOf({{"<unk>", 0, 2}, {"a", std::numeric_limits<float>::quiet_NaN()}}, true, true);
        QVERIFY(!makeTokenizer(metadata));
        metadata.set("tokenizer.ggml.scores", std::vector<float>{1});
        QVERIFY(!makeTokenizer(metadata));
    }
};

QTEST_APPLESS_MAIN(UnigramTest)
#include "unigram_test.moc"
