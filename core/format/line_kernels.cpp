#include "core/format/line_kernels.h"

#include "core/format/line_load.h"
#include "core/format/line_supers.h"

// Built once per instruction set, as search_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

// Scales.

template <typename Kind, typename Levels>
[[gnu::always_inline]] inline void scalesOf(
    const ScaleGrid& grid, const LineSamples& s, Kind kind, const Levels& levels, const Moments& m,
    Lanes& found)
{
    constexpr bool isWhole = std::is_same_v<Levels, WholeLevels>;
    const Lanes largest = larger(m.highest, -m.lowest);
    const bool lowestIsFar = -grid.levels.lowest > grid.levels.highest;
    Lanes sign = all(1.0f);
    if (grid.negative) // the largest magnitude goes to the end that reaches further
        sign =
            lowestIsFar ? pick(-m.lowest < m.highest, -sign, sign) : pick(-m.lowest < m.highest, sign, -sign);
    Lanes most{};
    found = Lanes{};
    const auto offer = [&]<Reach Where = Reach::Anywhere>(const Lanes& factor) __attribute__((always_inline))
    {
        Lanes qq, xq;
        sumScaled<Where>(s, kind, levels, trimmed(factor), qq, xq);
        const Lanes scale = xq * inverse(qq);
        const Lanes gain = scale * xq;
        auto better = gain > most;
        if (!grid.negative)
            better = better & (scale > 0.0f);
        most = pick(better, gain, most);
        found = pick(better, scale, found);
        return better;
    };
    Lanes factor = sign * grid.first * inverse(largest), nearest{};
    const auto offerAt = [&]<Reach Where = Reach::Anywhere>(const Lanes& at) __attribute__((always_inline))
    {
        const auto better = offer.template operator()<Where>(at);
        nearest = pick(better, at, nearest);
    };
    // Of few levels every second factor, then those beside the best, then those half as near: as good as all.
    const bool refines =
        grid.levels.highest - grid.levels.lowest < 20 && !(grid.levels.thresholds && grid.bothSigns);
    const std::size_t stride = refines ? 2 : 1;
    const float ratio = refines ? grid.ratio * grid.ratio : grid.ratio;
    // As long as the largest magnitude stays within both ends, so does everything.
    float reach = grid.first;
    const float end = grid.levels.highest < -grid.levels.lowest ? grid.levels.highest : -grid.levels.lowest;
    for (std::size_t k = 0; k < grid.steps; k += stride, factor *= ratio, reach *= ratio) {
        if constexpr (isWhole) {
            if (reach < end + 0.49f) { // the other sign gives the same levels with the other sign
                offerAt.template operator()<Reach::Inside>(factor);
                continue;
            }
        }
        offerAt(factor);
        if (grid.bothSigns)
            offerAt(-factor);
    }
    if (refines) {
        float up = grid.ratio;
        for (int part = 0; part < 2; ++part, up = (1 + up) / 2) {
            const Lanes beside = nearest;
            offerAt(beside * up);
            offerAt(beside / up);
        }
    }
    for (std::size_t round = 0; round < grid.rounds; ++round)
        offer(inverse(found));
}

// Scales and offsets.

struct Line {
    Lanes scale{}, offset{};
    Lanes gain = all(-1.0f); ///< how much of sum w x^2 it explains
};

/// Weighted least squares of x on q: the scale is share / spread, and explains share^2 / spread.
struct Slope {
    Lanes share, spread;
    WholeLanes isAlone; ///< with an offset of 0, because it may not be positive
};

[[gnu::always_inline]] inline void
slopeOf(const Sums& sums, const Moments& m, const Lanes& perWeight, bool offsetNotPositive, Slope& out)
{
    const Lanes spread = sums.qq - sums.q * sums.q * perWeight, joint = sums.xq - m.x * sums.q * perWeight;
    const auto flat = spread <= 1e-6f * sums.qq; // all on one level
    out.share = pick(flat, Lanes{}, joint);
    out.spread = spread;
    out.isAlone = WholeLanes{};
    if (offsetNotPositive) {
        const Lanes at = pick(flat, m.x, m.x * spread - joint * sums.q); // has the sign of the offset
        out.isAlone = at > 0.0f;
        out.share = pick(out.isAlone, sums.xq, out.share);
        out.spread = pick(out.isAlone, sums.qq, out.spread);
    }
}

template <typename Kind>
[[gnu::always_inline]] inline void
linesOf(const LineGrid& grid, const LineSamples& s, Kind kind, const Moments& m, Line& best)
{
    const WholeLevels levels(0, grid.top);
    Lanes lowest = m.lowest;
    if (grid.offsetNotPositive)
        lowest = smaller(lowest, Lanes{});
    const Lanes width = m.highest - lowest, perWidth = inverse(width);
    const Lanes perWeight = inverse(m.weight), middle = m.x * m.x * perWeight;
    best = {};
    best.offset = lowest;
    Sums found; // of the best
    const auto offer = [&]<Reach Where = Reach::Anywhere>(const Lanes& factor, const Lanes& offset)
        __attribute__((always_inline))
    {
        Sums sums;
        sumAll<Where>(s, kind, levels, trimmed(factor), offset, sums);
        Slope slope;
        slopeOf(sums, m, perWeight, grid.offsetNotPositive, slope);
        const Lanes gain =
            slope.share * slope.share * inverse(slope.spread) + pick(slope.isAlone, Lanes{}, middle);
        const auto better = (gain > best.gain) & (slope.share >= 0.0f);
        best.gain = pick(better, gain, best.gain);
        found.q = pick(better, sums.q, found.q);
        found.qq = pick(better, sums.qq, found.qq);
        found.xq = pick(better, sums.xq, found.xq);
    };
    const auto solve = [&]() __attribute__((always_inline))
    {
        Slope slope;
        slopeOf(found, m, perWeight, grid.offsetNotPositive, slope);
        const auto isFound = best.gain >= 0.0f;
        const Lanes scale = slope.share * inverse(slope.spread);
        const Lanes offset = pick(slope.isAlone, Lanes{}, (m.x - scale * found.q) * perWeight);
        best.scale = pick(isFound, scale, best.scale);
        best.offset = pick(isFound, offset, best.offset);
    };
    const LineGrid::Steps& steps = Kind::isPlain ? grid.plain : grid.others;
    for (std::size_t a = 0; a < steps.widths; ++a) {
        const float position = grid.first + (grid.last - grid.first) * float(a) / float(steps.widths - 1);
        const Lanes factor = position * perWidth;
        for (std::size_t b = 0; b < steps.shares; ++b) {
            const float cut = (position - grid.top) * float(b) / float(steps.shares - 1);
            const Lanes offset = lowest + width * (cut / position);
            if (position <= grid.top) // nothing lies beyond either end
                offer.template operator()<Reach::Inside>(factor, offset);
            else
                offer(factor, offset);
        }
    }
    solve();
    for (std::size_t round = 0; round < grid.rounds; ++round) {
        offer(inverse(best.scale), best.offset);
        solve();
    }
}

// Scales of scales.

template <typename Kind>
[[gnu::always_inline]] inline void superLinesOf(
    const SuperGrid& grid, const LineGrid& lineGrid, const LineSamples& s, Kind kind, const float* unit,
    SuperFit* out)
{
    Moments m;
    momentsOf(s, m);
    Line own;
    linesOf(lineGrid, s, kind, m, own);
    const WholeLevels levels(0, lineGrid.top);
    Sums sums;
    sumAll(s, kind, levels, trimmed(inverse(own.scale)), own.offset, sums);
    const Lanes perWeight = inverse(m.weight);
    const SuperLineSearch<Kind> search{
        grid, s, kind, levels, load(unit), own.scale, m.x * perWeight, sums.q * perWeight, m.weight, m.x};
    Assigned best;
    // As the plain encoder does it, so that the result is never worse.
    const Lanes minima = larger(-m.lowest, Lanes{});
    const Lanes scales = (larger(m.highest, Lanes{}) + minima) / lineGrid.top;
    const Lanes scale = blockMax(scales, grid.lanes) / grid.highestScale;
    const Lanes minimum = blockMax(minima, grid.lanes) / grid.highestScale;
    best.scale = roundHalf(scale * search.unit) / search.unit;
    best.minimum = roundHalf(minimum * search.unit) / search.unit;
    best.scales = clamp(roundAway(scales * inverse(scale)), 0, grid.highestScale);
    best.minima = clamp(roundAway(minima * inverse(minimum)), 0, grid.highestScale);
    Lanes error;
    errorOf(s, kind, levels, best.scale * best.scales, -best.minimum * best.minima, error);
    best.error = blockSum(error, grid.lanes);
    const Lanes largestScale = blockMax(own.scale, grid.lanes) / grid.highestScale;
    const Lanes largestMinimum = blockMax(-own.offset, grid.lanes) / grid.highestScale;
    // More starts, with room above or below, gain a ten-thousandth.
    search.start(largestScale, largestMinimum, best);
    search.again(best);
    store(best.scale, out->scale);
    store(best.minimum, out->minimum);
    store(best.scales, out->scales);
    store(best.minima, out->minima);
}

/// function(kind), of samples for whole levels.
template <typename Function>
[[gnu::always_inline]] inline void withKind(const LineSamples& s, const Function& function)
{
    if (s.isPlain)
        function(SampleKind<Samples::Plain>());
    else if (s.isShort)
        function(SampleKind<Samples::Short>());
    else
        function(SampleKind<Samples::Long>());
}

/// function(kind, levels)
template <typename Function>
[[gnu::always_inline]] inline void
withLevels(const LineLevels& levels, const LineSamples& s, const Function& function)
{
    if (levels.thresholds)
        function(SampleKind<Samples::Long>(), TableLevels(levels));
    else
        withKind(
            s, [&](auto kind) __attribute__((always_inline)) {
                function(kind, WholeLevels(levels.lowest, levels.highest));
            });
}

void scales(const ScaleGrid& grid, const LineSamples& s, float* scale)
{
    withLevels(
        grid.levels, s, [&](auto kind, const auto& levels) __attribute__((always_inline)) {
            Moments m;
            momentsOf(s, m);
            Lanes found;
            scalesOf(grid, s, kind, levels, m, found);
            store(found, scale);
        });
}

void lines(const LineGrid& grid, const LineSamples& s, float* scale, float* offset)
{
    withKind(
        s, [&](auto kind) __attribute__((always_inline)) {
            Moments m;
            momentsOf(s, m);
            Line best;
            linesOf(grid, s, kind, m, best);
            store(best.scale, scale);
            store(best.offset, offset);
        });
}

void errors(
    const LineLevels& which, const LineSamples& s, const float* scale, const float* offset, float* error)
{
    withLevels(
        which, s, [&](auto kind, const auto& levels) __attribute__((always_inline)) {
            Lanes sum;
            errorOf(s, kind, levels, load(scale), load(offset), sum);
            store(sum, error);
        });
}

void superScales(
    const SuperGrid& grid, const ScaleGrid& scaleGrid, const LineSamples& s, const float* unit, SuperFit* out)
{
    withLevels(
        scaleGrid.levels, s, [&](auto kind, const auto& levels) __attribute__((always_inline)) {
            Moments m;
            momentsOf(s, m);
            Lanes own;
            scalesOf(scaleGrid, s, kind, levels, m, own);
            superScalesWith(grid, scaleGrid, s, kind, levels, m, own, unit, out);
        });
}

void superLines(
    const SuperGrid& grid, const LineGrid& lineGrid, const LineSamples& s, const float* unit, SuperFit* out)
{
    withKind(
        s, [&](auto kind) __attribute__((always_inline)) {
            superLinesOf(grid, lineGrid, s, kind, unit, out);
        });
}

void codes(
    const LineLevels& which, const LineSamples& s, const float* scale, const float* offset, std::uint8_t* out)
{
    const Lanes factor = inverse(load(scale)), base = load(offset);
    withLevels(
        which, s, [&](auto, const auto& levels) __attribute__((always_inline)) {
            const auto numberAt = [&](std::size_t i, ByteLanes & number) __attribute__((always_inline))
            {
                levels.number((load(s.values + lanesOfLines * i) - base) * factor, number);
            };
            std::size_t i = 0;
            for (; i + lanesOfLines <= s.count; i += lanesOfLines) {
                ByteLanes rows[lanesOfLines];
                for (std::size_t k = 0; k < lanesOfLines; ++k)
                    numberAt(i + k, rows[k]);
                transpose(rows);
                for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
                    *reinterpret_cast<UnalignedByteLanes*>(out + lane * s.count + i) = rows[lane];
            }
            for (; i < s.count; ++i) {
                ByteLanes number;
                numberAt(i, number);
                for (std::size_t lane = 0; lane < lanesOfLines; ++lane)
                    out[lane * s.count + i] = number[lane];
            }
        });
}

} // namespace

extern const LineKernels TRITLOOM_LINE_KERNEL_SET;
const LineKernels TRITLOOM_LINE_KERNEL_SET{
    TRITLOOM_KERNEL_NAME, sizes, arrange, multiply, scales, lines, errors, superScales, superLines, codes};

} // namespace tritloom
