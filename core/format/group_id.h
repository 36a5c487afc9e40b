#pragma once

#include "core/format/bit_fields.h"

#include "core/base/result.h"

#include <charconv>
#include <string_view>

namespace tritloom {

/// Takes `word` off the front of `text`; false when it does not begin so.
inline bool takeWord(std::string_view& text, std::string_view word)
{
    if (!text.starts_with(word))
        return false;
    text.remove_prefix(word.size());
    return true;
}

/// Takes a decimal number without leading zeros off the front of `text`.
inline bool takeNumber(std::string_view& text, std::size_t& number)
{
    const auto parsed = std::from_chars(text.data(), text.data() + text.size(), number);
    if (parsed.ec != std::errc{} || text.starts_with('0'))
        return false;
    text.remove_prefix(static_cast<std::size_t>(parsed.ptr - text.data()));
    return true;
}

/// Whether so many weights may share a scale. Errors: Unsupported.
inline Result<void> checkGroup(std::string_view id, std::size_t group)
{
    if (group == 0 || group % 8 != 0 || group > maximumGroup)
        return fail(
            ErrorCode::Unsupported, "'{}': group {} is not a multiple of 8 up to {}", id, group,
            maximumGroup);
    return {};
}

} // namespace tritloom
