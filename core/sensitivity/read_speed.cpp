#include "core/sensitivity/read_speed.h"

#include "core/base/parallel.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>

namespace tritloom {
namespace {

constexpr std::size_t megabyte = std::size_t{1} << 20, pieceBytes = std::size_t{64} << 10;
constexpr std::size_t pieceWords = pieceBytes / sizeof(std::uint64_t);
constexpr std::size_t sizes[] = {megabyte, 4 * megabyte, 16 * megabyte, 64 * megabyte, 256 * megabyte};
constexpr std::size_t leastRead = 512 * megabyte; // of each size, in passes

std::uint64_t sumOf(const std::uint64_t* words)
{
    std::uint64_t sums[8]{}; // eight chains: the memory is what waits
    for (std::size_t i = 0; i < pieceWords; i += 8)
        for (std::size_t lane = 0; lane < 8; ++lane)
            sums[lane] += words[i + lane];
    return sums[0] + sums[1] + sums[2] + sums[3] + sums[4] + sums[5] + sums[6] + sums[7];
}

/// Each piece is timed for itself: the upper quartile of the rates leaves out those that another program
/// interrupted.
double rateOf(const std::uint64_t* memory, std::size_t bytes, std::atomic<std::uint64_t>& total)
{
    const std::size_t pieces = bytes / pieceBytes, passes = std::max<std::size_t>(2, leastRead / bytes);
    std::vector<double> rates(pieces * passes);
    for (std::size_t pass = 0; pass < passes; ++pass)
        parallelFor(pieces, 8, [&](std::size_t first, std::size_t last) {
            std::uint64_t sum = 0;
            for (std::size_t piece = first; piece < last; ++piece) {
                const auto begin = std::chrono::steady_clock::now();
                sum += sumOf(memory + piece * pieceWords);
                const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
                rates[pass * pieces + piece] = double(pieceBytes) / seconds.count();
            }
            total += sum;
        });
    const auto quartile = rates.begin() + std::ptrdiff_t(rates.size() * 3 / 4);
    std::nth_element(rates.begin(), quartile, rates.end());
    return *quartile * double(threadCount());
}

} // namespace

ReadSpeed ReadSpeed::measure(const std::stop_token& stop)
{
    constexpr std::size_t words = *std::ranges::max_element(sizes) / sizeof(std::uint64_t);
    const auto memory = std::make_unique_for_overwrite<std::uint64_t[]>(words);
    parallelFor(words, std::size_t{1} << 18, [&](std::size_t first, std::size_t last) {
        if (!stop.stop_requested())
            std::fill(memory.get() + first, memory.get() + last, 1);
    });
    std::atomic<std::uint64_t> total = 0; // keeps the reading from being left out
    std::vector<std::pair<double, double>> points;
    for (const std::size_t bytes : sizes) {
        if (stop.stop_requested())
            return ReadSpeed();
        points.emplace_back(double(bytes), rateOf(memory.get(), bytes, total));
    }
    return total.load() == 0 ? ReadSpeed() : ReadSpeed(std::move(points));
}

ReadSpeed::ReadSpeed(std::vector<std::pair<double, double>> points)
    : m_points(std::move(points))
{
}

double ReadSpeed::of(double bytes) const
{
    if (m_points.empty())
        return 0;
    const auto above = std::ranges::lower_bound(m_points, bytes, {}, &std::pair<double, double>::first);
    if (above == m_points.begin())
        return m_points.front().second;
    if (above == m_points.end())
        return m_points.back().second;
    const auto below = above - 1;
    const double share = std::log(bytes / below->first) / std::log(above->first / below->first);
    return below->second + share * (above->second - below->second);
}

} // namespace tritloom
