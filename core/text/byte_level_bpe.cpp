#include "core/text/byte_level_bpe.h"

#include "core/base/utf8.h"
#include "core/text/nfc.h"
#include "core/text/pre_split.h"
#include "core/text/printable_bytes.h"
#include "core/text/vocabulary.h"

#include <limits>
#include <queue>

namespace tritloom::byteLevelBpe {
namespace {

/// A string that merges speak of, by number; the first 256 are single bytes.
using SymbolId = std::uint32_t;

struct Merge {
    std::uint32_t rank;
    SymbolId result;
};

/// A place in the piece, in a linked list by index.
struct Place {
    std::int32_t previous, next;
    SymbolId symbol; // gone: merged into the one before
};
constexpr SymbolId gone = std::numeric_limits<SymbolId>::max();

struct Candidate {
    std::uint32_t rank;
    std::int32_t left, right;
    SymbolId leftSymbol, rightSymbol, result; // out of date when the places hold others by now

    friend bool operator<(const Candidate& a, const Candidate& b)
    {
        return a.rank > b.rank || (a.rank == b.rank && a.left > b.left); // lowest rank, then leftmost
    }
};

std::uint64_t pairKey(SymbolId left, SymbolId right)
{
    return std::uint64_t{left} << 32 | right;
}

class ByteLevelBpe final : public Tokenizer {
public:
    ByteLevelBpe(TokenList tokens, std::shared_ptr<const PreSplit> preSplit)
        : m_tokens(std::move(tokens))
        , m_specials(m_tokens)
        , m_preSplit(std::move(preSplit))
        , m_printable(printableBytes())
    {
        m_ids.reserve(m_tokens.size());
        for (std::size_t i = 0; i < m_tokens.size(); ++i)
            m_ids.emplace(m_tokens.texts[i], static_cast<TokenId>(i));
        for (unsigned byte = 0; byte < 256; ++byte) {
            m_bytes.emplace(m_printable[byte], static_cast<unsigned char>(byte));
            (void)symbolOf(m_printable[byte]);
        }
    }

    Result<void> addMerges(const std::vector<std::string>& merges)
    {
        m_merges.reserve(merges.size());
        for (std::size_t rank = 0; rank < merges.size(); ++rank) {
            const std::string_view text = merges[rank];
            const std::size_t gap =
                text.find(' ', 1); // a token may start with a space, as llama.cpp reads it
            if (text.empty() || gap == std::string_view::npos || gap + 1 >= text.size())
                return fail(
                    ErrorCode::InvalidInput, "tokenizer.ggml.merges: merge {} is '{}', no pair of tokens",
                    rank, printable(text));
            const std::string left(text.substr(0, gap)), right(text.substr(gap + 1));
            const SymbolId result = symbolOf(left + right);
            m_merges.emplace(
                pairKey(symbolOf(left), symbolOf(right)), Merge{static_cast<std::uint32_t>(rank), result});
        }
        m_symbols.clear(); // only numbers count from now on
        return {};
    }

    std::vector<TokenId> encode(std::string_view text, bool parseSpecial) const override
    {
        return m_specials.encode(
            text, parseSpecial, [this](std::string_view part, std::vector<TokenId>& ids) {
                const auto take = [&](std::string_view piece) { append(piece, ids); };
                if (m_preSplit->composes)
                    m_preSplit->split(toNfc(part), take);
                else
                    m_preSplit->split(part, take);
            });
    }

    std::string decode(std::span<const TokenId> tokens, bool) const override
    {
        std::string text;
        for (const TokenId id : tokens)
            if (m_tokens.has(id) && !m_tokens.isSilent(id))
                text += textOf(id);
        return text;
    }

    std::string display(TokenId token) const override
    {
        if (!m_tokens.has(token))
            return fmt::format("<{}?>", token);
        return m_tokens.isSilent(token) ? m_tokens.text(token) : textOf(token);
    }

    std::size_t vocabularySize() const override { return m_tokens.size(); }

private:
    SymbolId symbolOf(const std::string& text)
    {
        const auto [at, isNew] = m_symbols.try_emplace(text, static_cast<SymbolId>(m_symbolTokens.size()));
        if (isNew) {
            const auto token = m_ids.find(text);
            m_symbolTokens.push_back(token == m_ids.end() ? -1 : token->second);
        }
        return at->second;
    }

    /// The bytes that a token's printable characters stand for; added tokens are text already.
    std::string textOf(TokenId id) const
    {
        const std::string_view token = m_tokens.text(id);
        if (m_tokens.type(id) == TokenType::UserDefined)
            return std::string(token);
        return bytesOfPrintable(token, m_bytes);
    }

    void append(std::string_view piece, std::vector<TokenId>& ids) const
    {
        if (m_preSplit->ignoresMerges) {
            std::string token;
            for (const char c : piece)
                token += m_printable[static_cast<unsigned char>(c)];
            if (const auto at = m_ids.find(token); at != m_ids.end()) {
                ids.push_back(at->second);
                return;
            }
        }
        std::vector<Place> places(piece.size());
        for (std::size_t i = 0; i < piece.size(); ++i) {
            const auto index = static_cast<std::int32_t>(i);
            places[i] = {index - 1, index + 1, static_cast<unsigned char>(piece[i])};
        }
        places.back().next = -1;
        merge(places);
        for (std::int32_t i = 0; i >= 0; i = places[static_cast<std::size_t>(i)].next) {
            const SymbolId symbol = places[static_cast<std::size_t>(i)].symbol;
            if (m_symbolTokens[symbol] >= 0)
                ids.push_back(m_symbolTokens[symbol]);
            else
                appendBytes(places, i, piece, ids);
        }
    }

    /// A merge made what is no token: its bytes one by one, and those without a token are lost, as in
    /// llama.cpp.
    void appendBytes(
        const std::vector<Place>& places, std::int32_t index, std::string_view piece,
        std::vector<TokenId>& ids) const
    {
        const std::int32_t next = places[static_cast<std::size_t>(index)].next;
        const std::size_t end = next < 0 ? piece.size() : static_cast<std::size_t>(next);
        for (auto i = static_cast<std::size_t>(index); i < end; ++i)
            if (const TokenId id = m_symbolTokens[static_cast<unsigned char>(piece[i])]; id >= 0)
                ids.push_back(id);
    }

    void merge(std::vector<Place>& places) const
    {
        std::priority_queue<Candidate> candidates;
        const auto propose = [&](std::int32_t left, std::int32_t right) {
            if (left < 0 || right < 0)
                return;
            const SymbolId a = places[static_cast<std::size_t>(left)].symbol;
            const SymbolId b = places[static_cast<std::size_t>(right)].symbol;
            if (const auto at = m_merges.find(pairKey(a, b)); at != m_merges.end())
                candidates.push({at->second.rank, left, right, a, b, at->second.result});
        };
        for (std::int32_t i = 1; i < static_cast<std::int32_t>(places.size()); ++i)
            propose(i - 1, i);
        while (!candidates.empty()) {
            const Candidate best = candidates.top();
            candidates.pop();
            Place& left = places[static_cast<std::size_t>(best.left)];
            Place& right = places[static_cast<std::size_t>(best.right)];
            if (left.symbol != best.leftSymbol || right.symbol != best.rightSymbol || left.next != best.right)
                continue;
            left.symbol = best.result;
            right.symbol = gone;
            left.next = right.next;
            if (right.next >= 0)
                places[static_cast<std::size_t>(right.next)].previous = best.left;
            propose(left.previous, best.left);
            propose(best.left, left.next);
        }
    }

    TokenList m_tokens;
    SpecialTokens m_specials; // views of m_tokens
    std::shared_ptr<const PreSplit> m_preSplit;
    std::array<std::string, 256> m_printable;
    std::unordered_map<std::string_view, unsigned char> m_bytes; // views of m_printable
    std::unordered_map<std::string_view, TokenId> m_ids; // views of m_tokens
    std::unordered_map<std::string, SymbolId> m_symbols; // while merges are added
    std::vector<TokenId> m_symbolTokens; // by symbol; -1: no token
    std::unordered_map<std::uint64_t, Merge> m_merges;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata)
{
    TokenList tokens = TRY(readTokenList(metadata));
    const auto* const merges = metadata.strings("tokenizer.ggml.merges");
    if (!merges)
        return fail(ErrorCode::NotFound, "the tokenizer has no merges (tokenizer.ggml.merges)");
    const auto preSplit = TRY(PreSplit::make(metadata.text("tokenizer.ggml.pre").value_or("default")));
    const TokenId bos = tokens.bos, eos = tokens.eos;
    auto tokenizer = std::make_shared<ByteLevelBpe>(std::move(tokens), preSplit);
    TRY_VOID(tokenizer->addMerges(*merges));
    tokenizer->bos = bos;
    tokenizer->eos = eos;
    // llama.cpp adds Llama 3's <|begin_of_text|> even when the file does not say so.
    tokenizer->addBos =
        bos >= 0 && metadata.boolean("tokenizer.ggml.add_bos_token").value_or(preSplit->ignoresMerges);
    return tokenizer;
}

} // namespace tritloom::byteLevelBpe
