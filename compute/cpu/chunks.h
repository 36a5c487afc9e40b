#pragma once

#include "core/base/parallel.h"

#include <algorithm>
#include <cstddef>
#include <stop_token>

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

/// parallelFor() whose chunks are left out once `stop` is requested: the backend then drops what is made.
template <typename Body>
void parallelUntil(const std::stop_token& stop, std::size_t count, std::size_t grain, Body body)
{
    parallelFor(count, grain, [&](std::size_t begin, std::size_t end) {
        if (!stop.stop_requested())
            body(begin, end);
    });
}

} // namespace tritloom::cpu
