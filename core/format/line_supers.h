#pragma once

#include "core/format/line_sums.h"

// Whole numbers for the scales of a block's lines, for line_kernels.cpp alone, as line_lanes.h is.

namespace tritloom {
namespace {

/// The whole numbers of the lines of a block, and what they cost.
struct Assigned {
    Lanes scale{}, minimum{}; ///< the block's
    Lanes scales{}, minima{};
    Lanes error = all(3e38f); ///< of the block
};

[[gnu::always_inline]] inline void keepBetter(const Assigned& tried, Assigned& best)
{
    const auto better = tried.error < best.error;
    best.scale = pick(better, tried.scale, best.scale);
    best.minimum = pick(better, tried.minimum, best.minimum);
    best.scales = pick(better, tried.scales, best.scales);
    best.minima = pick(better, tried.minima, best.minima);
    best.error = pick(better, tried.error, best.error);
}

/// The two whole numbers around `wanted`, the nearer one first, within lowest..highest.
[[gnu::always_inline]] inline void
around(const Lanes& wanted, float lowest, float highest, Lanes& nearer, Lanes& other)
{
    const Lanes inside = clamp(wanted, lowest, highest);
    nearer = roundToEven(inside);
    other = clamp(pick(inside > nearer, nearer + 1.0f, nearer - 1.0f), lowest, highest);
}

template <typename Kind, typename Levels>
struct SuperScaleSearch {
    const SuperGrid& grid;
    const LineSamples& s;
    Kind kind;
    const Levels& levels;
    Lanes unit, own; ///< own: the best scale of each line alone

    [[gnu::always_inline]] inline void assign(Assigned& a) const
    {
        Lanes least = all(3e38f);
        const auto offer = [&](const Lanes& whole) __attribute__((always_inline))
        {
            Lanes error;
            errorOf(s, kind, levels, a.scale * whole, Lanes{}, error);
            const auto better = error < least;
            least = pick(better, error, least);
            a.scales = pick(better, whole, a.scales);
        };
        Lanes nearer, other;
        around(own * inverse(a.scale), grid.lowestScale, grid.highestScale, nearer, other);
        offer(nearer);
        offer(other);
        if (grid.coarse)
            offer(clamp(nearer + nearer - other, grid.lowestScale, grid.highestScale));
        a.error = blockSum(least, grid.lanes);
    }

    [[gnu::always_inline]] inline void start(const Lanes& scale, Assigned& best) const
    {
        Assigned a;
        a.scale = roundHalf(scale * unit) / unit;
        assign(a);
        keepBetter(a, best);
    }
};

template <typename Kind, typename Levels>
[[gnu::always_inline]] inline void superScalesWith(
    const SuperGrid& grid, const ScaleGrid& scaleGrid, const LineSamples& s, Kind kind, const Levels& levels,
    const Moments& m, const Lanes& own, const float* unit, SuperFit* out)
{
    const SuperScaleSearch<Kind, Levels> search{grid, s, kind, levels, load(unit), own};
    Assigned best;
    // As the plain encoder does it, so that the result is never worse.
    const Lanes plain = pick(m.highest > -m.lowest, m.highest, m.lowest) / scaleGrid.levels.lowest;
    const Lanes plainScale = blockExtreme(plain, grid.lanes) / grid.lowestScale;
    best.scale = roundHalf(plainScale * search.unit) / search.unit;
    best.scales = clamp(roundAway(plain * inverse(plainScale)), grid.lowestScale, -1.0f - grid.lowestScale);
    Lanes error;
    errorOf(s, kind, levels, best.scale * best.scales, Lanes{}, error);
    best.error = blockSum(error, grid.lanes);
    const Lanes largest = blockExtreme(search.own, grid.lanes);
    // Least squares for the whole numbers found, and a search around it, gain a thousandth.
    search.start(largest / grid.lowestScale, best);
    if (grid.highestScale < 64) // beyond, both ends are nearly alike: a hundredth of the squared error
        search.start(largest / grid.highestScale, best);
    store(best.scale, out->scale);
    store(best.scales, out->scales);
    store(Lanes{}, out->minimum);
    store(Lanes{}, out->minima);
}

template <typename Kind>
struct SuperLineSearch {
    const SuperGrid& grid;
    const LineSamples& s;
    Kind kind;
    WholeLevels levels;
    Lanes unit, own; ///< own: the best scale of each line alone
    Lanes meanX, meanQ; ///< weighted means of x, and of q on the best line
    Lanes weight, x; ///< sums of w and of w x

    [[gnu::always_inline]] inline void assign(Assigned& a) const
    {
        Lanes least = all(3e38f);
        const Lanes perMinimum = inverse(a.minimum);
        const auto offer = [&](const Lanes& whole) __attribute__((always_inline))
        {
            const Lanes scale = a.scale * whole;
            // The best offset for this scale if no weight changed its level.
            Lanes minima[2];
            around((scale * meanQ - meanX) * perMinimum, 0, grid.highestScale, minima[0], minima[1]);
            for (const Lanes& minimum : minima) {
                Lanes error;
                errorOf(s, kind, levels, scale, -a.minimum * minimum, error);
                const auto better = error < least;
                least = pick(better, error, least);
                a.scales = pick(better, whole, a.scales);
                a.minima = pick(better, minimum, a.minima);
            }
        };
        Lanes nearer, other;
        around(own * inverse(a.scale), 0, grid.highestScale, nearer, other);
        offer(nearer);
        offer(other);
        if (grid.coarse)
            offer(clamp(nearer + nearer - other, 0, grid.highestScale));
        a.error = blockSum(least, grid.lanes);
    }

    [[gnu::always_inline]] inline void start(const Lanes& scale, const Lanes& minimum, Assigned& best) const
    {
        Assigned a;
        a.scale = roundHalf(scale * unit) / unit;
        a.minimum = roundHalf(minimum * unit) / unit;
        assign(a);
        keepBetter(a, best);
    }

    [[gnu::always_inline]] inline void again(Assigned& best) const
    {
        Sums sums;
        sumAll(
            s, kind, levels, trimmed(inverse(best.scale * best.scales)), -best.minimum * best.minima, sums);
        const Lanes sc = best.scales, mn = best.minima;
        const Lanes qq = blockSum(sc * sc * sums.qq, grid.lanes),
                    qm = -blockSum(sc * mn * sums.q, grid.lanes);
        const Lanes mm = blockSum(mn * mn * weight, grid.lanes);
        const Lanes xq = blockSum(sc * sums.xq, grid.lanes), xm = -blockSum(mn * x, grid.lanes);
        const Lanes determinant = qq * mm - qm * qm;
        const auto good = determinant > 1e-5f * qq * mm;
        const Lanes per = inverse(determinant);
        const Lanes scale = pick(good, (mm * xq - qm * xm) * per, xq * inverse(qq));
        const Lanes minimum = pick(good, (qq * xm - qm * xq) * per, best.minimum);
        start(scale, larger(minimum, Lanes{}), best);
    }
};

} // namespace
} // namespace tritloom
