#pragma once

#include "core/format/line_levels.h"

#if defined(__AVX512F__) || defined(__FMA__)
#include <immintrin.h>
#endif

// Sums over the samples of sixteen lines, for line_kernels.cpp alone, as line_lanes.h is.

namespace tritloom {
namespace {

using namespace lanes;

/// a * b + c where a * b is exact in single precision: then it does not matter whether it is rounded between.
[[gnu::always_inline]] inline Lanes exactProductPlus(const Lanes& a, const Lanes& b, const Lanes& c)
{
#if defined(__AVX512F__)
    return __builtin_bit_cast(
        Lanes,
        _mm512_fmadd_ps(
            __builtin_bit_cast(__m512, a), __builtin_bit_cast(__m512, b), __builtin_bit_cast(__m512, c)));
#elif defined(__FMA__)
    const auto half = [](const FloatRegister& x, const FloatRegister& y, const FloatRegister& z)
        __attribute__((always_inline))
    {
        return __builtin_bit_cast(
            FloatRegister,
            _mm256_fmadd_ps(
                __builtin_bit_cast(__m256, x), __builtin_bit_cast(__m256, y), __builtin_bit_cast(__m256, z)));
    };
    return {half(a.low, b.low, c.low), half(a.high, b.high, c.high)};
#else
    return a * b + c;
#endif
}

/// With twelve bits: times another of twelve bits it is exact.
[[gnu::always_inline]] inline Lanes trimmed(const Lanes& v)
{
    return bitsAs<Lanes>(bitsAs<WholeLanes>(v) & ~0xfff);
}

/// What the levels of all samples of a line add up to.
struct Sums {
    Lanes q{}, qq{}, xq{};
};

/// Sums that do not wait for each other: of even and odd elements, whose count is even.
constexpr std::size_t sumsAtOnce = 2;

/// How the sums of a candidate are to be had.
enum class Reach {
    Anywhere, ///< positions may lie beyond the last level
    Inside, ///< none does: nothing is held back. Whole levels only
};

/// What is known of the samples (LineSamples). With whole levels of eight bits every product of a level with
/// an importance or a product is exact, so that it may be fused with what it is added to; for short values
/// those with factors of twelve bits are too. All kinds give the same bits where they may be used.
enum class Samples { Plain, Short, Long };
template <Samples Kind>
struct SampleKind {
    static constexpr bool isPlain = Kind == Samples::Plain;
};

template <Reach Where, typename Levels>
[[gnu::always_inline]] inline void nearestOf(const Levels& levels, const Lanes& position, Lanes& q)
{
    if constexpr (Where == Reach::Inside)
        levels.nearestInside(position, q);
    else
        levels.nearest(position, q);
}

/// sum += a * b, in one step where that is exact.
template <typename Levels>
[[gnu::always_inline]] inline void addProduct(const Lanes& a, const Lanes& b, Lanes& sum)
{
    if constexpr (Levels::areWhole)
        sum = exactProductPlus(a, b, sum);
    else
        sum += a * b;
}

/// factor: trimmed().
template <Reach Where = Reach::Anywhere, Samples Kind, typename Levels>
[[gnu::always_inline]] inline void sumScaled(
    const LineSamples& s, SampleKind<Kind>, const Levels& levels, const Lanes& factor, Lanes& qq, Lanes& xq)
{
    Lanes qqs[sumsAtOnce]{}, xqs[sumsAtOnce]{};
    for (std::size_t i = 0; i < s.count; i += sumsAtOnce)
#pragma GCC unroll 2
        for (std::size_t k = 0; k < sumsAtOnce; ++k) {
            const Lanes x = load(s.values + lanesOfLines * (i + k));
            Lanes q;
            if constexpr (!Levels::areWhole || Kind == Samples::Long)
                nearestOf<Where>(levels, x * factor, q);
            else
                levels.template nearestOfProduct<Where == Reach::Inside>(
                    exactProductPlus(x, factor, all(roundingMagic)), q);
            if constexpr (Kind == Samples::Plain) {
                qqs[k] = exactProductPlus(q, q, qqs[k]);
                xqs[k] = exactProductPlus(q, x, xqs[k]);
            } else {
                const Lanes wq = load(s.importance + lanesOfLines * (i + k)) * q;
                addProduct<Levels>(wq, q, qqs[k]);
                addProduct<Levels>(q, load(s.products + lanesOfLines * (i + k)), xqs[k]);
            }
        }
    qq = qqs[0] + qqs[1];
    xq = xqs[0] + xqs[1];
}

/// given: a factor, trimmed().
template <Reach Where = Reach::Anywhere, Samples Kind, typename Levels>
[[gnu::always_inline]] inline void sumAll(
    const LineSamples& s, SampleKind<Kind>, const Levels& levels, const Lanes& given, const Lanes& offset,
    Sums& out)
{
    // What overflows would end as no number: such a candidate has all at the first level.
    const Lanes wanted = -offset * given;
    const auto isFar = larger(wanted, -wanted) > 1e30f;
    const Lanes factor = pick(isFar, Lanes{}, given), begin = pick(isFar, Lanes{}, wanted);
    Sums sums[sumsAtOnce];
    for (std::size_t i = 0; i < s.count; i += sumsAtOnce)
#pragma GCC unroll 2
        for (std::size_t k = 0; k < sumsAtOnce; ++k) {
            const Lanes x = load(s.values + lanesOfLines * (i + k));
            Lanes q;
            if constexpr (Kind == Samples::Long)
                nearestOf<Where>(levels, x * factor + begin, q);
            else
                nearestOf<Where>(levels, exactProductPlus(x, factor, begin), q);
            if constexpr (Kind == Samples::Plain) {
                sums[k].q += q;
                sums[k].qq = exactProductPlus(q, q, sums[k].qq);
                sums[k].xq = exactProductPlus(q, x, sums[k].xq);
            } else {
                const Lanes wq = load(s.importance + lanesOfLines * (i + k)) * q;
                sums[k].q += wq;
                addProduct<Levels>(wq, q, sums[k].qq);
                addProduct<Levels>(q, load(s.products + lanesOfLines * (i + k)), sums[k].xq);
            }
        }
    out.q = sums[0].q + sums[1].q;
    out.qq = sums[0].qq + sums[1].qq;
    out.xq = sums[0].xq + sums[1].xq;
}

template <Samples Kind, typename Levels>
[[gnu::always_inline]] inline void errorOf(
    const LineSamples& s, SampleKind<Kind>, const Levels& levels, const Lanes& scale, const Lanes& offset,
    Lanes& error)
{
    const Lanes factor = inverse(scale);
    Lanes errors[sumsAtOnce]{};
    for (std::size_t i = 0; i < s.count; i += sumsAtOnce)
#pragma GCC unroll 2
        for (std::size_t k = 0; k < sumsAtOnce; ++k) {
            const Lanes x = load(s.values + lanesOfLines * (i + k)) - offset;
            Lanes q;
            levels.nearest(x * factor, q);
            const Lanes far = x - q * scale;
            if constexpr (Kind == Samples::Plain)
                errors[k] += far * far;
            else
                errors[k] += load(s.importance + lanesOfLines * (i + k)) * far * far;
        }
    error = errors[0] + errors[1];
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
