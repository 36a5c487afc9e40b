#include "core/text/vocabulary.h"

#include <algorithm>

namespace tritloom {
namespace {

Result<TokenId> readId(const Metadata& metadata, std::string_view key, std::size_t count)
{
    const auto id = metadata.integer(key);
    // 0xFFFFFFFF is how some writers say that there is none.
    if (!id || *id == 0xFFFFFFFF || *id == -1)
        return -1;
    if (*id < 0 || static_cast<std::uint64_t>(*id) >= count)
        return fail(ErrorCode::InvalidInput, "{} is {}, the vocabulary has {} tokens", key, *id, count);
    return static_cast<TokenId>(*id);
}

} // namespace

Result<TokenList> readTokenList(const Metadata& metadata)
{
    const auto* const texts = metadata.strings("tokenizer.ggml.tokens");
    if (!texts || texts->empty())
        return fail(ErrorCode::NotFound, "the model has no tokens (tokenizer.ggml.tokens)");
    TokenList tokens;
    tokens.texts = *texts;
    tokens.types.assign(texts->size(), TokenType::Normal);
    if (const MetadataValue* const value = metadata.find("tokenizer.ggml.token_type")) {
        const auto* const types = std::get_if<std::vector<std::int32_t>>(value);
        if (!types || types->size() != texts->size())
            return fail(
                ErrorCode::InvalidInput,
                "tokenizer.ggml.token_type does not have one number for each of {} tokens", texts->size());
        for (std::size_t i = 0; i < types->size(); ++i)
            if ((*types)[i] >= 1 && (*types)[i] <= 6)
                tokens.types[i] = static_cast<TokenType>((*types)[i]);
    }
    tokens.bos = TRY(readId(metadata, "tokenizer.ggml.bos_token_id", tokens.size()));
    tokens.eos = TRY(readId(metadata, "tokenizer.ggml.eos_token_id", tokens.size()));
    tokens.unknown = TRY(readId(metadata, "tokenizer.ggml.unknown_token_id", tokens.size()));
    return tokens;
}

SpecialTokens::SpecialTokens(const TokenList& tokens)
{
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        const auto id = static_cast<TokenId>(i);
        const bool always = tokens.type(id) == TokenType::UserDefined;
        if ((always || tokens.isSilent(id)) && !tokens.texts[i].empty())
            m_byFirstByte[static_cast<unsigned char>(tokens.texts[i][0])].push_back(
                {tokens.texts[i], id, always});
    }
    for (auto& specials : m_byFirstByte)
        std::ranges::stable_sort(specials, std::greater(), [](const Special& s) { return s.text.size(); });
}

const SpecialTokens::Special* SpecialTokens::at(std::string_view text, bool parseSpecial) const
{
    for (const Special& special : m_byFirstByte[static_cast<unsigned char>(text[0])])
        if ((special.always || parseSpecial) && text.starts_with(special.text))
            return &special;
    return nullptr;
}

std::vector<TextPart> SpecialTokens::split(std::string_view text, bool parseSpecial) const
{
    std::vector<TextPart> parts;
    std::size_t begin = 0, position = 0;
    const auto flush = [&] {
        if (position > begin)
            parts.push_back({text.substr(begin, position - begin), std::nullopt});
    };
    while (position < text.size()) {
        const Special* const special = at(text.substr(position), parseSpecial);
        if (!special) {
            ++position;
            continue;
        }
        flush();
        parts.push_back({special->text, special->id});
        position += special->text.size();
        begin = position;
    }
    flush();
    return parts;
}

} // namespace tritloom
