#pragma once

#include "core/format/number_format.h"

#include <cstddef>
#include <string>

namespace tritloom {

/// Elements of the one group that holds a whole row of `columns`: the group length of "int4row" and of
/// "ternaryg<N>" with a scale a row. Groups are multiples of 8, a short one is padded.
[[nodiscard]] constexpr std::size_t rowGroup(std::size_t columns)
{
    return (columns + 7) / 8 * 8;
}

/// What "int4row" is, which leaves the length of its groups open, with groups of some length: to ask what
/// does not depend on it. Others, and errors, as of parseNumberFormat().
[[nodiscard]] inline Result<NumberFormatPtr> parseOfAnyRow(std::string id)
{
    if (const std::size_t row = id.find("row"); row != std::string::npos)
        id.replace(row, 3, "g64");
    return parseNumberFormat(id);
}

} // namespace tritloom
