#pragma once

#include <cstddef>
#include <functional>

namespace tritloom {

/// body(begin, end) over [0, count) in chunks of `grain`, on the shared pool; returns when all are done.
///
/// The chunks depend on count and grain only, never on the number of threads: sums kept per chunk and
/// combined in order are bit-equal on 1 and 64 cores. May nest. Any thread.
void parallelFor(
    std::size_t count, std::size_t grain, const std::function<void(std::size_t begin, std::size_t end)>& body);

/// How many threads the pool may use; 0 restores the number of cores. Process-wide.
void setThreadCount(std::size_t count);
[[nodiscard]] std::size_t threadCount();

} // namespace tritloom
