#include "core/text/unigram.h"

#include "core/base/utf8.h"
#include "core/text/chars_map.h"
#include "core/text/pieces.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom::unigram {
namespace {

constexpr float unknownPenalty = 10; // as SentencePiece's

struct Settings {
    bool addSpacePrefix = true, joinSpaces = true;
};

/// Pieces by their bytes: a range of the sorted list that shares a beginning shrinks byte by byte.
class PieceIndex {
public:
    void add(std::string_view text, TokenId id) { m_pieces.push_back({text, id}); }
    void sort()
    {
        std::ranges::stable_sort(m_pieces, {}, &Piece::text);
        const auto isSame = [](const Piece& one, const Piece& other) { return one.text == other.text; };
        m_pieces.erase(
            std::unique(m_pieces.begin(), m_pieces.end(), isSame), m_pieces.end()); // the first stays
    }

    /// Calls visit(length, id) for every piece that `text` begins with, shortest first.
    template <typename Visit>
    void forEachPrefix(std::string_view text, const Visit& visit) const
    {
        auto first = m_pieces.begin(), last = m_pieces.end();
        for (std::size_t depth = 0; depth < text.size(); ++depth) {
            const auto byteAt = [depth](const Piece& piece) {
                return depth < piece.text.size() ? int(static_cast<unsigned char>(piece.text[depth])) : -1;
            };
            const int wanted = static_cast<unsigned char>(text[depth]);
            first = std::ranges::lower_bound(first, last, wanted, {}, byteAt);
            last = std::ranges::upper_bound(first, last, wanted, {}, byteAt);
            if (first == last)
                return;
            if (first->text.size() == depth + 1)
                visit(depth + 1, first->id);
        }
    }

private:
    struct Piece {
        std::string_view text;
        TokenId id;
    };
    std::vector<Piece> m_pieces;
};

/// Control tokens are asked for; user-defined ones are pieces among others here.
TokenList controlsOf(TokenList tokens)
{
    for (TokenType& type : tokens.types)
        if (type == TokenType::UserDefined)
            type = TokenType::Normal;
    return tokens;
}

class Unigram final : public Tokenizer {
public:
    Unigram(TokenList tokens, std::vector<float> scores, CharsMap map, Settings settings)
        : m_tokens(std::move(tokens))
        , m_controls(controlsOf(m_tokens))
        , m_scores(std::move(scores))
        , m_specials(m_controls)
        , m_map(std::move(map))
        , m_settings(settings)
    {
        m_bytes.fill(-1);
        float least = std::numeric_limits<float>::max(), most = std::numeric_limits<float>::lowest();
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const auto id = static_cast<TokenId>(i);
            const std::string& text = m_tokens.texts[i];
            const TokenType type = m_tokens.type(id);
            if (const auto byte = byteOfPiece(m_tokens, id))
                m_bytes[*byte] = id;
            else if ((type == TokenType::Normal || type == TokenType::UserDefined) && !text.empty())
                m_pieces.add(text, id);
            if (type == TokenType::UserDefined && !text.empty())
                m_userDefined.add(text, id);
            if (type == TokenType::Normal) {
                least = std::min(least, m_scores[i]);
                most = std::max(most, m_scores[i]);
            }
        }
        m_pieces.sort();
        m_userDefined.sort();
        m_unknownScore = least - unknownPenalty;
        m_largest = most;
    }

    std::vector<TokenId> encode(std::string_view text, bool parseSpecial) const override
    {
        return m_specials.encode(
            text, parseSpecial,
            [this](std::string_view part, std::vector<TokenId>& ids) { append(normalized(part), ids); });
    }
    std::string decode(std::span<const TokenId> tokens, bool atStart) const override
    {
        return textOfPieces(m_tokens, tokens, atStart && m_settings.addSpacePrefix);
    }
    std::string display(TokenId token) const override { return displayPiece(m_tokens, token); }
    std::size_t vocabularySize() const override { return m_tokens.size(); }

private:
    /// What the text's beginning becomes, and how much of it that was.
    std::pair<std::string_view, std::size_t> replaced(std::string_view text) const
    {
        std::size_t length = 0; // user-defined pieces stay as they are
        m_userDefined.forEachPrefix(text, [&](std::size_t bytes, TokenId) { length = bytes; });
        return length > 0 ? std::pair{text.substr(0, length), length} : m_map.replace(text);
    }

    /// SentencePiece's Normalizer: the table, spaces joined and taken off both ends, U+2581 for each that
    /// stays.
    std::string normalized(std::string_view text) const
    {
        while (m_settings.joinSpaces && !text.empty()) {
            const auto [piece, bytes] = replaced(text);
            if (piece != " ")
                break;
            text.remove_prefix(bytes);
        }
        std::string result;
        if (text.empty())
            return result;
        if (m_settings.addSpacePrefix)
            result = pieceSpace;
        bool afterSpace = m_settings.joinSpaces;
        while (!text.empty()) {
            auto [piece, bytes] = replaced(text);
            while (afterSpace && piece.starts_with(' '))
                piece.remove_prefix(1);
            for (const char c : piece)
                c == ' ' ? result.append(pieceSpace) : result.append(1, c);
            if (!piece.empty())
                afterSpace = piece.ends_with(' ');
            afterSpace = afterSpace && m_settings.joinSpaces;
            text.remove_prefix(bytes);
        }
        while (m_settings.joinSpaces && result.ends_with(pieceSpace))
            result.resize(result.size() - pieceSpace.size());
        return result;
    }

    void append(std::string_view text, std::vector<TokenId>& ids) const
    {
        struct Best { // of all paths that end here
            float score = 0;
            std::size_t begin = none;
            TokenId id = -1;
        };
        std::vector<Best> best(text.size() + 1);
        const auto offer = [&](std::size_t begin, std::size_t end, TokenId id, float score) {
            const float total = best[begin].score + score;
            if (best[end].begin == none || total > best[end].score)
                best[end] = {total, begin, id};
        };
        for (std::size_t begin = 0; begin < text.size();) {
            const std::size_t character = std::min(utf8Length(text[begin]), text.size() - begin);
            bool hasCharacter = false;
            m_pieces.forEachPrefix(text.substr(begin), [&](std::size_t bytes, TokenId id) {
                // A piece of the user's is preferred to the same bytes cut up, as in SentencePiece.
                const float score = m_tokens.type(id) == TokenType::UserDefined
                    ? float(bytes) * m_largest - 0.1f
                    : m_scores[static_cast<std::size_t>(id)];
                offer(begin, begin + bytes, id, score);
                hasCharacter |= bytes == character;
            });
            if (!hasCharacter)
                offer(begin, begin + character, -1, m_unknownScore);
            begin += character;
        }
        std::vector<std::size_t> ends;
        for (std::size_t end = text.size(); end > 0; end = best[end].begin)
            ends.push_back(end);
        bool afterUnknown = false;
        for (auto end = ends.rbegin(); end != ends.rend(); ++end) {
            const Best& node = best[*end];
            if (node.id >= 0)
                ids.push_back(node.id);
            else
                appendUnknown(text.substr(node.begin, *end - node.begin), afterUnknown, ids);
            afterUnknown = node.id < 0;
        }
    }

    /// Its bytes where the model has them; else one unknown token for a whole run.
    void appendUnknown(std::string_view character, bool afterUnknown, std::vector<TokenId>& ids) const
    {
        const bool hasBytes = std::ranges::all_of(
            character, [&](char c) { return m_bytes[static_cast<unsigned char>(c)] >= 0; });
        if (hasBytes)
            for (const char c : character)
                ids.push_back(m_bytes[static_cast<unsigned char>(c)]);
        else if (m_tokens.unknown >= 0 && !afterUnknown)
            ids.push_back(m_tokens.unknown);
    }

    static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

    TokenList m_tokens, m_controls;
    std::vector<float> m_scores;
    SpecialTokens m_specials; // views of m_controls
    PieceIndex m_pieces, m_userDefined; // views of m_tokens
    std::array<TokenId, 256> m_bytes{};
    CharsMap m_map;
    Settings m_settings;
    float m_unknownScore = 0, m_largest = 0;
};

std::vector<std::uint8_t> tableOf(const Metadata& metadata)
{
    const MetadataValue* const value = metadata.find("tokenizer.ggml.precompiled_charsmap");
    if (value == nullptr)
        return {};
    if (const auto* const bytes = std::get_if<std::vector<std::uint8_t>>(value))
        return *bytes;
    if (const auto* const bytes =
            std::get_if<std::vector<std::int8_t>>(value)) // as llama.cpp's converter has it
        return {bytes->begin(), bytes->end()};
    return {};
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata)
{
    TokenList tokens = TRY(readTokenList(metadata));
    const MetadataValue* const value = metadata.find("tokenizer.ggml.scores");
    const auto* const scores = value ? std::get_if<std::vector<float>>(value) : nullptr;
    if (!scores || scores->size() != tokens.size())
        return fail(
            ErrorCode::InvalidInput, "tokenizer.ggml.scores does not have one number for each of {} tokens",
            tokens.size());
    for (const float score : *scores)
        if (!std::isfinite(score))
            return fail(ErrorCode::InvalidInput, "tokenizer.ggml.scores holds a number that is not finite");
    CharsMap map = TRY(CharsMap::read(tableOf(metadata)));
    const Settings settings{
        .addSpacePrefix = metadata.boolean("tokenizer.ggml.add_space_prefix").value_or(true),
        .joinSpaces = metadata.boolean("tokenizer.ggml.remove_extra_whitespaces").value_or(true)};
    const TokenId bos = tokens.bos, eos = tokens.eos;
    auto tokenizer = std::make_shared<Unigram>(std::move(tokens), *scores, std::move(map), settings);
    tokenizer->bos = bos;
    tokenizer->eos = eos;
    tokenizer->addBos = bos >= 0 && metadata.boolean("tokenizer.ggml.add_bos_token").value_or(false);
    return tokenizer;
}

} // namespace tritloom::unigram
