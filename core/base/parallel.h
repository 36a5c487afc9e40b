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

/// For good, for a thread whose work nobody waits for: it gives way to other threads and programs (a nice value of
/// 10 on Linux), and the pool takes up its parallelFor() only where no other thread's is waiting.
void becomeBackgroundThread();

/// Threads of the pool give way to other programs (a nice value of 5 on Linux): for a program with a window. Before
/// the first parallelFor(); process-wide.
void letPoolGiveWay();

/// How many threads the pool may use; 0 restores the number of cores. Process-wide.
void setThreadCount(std::size_t count);
[[nodiscard]] std::size_t threadCount();

} // namespace tritloom
