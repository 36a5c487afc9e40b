#include "core/method/shift_groups.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

namespace tritloom {

std::vector<std::uint8_t> shiftGroups(std::span<const float> ranges, float largest, std::size_t count)
{
    std::vector<std::uint8_t> groups(ranges.size(), std::uint8_t(count - 1));
    int top = 0;
    const float topFraction = std::frexp(largest, &top);
    for (std::size_t i = 0; i < ranges.size(); ++i) {
        if (!(ranges[i] > 0) || !(largest > 0))
            continue;
        int exponent = 0;
        const float fraction = std::frexp(ranges[i], &exponent);
        const int below = top - exponent - (topFraction < fraction ? 1 : 0); // floor(log2(largest / range))
        groups[i] = std::uint8_t(std::clamp(below, 0, int(count) - 1));
    }
    return groups;
}

double shiftCost(std::span<const float> ranges, float largest, std::size_t count)
{
    double sum = 0;
    for (const std::uint8_t group : shiftGroups(ranges, largest, count))
        sum += std::pow(double(std::ldexp(largest, -int(group))), 2);
    return sum;
}

double bestContiguousCost(std::span<const float> ranges, std::size_t count)
{
    std::vector<double> sorted(ranges.begin(), ranges.end());
    std::sort(sorted.begin(), sorted.end(), std::greater<>());
    const std::size_t n = sorted.size();
    constexpr double never = std::numeric_limits<double>::infinity();
    std::vector<double> best(n + 1, never); // of the first i channels
    best[0] = 0;
    double least = n == 0 ? 0 : never;
    for (std::size_t g = 0; g < std::min(count, n); ++g) {
        std::vector<double> next(n + 1, never);
        for (std::size_t begin = 0; begin < n; ++begin)
            for (std::size_t end = begin + 1; end <= n; ++end)
                next[end] =
                    std::min(next[end], best[begin] + double(end - begin) * sorted[begin] * sorted[begin]);
        best = std::move(next);
        least = std::min(least, best[n]);
    }
    return least;
}

} // namespace tritloom
