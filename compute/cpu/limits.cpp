// One source, compiled once per instruction set by foreach_target.h.
#include "compute/cpu/cpu_backend.h"

#include "compute/cpu/tile/tile_unit.h"
#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstring>
#include <numeric>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "compute/cpu/limits.cpp"
#include "hwy/foreach_target.h" // IWYU pragma: keep

#include "compute/cpu/packed/unpack-inl.h" // after it

HWY_BEFORE_NAMESPACE();
namespace tritloom::cpu::HWY_NAMESPACE {

/// The sum of all bytes' words, so that every byte is read.
std::int64_t ReadAll(const std::uint8_t* from, std::size_t count)
{
    const Ints ints;
    constexpr std::size_t chains = 4, stride = chains * lanes * 4;
    IntVector sums[chains];
    for (auto& sum : sums)
        sum = hn::Zero(ints);
    for (std::size_t i = 0; i + stride <= count; i += stride)
        for (std::size_t c = 0; c < chains; ++c) {
            const std::uint8_t* const at = from + i + c * lanes * 4;
            hwy::Prefetch(at + 1024);
            sums[c] = hn::Add(sums[c], hn::LoadU(ints, reinterpret_cast<const std::int32_t*>(at)));
        }
    return hn::GetLane(hn::SumOfLanes(ints, hn::Add(hn::Add(sums[0], sums[1]), hn::Add(sums[2], sums[3]))));
}

/// Independent multiply-adds in registers; gives how many operations (two each).
double FloatWork(std::size_t rounds, float* sink)
{
    const Floats d;
    constexpr std::size_t chains = 10;
    FloatVector sums[chains];
    for (auto& sum : sums)
        sum = hn::Zero(d);
    const auto a = hn::Set(d, *sink), b = hn::Set(d, *sink + 1);
    for (std::size_t i = 0; i < rounds; ++i)
        for (auto& sum : sums)
            sum = hn::MulAdd(a, b, sum);
    for (const auto& sum : sums)
        *sink += hn::GetLane(sum);
    return double(rounds) * double(chains * lanes * 2);
}

/// The same with products of bytes, summed as packed products sum them.
double ByteWork(std::size_t rounds, float* sink)
{
    const Ints ints;
    constexpr std::size_t chains = 10;
    const auto digits = hn::Set(ints, std::int32_t(*sink));
    auto codes = hn::Set(Bytes(), std::uint8_t(*sink + 1));
#if HWY_ARCH_X86
    if constexpr (hasWordSums) {
        WordVector sums[chains];
        for (auto& sum : sums)
            sum = hn::Zero(Words());
        for (std::size_t i = 0; i < rounds; ++i)
            for (auto& sum : sums)
                sum = addPairs(sum, codes = inOrder(codes), digits);
        for (const auto& sum : sums)
            *sink += float(hn::GetLane(sum));
        return double(rounds) * double(chains * lanes * 8);
    }
#endif
    IntVector sums[chains];
    for (auto& sum : sums)
        sum = hn::Zero(ints);
    for (std::size_t i = 0; i < rounds; ++i)
        for (auto& sum : sums)
            sum = dot<false>(sum, codes, digits);
    for (const auto& sum : sums)
        *sink += float(hn::GetLane(sum));
    return double(rounds) * double(chains * lanes * 8);
}

} // namespace tritloom::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tritloom {
namespace cpu {

HWY_EXPORT(ReadAll);
HWY_EXPORT(FloatWork);
HWY_EXPORT(ByteWork);

// Here, since a dispatch by name knows no other namespace.
namespace {

std::int64_t readAll(const std::uint8_t* from, std::size_t count)
{
    return HWY_DYNAMIC_DISPATCH(ReadAll)(from, count);
}
double floatWork(std::size_t rounds, float* sink)
{
    return HWY_DYNAMIC_DISPATCH(FloatWork)(rounds, sink);
}
double byteWork(std::size_t rounds, float* sink)
{
    return HWY_DYNAMIC_DISPATCH(ByteWork)(rounds, sink);
}

} // namespace
} // namespace cpu

namespace {

/// work(i) for i in 0..count-1 in the pool; gives what all threads together do in a second when nothing else
/// runs: the upper quartile of the tasks' own rates, so that those which another program interrupted do not
/// count.
template <typename Work>
double rateOf(std::size_t count, Work work)
{
    std::vector<double> rates(count);
    parallelFor(count, 1, [&](std::size_t begin, std::size_t) {
        const auto started = std::chrono::steady_clock::now();
        const double amount = work(begin);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - started;
        rates[begin] = amount / took.count();
    });
    std::sort(rates.begin(), rates.end());
    return rates[count * 3 / 4] * double(threadCount());
}

/// work(thread) in all threads side by side, `rounds` times; gives the most that they did in a second
/// together, each round from the first beginning to the last end. For what threads share: one alone may have
/// far more than its part of the memory's bandwidth.
template <typename Work>
double sharedRateOf(std::size_t rounds, Work work)
{
    using Clock = std::chrono::steady_clock;
    constexpr std::chrono::milliseconds patience(
        1); // a thread of the pool may be busy: the round is slow then
    const std::size_t threads = threadCount();
    double best = 0;
    for (std::size_t round = 0; round < rounds; ++round) {
        std::atomic<std::size_t> arrived{0};
        std::vector<Clock::time_point> begins(threads), ends(threads);
        std::vector<double> amounts(threads);
        parallelFor(threads, 1, [&](std::size_t thread, std::size_t) {
            ++arrived;
            for (const auto until = Clock::now() + patience; arrived < threads && Clock::now() < until;) { }
            begins[thread] = Clock::now();
            amounts[thread] = work(round, thread);
            ends[thread] = Clock::now();
        });
        const std::chrono::duration<double> took =
            *std::max_element(ends.begin(), ends.end()) - *std::min_element(begins.begin(), begins.end());
        best = std::max(best, std::accumulate(amounts.begin(), amounts.end(), 0.0) / took.count());
    }
    return best;
}

} // namespace

Result<MemoryReader> MemoryReader::make()
{
    const auto buffer = TRY(cpu::WeightBuffer::allocate(bytes));
    parallelFor(parts, 1, [&](std::size_t begin, std::size_t end) {
        std::memset(buffer.data() + begin * partBytes, 1, (end - begin) * partBytes);
    });
    MemoryReader reader;
    reader.m_bytes = {std::make_shared<cpu::WeightBuffer>(buffer), buffer.data()};
    return reader;
}

void MemoryReader::readPart(std::size_t part) const
{
    static std::atomic<std::int64_t> sum{0}; // somebody must want what is read
    sum += cpu::readAll(m_bytes.get() + part * partBytes, partBytes);
}

void MemoryReader::readAll() const
{
    parallelFor(parts, 1, [this](std::size_t begin, std::size_t end) {
        for (std::size_t part = begin; part < end; ++part)
            readPart(part);
    });
}

Result<CpuLimits> measureCpuLimits()
{
    const MemoryReader memory = TRY(MemoryReader::make());
    CpuLimits limits;
    limits.readBytesPerSecond = sharedRateOf(
        std::max<std::size_t>(16, 4 * MemoryReader::parts / threadCount()),
        [&](std::size_t round, std::size_t thread) {
            memory.readPart((round * threadCount() + thread) % MemoryReader::parts);
            return double(MemoryReader::partBytes);
        });
    constexpr std::size_t tasks = 400, rounds = 100'000;
    const auto arithmetic = [](auto work) {
        return rateOf(tasks, [&](std::size_t) {
            float sink = 1;
            const double amount = work(rounds, &sink);
            return std::isnan(sink) ? 0 : amount; // never: the compiler must not leave the work out
        });
    };
    limits.floatOperationsPerSecond = arithmetic(cpu::floatWork);
    const cpu::TileUnit* const unit = cpu::chosenTileUnit();
    if (unit == nullptr) {
        limits.byteOperationsPerSecond = arithmetic(cpu::byteWork);
        return limits;
    }
    const auto tiles = [&](auto work) {
        return rateOf(tasks, [&](std::size_t) {
            const cpu::TileScope scope(*unit, cpu::tileColumns);
            return work(rounds);
        });
    };
    limits.byteOperationsPerSecond = tiles(unit->byteWork);
    limits.tileFloatOperationsPerSecond = tiles(unit->floatWork);
    return limits;
}

} // namespace tritloom
#endif
