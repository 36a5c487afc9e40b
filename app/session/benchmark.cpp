#include "app/session/benchmark.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <ctime>
#include <random>

namespace tritloom {

double processorSeconds()
{
    timespec now{};
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return double(now.tv_sec) + 1e-9 * double(now.tv_nsec);
}

Result<BenchmarkTimes> repeat(
    std::size_t leastCount, double leastSeconds, const std::function<Result<void>()>& work,
    std::stop_token stop, std::size_t parts, const std::function<double()>& device)
{
    TRY_VOID(work());
    const auto workedSeconds = [&] { return device ? device() : processorSeconds() / double(threadCount()); };
    BenchmarkTimes times;
    double total = 0;
    while (times.busy.size() < leastCount || total < leastSeconds) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "the benchmark was stopped");
        const auto begin = std::chrono::steady_clock::now();
        const double before = workedSeconds();
        TRY_VOID(work());
        const double worked = workedSeconds() - before;
        const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const double busy = device && worked <= 0 ? wall : worked; // a device may have no clock
        times.busy.push_back(busy / double(parts));
        times.wall.push_back(wall / double(parts));
        total += busy;
    }
    std::sort(times.busy.begin(), times.busy.end());
    std::sort(times.wall.begin(), times.wall.end());
    return times;
}

void setTimes(
    BenchmarkRow& row, const BenchmarkTimes& times, double bytes, double operations, const CpuLimits& limits,
    double peak)
{
    const std::vector<double>& busy = times.busy;
    row.threads = threadCount();
    row.seconds = busy[busy.size() / 2];
    row.spread = (busy[busy.size() * 3 / 4] - busy[busy.size() / 4]) / row.seconds;
    row.wallSeconds = times.wall[times.wall.size() / 2];
    row.bytesPerSecond = bytes / row.seconds;
    row.operationsPerSecond = operations / row.seconds;
    row.shareOfBandwidth = limits.readBytesPerSecond > 0 ? row.bytesPerSecond / limits.readBytesPerSecond : 0;
    row.shareOfPeak = peak > 0 ? row.operationsPerSecond / peak : 0;
}

Result<void> checkSize(std::size_t rows, std::size_t inner)
{
    constexpr std::size_t mostInner = std::size_t(1) << 15, mostWeights = std::size_t(1) << 29;
    if (inner > mostInner || rows > mostWeights / std::max<std::size_t>(inner, 1))
        return fail(
            ErrorCode::InvalidInput,
            "{} rows of {} weights are too many to measure: at most {} a row and {} in all are possible",
            rows, inner, mostInner, mostWeights);
    return {};
}

Tensor randomWeights(const NumberFormatPtr& format, std::size_t rows, std::size_t columns)
{
    const TensorType type{format, {rows, columns}};
    const std::size_t blockBytes = format->blockBytes();
    // A prime number of blocks, so that rows differ.
    const std::size_t patterns = std::min<std::size_t>(type.bytes() / blockBytes, 509);
    std::mt19937 random(1);
    std::normal_distribution<float> normal(0, 0.02f);
    std::vector<std::byte> pattern(patterns * blockBytes), bytes(type.bytes());
    std::vector<float> values(format->blockElements());
    for (std::size_t p = 0; p < patterns; ++p) {
        for (float& value : values)
            value = normal(random);
        format->encode(values, std::span(pattern).subspan(p * blockBytes, blockBytes));
    }
    for (std::size_t at = 0; at < bytes.size(); at += pattern.size())
        std::memcpy(bytes.data() + at, pattern.data(), std::min(pattern.size(), bytes.size() - at));
    return Tensor::adopt(type, std::move(bytes));
}

} // namespace tritloom
