#include "core/base/parallel.h"

#include <tbb/global_control.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <tbb/task_scheduler_observer.h>

#include <algorithm>
#include <memory>
#include <mutex>
#include <utility>

#ifdef __linux__
#include <sys/resource.h>
#include <unistd.h>
#endif

namespace tritloom {
namespace {

// TBB's limit is an object whose life is the setting; changing it must not race with itself.
std::mutex limitMutex;
std::unique_ptr<tbb::global_control> limit;

constexpr int backgroundNice = 10, poolNice = 5;
thread_local bool isBackground = false;

void giveWay([[maybe_unused]] int nice)
{
#ifdef __linux__
    // A thread may always step back; where it may not, nothing is lost but politeness.
    const auto self = id_t(gettid());
    if (getpriority(PRIO_PROCESS, self) < nice)
        (void)setpriority(PRIO_PROCESS, self, nice);
#endif
}

/// Where the work of background threads waits until the pool has nothing better to do.
tbb::task_arena& backgroundArena()
{
    static tbb::task_arena arena(tbb::task_arena::automatic, 1, tbb::task_arena::priority::low);
    return arena;
}

class PoliteWorkers final : public tbb::task_scheduler_observer {
public:
    PoliteWorkers() { observe(true); }
    ~PoliteWorkers() override { observe(false); }
    void on_scheduler_entry(bool isWorker) override
    {
        if (isWorker)
            giveWay(poolNice);
    }
};

void runChunks(
    std::size_t count, std::size_t grain, std::size_t chunks,
    const std::function<void(std::size_t, std::size_t)>& body)
{
    // One TBB iteration per chunk: the simple partitioner then never merges or splits our chunks.
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, chunks, 1),
        [&](const tbb::blocked_range<std::size_t>& range) {
            for (std::size_t chunk = range.begin(); chunk != range.end(); ++chunk)
                body(chunk * grain, std::min(count, (chunk + 1) * grain));
        },
        tbb::simple_partitioner());
}

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
    if (isBackground)
        backgroundArena().execute([&] { runChunks(count, grain, chunks, body); });
    else
        runChunks(count, grain, chunks, body);
}

void becomeBackgroundThread()
{
    if (!std::exchange(isBackground, true))
        giveWay(backgroundNice);
}

void letPoolGiveWay()
{
    static PoliteWorkers workers;
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
