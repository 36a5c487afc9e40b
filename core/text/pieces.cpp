#include "core/text/pieces.h"

#include <charconv>

namespace tritloom {

std::optional<unsigned> byteOfPiece(const TokenList& tokens, TokenId id)
{
    const std::string& text = tokens.text(id);
    if (tokens.type(id) != TokenType::Byte || text.size() != 6 || !text.starts_with("<0x") || text[5] != '>')
        return std::nullopt;
    unsigned value = 0;
    const auto end = std::from_chars(text.data() + 3, text.data() + 5, value, 16);
    return end.ptr == text.data() + 5 ? std::optional(value) : std::nullopt;
}

std::string textOfPiece(const TokenList& tokens, TokenId id)
{
    if (const auto byte = byteOfPiece(tokens, id))
        return std::string(1, static_cast<char>(*byte));
    std::string text;
    std::string_view rest = tokens.text(id);
    while (!rest.empty()) {
        const bool isSpace = rest.starts_with(pieceSpace);
        text += isSpace ? ' ' : rest[0];
        rest.remove_prefix(isSpace ? pieceSpace.size() : 1);
    }
    return text;
}

std::string textOfPieces(const TokenList& tokens, std::span<const TokenId> ids, bool dropSpace)
{
    std::string text;
    for (const TokenId id : ids) {
        if (!tokens.has(id) || tokens.isSilent(id))
            continue;
        std::string piece = textOfPiece(tokens, id);
        if (dropSpace && piece.starts_with(' '))
            piece.erase(0, 1);
        dropSpace = false;
        text += piece;
    }
    return text;
}

std::string displayPiece(const TokenList& tokens, TokenId id)
{
    if (!tokens.has(id))
        return fmt::format("<{}?>", id);
    if (byteOfPiece(tokens, id))
        return tokens.text(id);
    return textOfPiece(tokens, id);
}

} // namespace tritloom
