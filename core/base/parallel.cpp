#include "core/base/parallel.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <memory>
#include <mutex>

namespace tritloom {
namespace {

// TBB's limit is an object whose life is the setting; changing it must not race with itself.
std::mutex limitMutex;
std::unique_ptr<tbb::global_control> limit;

} // namespace

void parallelFor(
    std::size_t count, std::size_t grain, const std::function<void(std::size_t, std::size_t)>& body)
{
    grain = std::max<std::size_t>(grain, 1);
    const std::size_t chunks = (count + grain - 1) / grain;
    if (chunks <= 1) {
        if (count > 0)
            body(0, count);
        return;
    }
    // One TBB iteration per chunk: the simple partitioner then never merges or splits our chunks.
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t chunk = range.begin(); chunk != range.end(); ++chunk)
                body(chunk * grain, std::min(count, (chunk + 1) * grain));
        },
        tbb::simple_partitioner());
}

void setThreadCount(std::size_t count)
{
    const std::scoped_lock lock(limitMutex);
    limit.reset();
    if (count > 0)
        limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism, count);
}

std::size_t threadCount()
{
    return std::min<std::size_t>(
        tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism),
        static_cast<std::size_t>(tbb::info::default_concurrency()));
}

} // namespace tritloom
