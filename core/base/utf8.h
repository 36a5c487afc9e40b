#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tritloom {

/// Bytes of the UTF-8 character that starts with `lead`; 1 for bytes that start none.
[[nodiscard]] constexpr std::size_t utf8Length(char lead)
{
    const auto byte = static_cast<unsigned char>(lead);
    return byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// Strict: no overlong forms, surrogates or cut characters.
[[nodiscard]] bool isUtf8(std::string_view text);

void appendUtf8(std::string& text, char32_t character);

/// Text of unknown origin for a message: not UTF-8 or control characters as \xNN, and at most `limit` bytes.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 120);

} // namespace tritloom
