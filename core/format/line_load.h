#pragma once

#include "core/format/line_lanes.h"

// Lines as the searches want them, for line_kernels.cpp alone, as line_lanes.h is.

namespace tritloom {
namespace {

using namespace lanes;

using Four = float __attribute__((vector_size(16)));

[[gnu::always_inline]] inline void transpose(Four (&v)[4])
{
    const Four a = __builtin_shufflevector(v[0], v[1], 0, 4, 1, 5),
               b = __builtin_shufflevector(v[0], v[1], 2, 6, 3, 7),
               c = __builtin_shufflevector(v[2], v[3], 0, 4, 1, 5),
               d = __builtin_shufflevector(v[2], v[3], 2, 6, 3, 7);
    v[0] = __builtin_shufflevector(a, c, 0, 1, 4, 5);
    v[1] = __builtin_shufflevector(a, c, 2, 3, 6, 7);
    v[2] = __builtin_shufflevector(b, d, 0, 1, 4, 5);
    v[3] = __builtin_shufflevector(b, d, 2, 3, 6, 7);
}

/// Sixteen vectors of sixteen as those of their columns: each step interleaves vectors eight apart.
template <typename V>
[[gnu::always_inline]] inline void transpose(V (&rows)[lanesOfLines])
{
#pragma GCC unroll 4
    for (int step = 0; step < 4; ++step) {
        V next[lanesOfLines];
#pragma GCC unroll 8
        for (std::size_t i = 0; i < lanesOfLines / 2; ++i) {
            const V a = rows[i], b = rows[i + lanesOfLines / 2];
            next[2 * i] =
                __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
            next[2 * i + 1] =
                __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
        }
#pragma GCC unroll 16
        for (std::size_t i = 0; i < lanesOfLines; ++i)
            rows[i] = next[i];
    }
}

[[gnu::always_inline]] inline Lanes lanesOf(const Four& a, const Four& b, const Four& c, const Four& d)
{
#if defined(__AVX2__)
    const auto low = __builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7);
    const auto high = __builtin_shufflevector(c, d, 0, 1, 2, 3, 4, 5, 6, 7);
#if defined(__AVX512F__)
    return __builtin_shufflevector(low, high, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
#else
    return {low, high};
#endif
#else
    return {{a, b}, {c, d}};
#endif
}

/// body(i, x): x with element i of each line. count: a multiple of 4.
template <typename Body>
[[gnu::always_inline]] inline void
forEachElement(const float* const (&lines)[lanesOfLines], std::size_t count, const Body& body)
{
    std::size_t i = 0;
#if defined(__AVX512F__)
    for (; i + lanesOfLines <= count; i += lanesOfLines) {
        Lanes rows[lanesOfLines];
#pragma GCC unroll 16
        for (std::size_t k = 0; k < lanesOfLines; ++k)
            rows[k] = load(lines[k] + i);
        transpose(rows);
#pragma GCC unroll 16
        for (std::size_t k = 0; k < lanesOfLines; ++k)
            body(i + k, rows[k]);
    }
#endif
    for (; i < count; i += 4) {
        Four x[4][4]; // by four lines
        for (std::size_t four = 0; four < 4; ++four) {
            for (std::size_t k = 0; k < 4; ++k)
                x[four][k] = load<Four>(lines[4 * four + k] + i);
            transpose(x[four]);
        }
        for (std::size_t k = 0; k < 4; ++k)
            body(i + k, lanesOf(x[0][k], x[1][k], x[2][k], x[3][k]));
    }
}

void sizes(const float* values, const float* importance, std::size_t count, BlockSizes* out)
{
    const float part = 1 / float(count); // of a mean: a sum could overflow
    const WholeLanes first = bitsAs<WholeLanes>(all(importance[0]));
    Lanes largest{}, sum{};
    WholeLanes others{}, bits{};
    const auto add = [&](const Lanes& x, const Lanes& w) __attribute__((always_inline))
    {
        largest = larger(bitsAs<Lanes>(bitsAs<WholeLanes>(x) & 0x7fffffff), largest);
        bits |= bitsAs<WholeLanes>(x);
        others |= bitsAs<WholeLanes>(w) ^ first;
        sum += larger(w, Lanes{}) * part;
    };
    std::size_t i = 0;
    for (; i + lanesOfLines <= count; i += lanesOfLines)
        add(load(values + i), load(importance + i));
    float left = 0; // of the mean, by what is no whole vector
    int otherLeft = 0, bitsLeft = 0;
    float largestLeft = 0;
    for (; i < count; ++i) {
        const float magnitude = __builtin_fabsf(values[i]), w = importance[i];
        largestLeft = magnitude > largestLeft ? magnitude : largestLeft;
        bitsLeft |= __builtin_bit_cast(int, values[i]);
        otherLeft |= w != importance[0];
        left += (w > 0 ? w : 0) * part;
    }
    const auto either = [](const Lanes& a, const Lanes& b) __attribute__((always_inline))
    {
        return bitsAs<Lanes>(bitsAs<WholeLanes>(a) | bitsAs<WholeLanes>(b));
    };
    const auto joined = [&](const WholeLanes& v) __attribute__((always_inline))
    {
        return __builtin_bit_cast(int, float(overBlock(bitsAs<Lanes>(v), lanesOfLines, either)[0]));
    };
    const float lanesLargest = blockMax(largest, lanesOfLines)[0];
    out->largest = lanesLargest > largestLeft ? lanesLargest : largestLeft;
    out->meanImportance = blockSum(sum, lanesOfLines)[0] + left;
    out->isEqual = joined(others) == 0 && otherLeft == 0;
    out->isShort = ((joined(bits) | bitsLeft) & 0xfff) == 0;
}

/// Without the bits of `rest`.
[[gnu::always_inline]] inline Lanes without(int rest, const Lanes& v)
{
    return bitsAs<Lanes>(bitsAs<WholeLanes>(v) & ~rest);
}

void arrange(const LineSources& from, const LineArrays& to)
{
    const Lanes shrink = load(from.shrinks);
    Lanes lowest = all(3.4e38f), highest = all(-3.4e38f);
    forEachElement(
        from.values, from.count, [&](std::size_t i, const Lanes& given) __attribute__((always_inline)) {
            const Lanes x = given * shrink;
            store(x, to.values + lanesOfLines * i);
            lowest = smaller(x, lowest);
            highest = larger(x, highest);
        });
    store(lowest, to.lowest);
    store(highest, to.highest);
    if (to.importance) {
        const Lanes perMean = load(from.perMeans), least = load(from.leasts);
        forEachElement(
            from.importance,
            from.count, [&](std::size_t i, const Lanes& given) __attribute__((always_inline)) {
                const Lanes w = larger(given, Lanes{}) * perMean + least;
                store(without(0xffff, w), to.importance + lanesOfLines * i);
            });
    }
}

void multiply(const float* values, const float* importance, std::size_t count, float* products)
{
    for (std::size_t i = 0; i < count; i += lanesOfLines)
        store(without(0xff, load(values + i) * load(importance + i)), products + i);
}

} // namespace
} // namespace tritloom
