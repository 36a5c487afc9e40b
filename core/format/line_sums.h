#pragma once

#include "core/format/line_lanes.h"

// Sums over the samples of sixteen lines, for line_kernels.cpp alone, as line_lanes.h is.

namespace tritloom {
namespace {

using namespace lanes;

/// What the levels of all samples of a line add up to.
struct Sums {
    Lanes q{}, qq{}, xq{};
};

template <typename Levels>
[[gnu::always_inline]] inline void
sumScaled(const LineSamples& s, const Levels& levels, const Lanes& factor, Lanes& qq, Lanes& xq)
{
    qq = xq = Lanes{};
    for (std::size_t i = 0; i < s.count; ++i) {
        const Lanes x = load(s.values + lanesOfLines * i), w = load(s.importance + lanesOfLines * i);
        Lanes q;
        levels.nearest(x * factor, q);
        const Lanes wq = w * q;
        qq += wq * q;
        xq += wq * x;
    }
}

template <typename Levels>
[[gnu::always_inline]] inline void
sumAll(const LineSamples& s, const Levels& levels, const Lanes& factor, const Lanes& offset, Sums& out)
{
    out = {};
    for (std::size_t i = 0; i < s.count; ++i) {
        const Lanes x = load(s.values + lanesOfLines * i), w = load(s.importance + lanesOfLines * i);
        Lanes q;
        levels.nearest((x - offset) * factor, q);
        const Lanes wq = w * q;
        out.q += wq;
        out.qq += wq * q;
        out.xq += wq * x;
    }
}

template <typename Levels>
[[gnu::always_inline]] inline void
errorOf(const LineSamples& s, const Levels& levels, const Lanes& scale, const Lanes& offset, Lanes& error)
{
    const Lanes factor = inverse(scale);
    error = Lanes{};
    for (std::size_t i = 0; i < s.count; ++i) {
        const Lanes x = load(s.values + lanesOfLines * i) - offset;
        const Lanes w = load(s.importance + lanesOfLines * i);
        Lanes q;
        levels.nearest(x * factor, q);
        const Lanes far = x - q * scale;
        error += w * far * far;
    }
}

struct Moments {
    Lanes weight{}, x{};
    Lanes lowest{}, highest{}; ///< with 0, which a padded element is
};

[[gnu::always_inline]] inline void momentsOf(const LineSamples& s, Moments& out)
{
    Lanes lowest = load(s.values), highest = lowest;
    out.weight = out.x = Lanes{};
    for (std::size_t i = 0; i < s.count; ++i) {
        const Lanes x = load(s.values + lanesOfLines * i), w = load(s.importance + lanesOfLines * i);
        out.weight += w;
        out.x += w * x;
        lowest = smaller(x, lowest);
        highest = larger(x, highest);
    }
    out.lowest = lowest;
    out.highest = highest;
}

} // namespace
} // namespace tritloom
