#pragma once

#include "core/base/utf8.h"

#include <array>
#include <string>
#include <string_view>

namespace tritloom {

/// GPT-2's printable stand-ins: bytes that are letters or signs stand for themselves, the other 68 are U+0100
/// on.
[[nodiscard]] inline std::array<std::string, 256> printableBytes()
{
    std::array<std::string, 256> texts;
    char32_t next = 256;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const bool isItself =
            (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || (byte >= 174 && byte <= 255);
        appendUtf8(texts[byte], isItself ? char32_t{byte} : next++);
    }
    return texts;
}

/// The bytes that the characters of a token stand for; others stay. bytes: a map from stand-ins.
template <typename Bytes>
[[nodiscard]] std::string bytesOfPrintable(std::string_view token, const Bytes& bytes)
{
    std::string text;
    for (std::size_t at = 0; at < token.size();) {
        const std::string_view character = token.substr(at, utf8Length(token[at]));
        const auto byte = bytes.find(character);
        byte == bytes.end() ? text.append(character) : text.append(1, static_cast<char>(byte->second));
        at += character.size();
    }
    return text;
}

} // namespace tritloom
