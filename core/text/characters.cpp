#include "core/text/characters.h"

#include "core/base/utf8.h"
#include "core/text/vocabulary.h"

#include <map>

namespace tritloom::characters {
namespace {

class Characters final : public Tokenizer {
public:
    explicit Characters(TokenList tokens)
        : m_tokens(std::move(tokens))
        , m_specials(m_tokens)
    {
        bos = m_tokens.bos;
        eos = m_tokens.eos;
        addBos = bos >= 0;
    }

    Result<void> addCharacters()
    {
        for (std::size_t i = 0; i < m_tokens.size(); ++i) {
            const auto id = TokenId(i);
            if (m_tokens.type(id) == TokenType::Normal && !m_ids.emplace(m_tokens.text(id), id).second)
                return fail(
                    ErrorCode::InvalidInput, "the token '{}' is there twice", printable(m_tokens.text(id)));
        }
        if (bos >= 0)
            m_ids.emplace("\n", bos); // nothing where the line feed is a character like others
        return {};
    }

    std::vector<TokenId> encode(std::string_view text, bool parseSpecial) const override
    {
        return m_specials.encode(
            text, parseSpecial,
            [this](std::string_view part, std::vector<TokenId>& ids) { append(part, ids); });
    }

    std::string decode(std::span<const TokenId> tokens, bool) const override
    {
        std::string text;
        for (const TokenId token : tokens) {
            if (token == bos && !text.empty())
                text += '\n';
            else if (m_tokens.has(token) && !m_tokens.isSilent(token))
                text += m_tokens.text(token);
        }
        return text;
    }

    std::string display(TokenId token) const override
    {
        return m_tokens.has(token) ? m_tokens.text(token) : "";
    }
    std::size_t vocabularySize() const override { return m_tokens.size(); }

private:
    void append(std::string_view text, std::vector<TokenId>& ids) const
    {
        while (!text.empty()) {
            const std::size_t length = std::min(utf8Length(text[0]), text.size());
            if (const auto found = m_ids.find(text.substr(0, length)); found != m_ids.end())
                ids.push_back(found->second);
            text.remove_prefix(length);
        }
    }

    TokenList m_tokens;
    SpecialTokens m_specials; // views of m_tokens
    std::map<std::string, TokenId, std::less<>> m_ids;
};

} // namespace

Result<std::shared_ptr<const Tokenizer>> make(const Metadata& metadata)
{
    auto tokenizer = std::make_shared<Characters>(TRY(readTokenList(metadata)));
    TRY_VOID(tokenizer->addCharacters());
    return tokenizer;
}

} // namespace tritloom::characters
