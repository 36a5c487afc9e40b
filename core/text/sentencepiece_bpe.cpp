#include "core/text/sentencepiece_bpe.h"

#include "core/base/utf8.h"
#include "core/text/pieces.h"

#include <cmath>
#include <queue>

namespace tritloom::sentencepieceBpe {
namespace {

/// A run of text that is one piece for now; a linked list by index.
struct Symbol {
    std::int32_t previous, next;
    std::string_view text; // empty: merged into the one before
};

/// Two neighbours whose concatenation is a piece. Out of date when either has changed: `bytes` tells.
struct Pair {
    float score;
    std::int32_t left, right;
    std::size_t bytes;

    friend bool operator<(const Pair& a, const Pair& b)
    {
        return a.score < b.score || (a.score == b.score && a.left > b.left); // best score, then leftmost
    }
};

class SentencePieceBpe final : public Tokenizer {
public:
    SentencePieceBpe(TokenList tokens, std::vector<float> scores, bool addSpacePrefix)
        : m_tokens(std::move(tokens))
        , m_scores(std::move(scores))
        , m_specials(m_tokens)
        , m_addSpacePrefix(addSpacePrefix)
    {
        m_bytes.fill(-1);
        m_ids.reserve(m_tokens.size());
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const auto id = static_cast<TokenId>(i);
            const std::string& text = m_tokens.texts[i];
            if (const auto byte = byteOfPiece(m_tokens, id))
                m_bytes[*byte] = id;
            else if (m_tokens.type(id) == TokenType::Normal || m_tokens.type(id) == TokenType::UserDefined)
                m_ids.emplace(text, id); // the first of equal ones stays
        }
    }

    std::vector<TokenId> encode(std::string_view text, bool parseSpecial) const override
    {
        std::vector<TokenId> ids;
        bool afterSpecial = true;
        for (const TextPart& part : m_specials.split(text, parseSpecial)) {
            if (part.token) {
                ids.push_back(*part.token);
                afterSpecial = true;
                continue;
            }
            std::string escaped;
            if (m_addSpacePrefix && afterSpecial)
                escaped = pieceSpace;
            for (const char c : part.text)
                c == ' ' ? escaped.append(pieceSpace) : escaped.append(1, c);
            append(escaped, ids);
            afterSpecial = false;
        }
        return ids;
    }

    std::string decode(std::span<const TokenId> tokens, bool atStart) const override
    {
        return textOfPieces(m_tokens, tokens, atStart && m_addSpacePrefix);
    }

    std::string display(TokenId token) const override { return displayPiece(m_tokens, token); }

    std::size_t vocabularySize() const override { return m_tokens.size(); }

private:
    void append(std::string_view text, std::vector<TokenId>& ids) const
    {
        std::vector<Symbol> symbols;
        for (std::size_t at = 0; at < text.size();) {
            const std::size_t length = std::min(utf8Length(text[at]), text.size() - at);
            const auto index = static_cast<std::int32_t>(symbols.size());
            symbols.push_back({index - 1, index + 1, text.substr(at, length)});
            at += length;
        }
        if (symbols.empty())
            return;
        symbols.back().next = -1;

        std::priority_queue<Pair> pairs;
        for (std::int32_t i = 1; i < static_cast<std::int32_t>(symbols.size()); ++i)
            propose(symbols, i - 1, i, pairs);
        while (!pairs.empty()) {
            const Pair pair = pairs.top();
            pairs.pop();
            Symbol& left = symbols[static_cast<std::size_t>(pair.left)];
            Symbol& right = symbols[static_cast<std::size_t>(pair.right)];
            if (left.text.empty() || right.text.empty() || left.text.size() + right.text.size() != pair.bytes)
                continue;
            left.text = {left.text.data(), pair.bytes};
            right.text = {};
            left.next = right.next;
            if (right.next >= 0)
                symbols[static_cast<std::size_t>(right.next)].previous = pair.left;
            propose(symbols, left.previous, pair.left, pairs);
            propose(symbols, pair.left, left.next, pairs);
        }
        bool afterUnknown = false;
        for (std::int32_t i = 0; i >= 0; i = symbols[static_cast<std::size_t>(i)].next)
            afterUnknown = appendSymbol(symbols[static_cast<std::size_t>(i)].text, afterUnknown, ids);
    }

    void propose(
        const std::vector<Symbol>& symbols, std::int32_t left, std::int32_t right,
        std::priority_queue<Pair>& pairs) const
    {
        if (left < 0 || right < 0)
            return;
        const std::string_view a = symbols[static_cast<std::size_t>(left)].text;
        const std::string_view b = symbols[static_cast<std::size_t>(right)].text;
        const auto at = m_ids.find({a.data(), a.size() + b.size()});
        if (at != m_ids.end())
            pairs.push({m_scores[static_cast<std::size_t>(at->second)], left, right, a.size() + b.size()});
    }

    /// Returns whether the symbol was unknown: a run of unknown ones is one token.
    bool appendSymbol(std::string_view text, bool afterUnknown, std::vector<TokenId>& ids) const
    {
        if (const auto at = m_ids.find(text); at != m_ids.end()) {
            ids.push_back(at->second);
            return false;
        }
        bool isUnknown = false;
        for (const char c : text) {
            const TokenId byte = m_bytes[static_cast<unsigned char>(c)];
            if (byte >= 0)
                ids.push_back(byte);
            else if (m_tokens.unknown >= 0 && !std::exchange(afterUnknown, true))
                ids.push_back(m_tokens.unknown);
            isUnknown = byte < 0;
        }
        return isUnknown;
    }

    TokenList m_tokens;
    std::vector<float> m_scores;
    SpecialTokens m_specials; // views of m_tokens
    std::unordered_map<std::string_view, TokenId> m_ids; // views of m_tokens
    std::array<TokenId, 256> m_bytes{};
    bool m_addSpacePrefix;
};

/// Special ids that "llama" means when the file names none.
TokenId orDefault(
    TokenId id, TokenId standard, const Metadata& metadata, std::string_view key, const TokenList& tokens)
{
    return id < 0 && !metadata.find(key) && tokens.has(standard) ? standard : id;
}

} // namespace

Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata)
{
    TokenList tokens = TRY(readTokenList(metadata));
    tokens.bos = orDefault(tokens.bos, 1, metadata, "tokenizer.ggml.bos_token_id", tokens);
    tokens.eos = orDefault(tokens.eos, 2, metadata, "tokenizer.ggml.eos_token_id", tokens);
    tokens.unknown = orDefault(tokens.unknown, 0, metadata, "tokenizer.ggml.unknown_token_id", tokens);
    const MetadataValue* const value = metadata.find("tokenizer.ggml.scores");
    const auto* const scores = value ? std::get_if<std::vector<float>>(value) : nullptr;
    if (!scores || scores->size() != tokens.size())
        return fail(
            ErrorCode::InvalidInput, "tokenizer.ggml.scores does not have one number for each of {} tokens",
            tokens.size());
    for (const float score : *scores) // a NaN would leave the queue without an order
        if (std::isnan(score))
            return fail(ErrorCode::InvalidInput, "tokenizer.ggml.scores holds a number that is none (NaN)");
    const bool prefix = metadata.boolean("tokenizer.ggml.add_space_prefix").value_or(true);
    const TokenId bos = tokens.bos, eos = tokens.eos;
    auto tokenizer = std::make_shared<SentencePieceBpe>(std::move(tokens), *scores, prefix);
    tokenizer->bos = bos;
    tokenizer->eos = eos;
    tokenizer->addBos = bos >= 0 && metadata.boolean("tokenizer.ggml.add_bos_token").value_or(true);
    return tokenizer;
}

} // namespace tritloom::sentencepieceBpe
