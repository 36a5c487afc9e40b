#pragma once

#include "core/text/tokenizer.h"

#include <array>
#include <optional>
#include <unordered_map>

namespace tritloom {

/// Values of tokenizer.ggml.token_type.
enum class TokenType : std::int32_t { Normal = 1, Unknown, Control, UserDefined, Unused, Byte };

/// Tokens, types and special ids as both kinds of tokenizer need them. Immutable once read.
struct TokenList {
    std::vector<std::string> texts;
    std::vector<TokenType> types;
    TokenId bos = -1, eos = -1, unknown = -1;

    [[nodiscard]] std::size_t size() const { return texts.size(); }
    [[nodiscard]] bool has(TokenId id) const
    {
        return id >= 0 && static_cast<std::size_t>(id) < texts.size();
    }
    [[nodiscard]] TokenType type(TokenId id) const { return types[static_cast<std::size_t>(id)]; }
    [[nodiscard]] const std::string& text(TokenId id) const { return texts[static_cast<std::size_t>(id)]; }
    [[nodiscard]] bool isSilent(TokenId id) const
    {
        return type(id) == TokenType::Control || type(id) == TokenType::Unknown;
    }
};

/// Errors: NotFound (no tokens), InvalidInput. An id that is no token is an error, an absent one is -1.
[[nodiscard]] Result<TokenList> readTokenList(const Metadata&);

/// A stretch of text, or one special token.
struct TextPart {
    std::string_view text;
    std::optional<TokenId> token;
};

/// Finds tokens that stand for themselves: user-defined ones always, control tokens on request.
class SpecialTokens {
public:
    explicit SpecialTokens(const TokenList& tokens); ///< copies nothing: tokens must outlive it
    [[nodiscard]] std::vector<TextPart> split(std::string_view text, bool parseSpecial) const;

    /// The special tokens of the text in their places; append(part, ids) adds those of all between.
    template <typename Append>
    [[nodiscard]] std::vector<TokenId>
    encode(std::string_view text, bool parseSpecial, const Append& append) const
    {
        std::vector<TokenId> ids;
        for (const TextPart& part : split(text, parseSpecial)) {
            if (part.token)
                ids.push_back(*part.token);
            else
                append(part.text, ids);
        }
        return ids;
    }

private:
    struct Special {
        std::string_view text;
        TokenId id;
        bool always;
    };
    [[nodiscard]] const Special* at(std::string_view text, bool parseSpecial) const;
    std::array<std::vector<Special>, 256> m_byFirstByte; // longest first
};

} // namespace tritloom
