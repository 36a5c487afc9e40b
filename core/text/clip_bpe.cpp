#include "core/text/clip_bpe.h"

#include "core/base/utf8.h"
#include "core/text/nfc.h"
#include "core/text/pre_split.h"
#include "core/text/printable_bytes.h"
#include "core/text/vocabulary.h"

#include <algorithm>
#include <map>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

namespace tritloom::clipBpe {
namespace {

constexpr std::string_view wordEnd = "</w>";

/// Capital letters become small ones, by Unicode's simple mapping. Texts that are no UTF-8 stay.
std::string smallLetters(const std::string& text)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    const std::unique_ptr<pcre2_code, decltype(&pcre2_code_free)> code(
        pcre2_compile(
            reinterpret_cast<PCRE2_SPTR>(R"(\p{Lu}+)"), PCRE2_ZERO_TERMINATED, PCRE2_UTF | PCRE2_UCP, &error,
            &offset, nullptr),
        pcre2_code_free);
    if (!code || !isUtf8(text))
        return text;
    std::string result(2 * text.size() + 16, 0);
    PCRE2_SIZE length = result.size();
    const int count = pcre2_substitute(
        code.get(), reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), 0,
        PCRE2_SUBSTITUTE_GLOBAL | PCRE2_SUBSTITUTE_EXTENDED, nullptr, nullptr,
        reinterpret_cast<PCRE2_SPTR>(R"(\L$0)"), PCRE2_ZERO_TERMINATED,
        reinterpret_cast<PCRE2_UCHAR*>(result.data()), &length);
    if (count < 0)
        return text;
    result.resize(length);
    return result;
}

bool isSpace(std::string_view piece)
{
    return std::ranges::all_of(piece, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); })
        || piece == "\xC2\xA0" || piece == "\xE3\x80\x80";
}

class ClipBpe final : public Tokenizer {
public:
    ClipBpe(TokenList tokens, std::shared_ptr<const PreSplit> preSplit)
        : m_tokens(std::move(tokens))
        , m_specials(m_tokens)
        , m_preSplit(std::move(preSplit))
    {
        for (std::size_t i = 0; i < m_tokens.size(); ++i)
            m_ids.emplace(m_tokens.texts[i], TokenId(i));
        for (unsigned byte = 0; byte < 256; ++byte)
            m_bytes.emplace(m_printable[byte], char(byte));
    }

    Result<void> addMerges(const std::vector<std::string>& merges)
    {
        for (std::size_t rank = 0; rank < merges.size(); ++rank) {
            const std::size_t gap = merges[rank].find(' ');
            if (gap == std::string::npos || gap == 0 || gap + 1 == merges[rank].size())
                return fail(
                    ErrorCode::InvalidInput, "tokenizer.ggml.merges: merge {} is '{}', no pair of tokens",
                    rank, printable(merges[rank]));
            m_ranks.emplace(std::pair(merges[rank].substr(0, gap), merges[rank].substr(gap + 1)), rank);
        }
        return {};
    }

    std::vector<TokenId> encode(std::string_view text, bool parseSpecial) const override
    {
        return m_specials.encode(
            text, parseSpecial, [this](std::string_view part, std::vector<TokenId>& ids) {
                const std::string small = smallLetters(std::string(toNfc(part)));
                m_preSplit->split(small, [&](std::string_view piece) {
                    if (!isSpace(piece))
                        append(piece, ids);
                });
            });
    }

    std::string decode(std::span<const TokenId> tokens, bool) const override
    {
        std::string text;
        for (const TokenId id : tokens)
            if (m_tokens.has(id) && !m_tokens.isSilent(id))
                text += textOf(id);
        if (text.ends_with(' '))
            text.pop_back();
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
    /// The bytes of a token; a word's end is a space.
    std::string textOf(TokenId id) const
    {
        std::string_view token = m_tokens.text(id);
        const bool ends = token.ends_with(wordEnd);
        if (ends)
            token.remove_suffix(wordEnd.size());
        const std::string text = bytesOfPrintable(token, m_bytes);
        return ends ? text + ' ' : text;
    }

    // The pair of the lowest rank is joined wherever it stands, until no pair has a rank.
    void append(std::string_view word, std::vector<TokenId>& ids) const
    {
        std::vector<std::string> parts;
        for (const char c : word)
            parts.push_back(m_printable[static_cast<unsigned char>(c)]);
        parts.back() += wordEnd;
        while (parts.size() > 1) {
            auto best = m_ranks.end();
            for (std::size_t i = 0; i + 1 < parts.size(); ++i)
                if (const auto found = m_ranks.find(std::pair(parts[i], parts[i + 1]));
                    found != m_ranks.end() && (best == m_ranks.end() || found->second < best->second))
                    best = found;
            if (best == m_ranks.end())
                break;
            std::vector<std::string> joined;
            for (std::size_t i = 0; i < parts.size(); ++i) {
                const bool pair = i + 1 < parts.size() && parts[i] == best->first.first
                    && parts[i + 1] == best->first.second;
                joined.push_back(pair ? parts[i] + parts[i + 1] : parts[i]);
                i += pair ? 1 : 0;
            }
            parts = std::move(joined);
        }
        for (const std::string& part : parts) {
            const auto id = m_ids.find(part);
            ids.push_back(id == m_ids.end() ? m_tokens.unknown : id->second);
        }
    }

    TokenList m_tokens;
    SpecialTokens m_specials; // views of m_tokens
    std::shared_ptr<const PreSplit> m_preSplit;
    std::array<std::string, 256> m_printable = printableBytes(); ///< by byte
    std::map<std::string, char, std::less<>> m_bytes;
    std::map<std::string, TokenId, std::less<>> m_ids;
    std::map<std::pair<std::string, std::string>, std::size_t> m_ranks;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata)
{
    TokenList tokens = TRY(readTokenList(metadata));
    const auto* const merges = metadata.strings("tokenizer.ggml.merges");
    if (!merges)
        return fail(ErrorCode::NotFound, "the tokenizer has no merges (tokenizer.ggml.merges)");
    if (tokens.bos < 0 || tokens.eos < 0)
        return fail(ErrorCode::NotFound, "the tokenizer has no <|startoftext|> or no <|endoftext|>");
    if (tokens.unknown < 0)
        tokens.unknown = tokens.eos;
    const TokenId bos = tokens.bos, eos = tokens.eos;
    auto tokenizer = std::make_shared<ClipBpe>(std::move(tokens), TRY(PreSplit::make("clip")));
    TRY_VOID(tokenizer->addMerges(*merges));
    tokenizer->bos = bos;
    tokenizer->eos = eos;
    tokenizer->addBos = true;
    return tokenizer;
}

} // namespace tritloom::clipBpe
