#include "plugins/vision_bit_scaling/scaling_fit.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

/// Sums of a straight line through logarithms, around their means.
struct LogSums {
    double x = 0, y = 0, xx = 0, xy = 0;
    std::size_t count = 0;

    explicit LogSums(std::span<const ScalingPoint> points, double floor = 0)
        : count(points.size())
    {
        for (const ScalingPoint& point : points) {
            x += std::log(point.size) / double(count);
            y += std::log(point.measure - floor) / double(count);
        }
        for (const ScalingPoint& point : points) {
            const double dx = std::log(point.size) - x;
            xx += dx * dx;
            xy += dx * (std::log(point.measure - floor) - y);
        }
    }
};

std::vector<ScalingPoint> bySize(std::span<const ScalingPoint> points)
{
    std::vector<ScalingPoint> sorted(points.begin(), points.end());
    std::ranges::sort(sorted, {}, &ScalingPoint::size);
    return sorted;
}

/// log(measure) at log(size), which lies within the curve.
double between(const std::vector<ScalingPoint>& curve, double size)
{
    auto right = std::ranges::lower_bound(curve, size, {}, &ScalingPoint::size);
    if (right == curve.begin())
        return std::log(curve.front().measure);
    if (right == curve.end())
        return std::log(curve.back().measure);
    const auto left = right - 1;
    const double share = std::log(size / left->size) / std::log(right->size / left->size);
    return std::log(left->measure) * (1 - share) + std::log(right->measure) * share;
}

} // namespace

double PowerLaw::at(double size) const
{
    return floor + std::exp(a + b * std::log(size));
}

std::optional<PowerLaw> fitPowerLaw(std::span<const ScalingPoint> points)
{
    const LogSums sums(points);
    if (points.size() < 2 || !(sums.xx > 0))
        return std::nullopt;
    PowerLaw law;
    law.b = sums.xy / sums.xx;
    law.a = sums.y - law.b * sums.x;
    for (const ScalingPoint& point : points)
        law.residual += std::pow(std::log(point.measure / law.at(point.size)), 2) / double(points.size());
    return law;
}

std::optional<PowerLaw> fitWithFloor(std::span<const ScalingPoint> points)
{
    if (points.size() < 4)
        return std::nullopt;
    const double least = std::ranges::min(points, {}, &ScalingPoint::measure).measure;
    std::optional<PowerLaw> best;
    const auto tryFloor = [&](double floor) {
        const LogSums sums(points, floor);
        if (!(sums.xx > 0))
            return;
        PowerLaw law{.a = 0, .b = sums.xy / sums.xx, .floor = floor, .residual = 0};
        law.a = sums.y - law.b * sums.x;
        for (const ScalingPoint& point : points)
            law.residual += std::pow(std::log(point.measure / law.at(point.size)), 2) / double(points.size());
        if (!best || law.residual < best->residual)
            best = law;
    };
    constexpr int steps = 500;
    for (int i = 0; i < steps; ++i)
        tryFloor(least * i / steps);
    for (double width = least / steps; best && width > 1e-7 * least; width /= 10) {
        const double middle = best->floor;
        for (int i = -10; i <= 10; ++i)
            if (const double floor = middle + width * i / 10; floor >= 0 && floor < least)
                tryFloor(floor);
    }
    return best;
}

std::optional<double>
horizontalShift(std::span<const ScalingPoint> first, std::span<const ScalingPoint> second)
{
    if (first.empty() || second.empty())
        return std::nullopt;
    const LogSums a(first), b(second);
    const double slope = (a.xy + b.xy) / (a.xx + b.xx);
    if (!(a.xx + b.xx > 0) || slope == 0)
        return std::nullopt;
    return ((a.y - slope * a.x) - (b.y - slope * b.x)) / slope;
}

std::optional<bool> liesBelow(std::span<const ScalingPoint> first, std::span<const ScalingPoint> second)
{
    if (first.empty() || second.empty())
        return std::nullopt;
    const auto a = bySize(first), b = bySize(second);
    const double low = std::max(a.front().size, b.front().size),
                 high = std::min(a.back().size, b.back().size);
    if (low > high)
        return std::nullopt;
    std::vector<double> sizes{low, high};
    for (const auto* const curve : {&a, &b})
        for (const ScalingPoint& point : *curve)
            if (point.size >= low && point.size <= high)
                sizes.push_back(point.size);
    constexpr double equal = 1e-12; // of logarithms that came from the same numbers
    return std::ranges::all_of(
        sizes, [&](double size) { return between(a, size) <= between(b, size) + equal; });
}

} // namespace tritloom
