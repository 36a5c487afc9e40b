#pragma once

#include "core/base/result.h"

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tritloom {

/// SentencePiece's normalizer (nmt_nfkc and its kin) as it is stored: "precompiled_charsmap". A double-array
/// trie of what is replaced, then the replacements, each ended by a zero. Immutable.
class CharsMap {
public:
    CharsMap() = default; ///< replaces nothing
    /// Errors: InvalidInput (sizes that cannot be).
    [[nodiscard]] static Result<CharsMap> read(std::span<const std::uint8_t> blob);

    /// What the beginning of a text becomes and how many bytes of it that was: the longest entry that fits,
    /// else one character as it is, U+FFFD for a byte that is none. text: not empty.
    [[nodiscard]] std::pair<std::string_view, std::size_t> replace(std::string_view text) const;

private:
    std::vector<std::uint32_t> m_units;
    std::vector<char> m_replacements; ///< ends with a zero
};

} // namespace tritloom
