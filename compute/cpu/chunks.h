#pragma once

#include "core/base/parallel.h"

#include <algorithm>
#include <cstddef>

namespace tritloom::cpu {

/// How many of `count` rows, or panels, of `bytes` each one task multiplies with one column: a multiple of
/// `together`, which are read beside each other. Up to 4 MB, since each stream of memory begins slowly; eight
/// tasks a thread where there are enough, for cores that are busy with something else.
[[nodiscard]] inline std::size_t chunkOf(std::size_t count, std::size_t bytes, std::size_t together)
{
    constexpr std::size_t mostBytes = std::size_t{4} << 20, tasksOfThread = 8;
    const std::size_t most = mostBytes / std::max<std::size_t>(bytes, 1),
                      share = count / (tasksOfThread * threadCount());
    return std::max(std::min(most, share) / together * together, together);
}

} // namespace tritloom::cpu
