#pragma once

#include <cstddef>

namespace tritloom {

/// Elements of the one group that holds a whole row of `columns`: the group length of "int4row" and of
/// "ternaryg<N>" with a scale a row. Groups are multiples of 8, a short one is padded.
[[nodiscard]] constexpr std::size_t rowGroup(std::size_t columns)
{
    return (columns + 7) / 8 * 8;
}

} // namespace tritloom
