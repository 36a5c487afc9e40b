#pragma once

#include "core/text/vocabulary.h"

namespace tritloom {

/// SentencePiece's pieces, whatever cuts a text into them: U+2581 stands for a space, "<0x0A>" for a byte.
inline constexpr std::string_view pieceSpace = "\xE2\x96\x81";

/// The byte a piece of type Byte stands for.
[[nodiscard]] std::optional<unsigned> byteOfPiece(const TokenList& tokens, TokenId id);
/// The piece as text.
[[nodiscard]] std::string textOfPiece(const TokenList& tokens, TokenId id);
/// As Tokenizer::decode(). dropSpace: the one before the first word was added.
[[nodiscard]] std::string textOfPieces(const TokenList& tokens, std::span<const TokenId> ids, bool dropSpace);
/// As Tokenizer::display().
[[nodiscard]] std::string displayPiece(const TokenList& tokens, TokenId id);

} // namespace tritloom
