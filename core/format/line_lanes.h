#pragma once

#include "core/format/line_kernels.h"

// Sixteen floats side by side, for line_kernels.cpp alone: every instruction set compiles its own copy, so
// all of it is inlined or has no name outside.

namespace tritloom {
namespace {
namespace lanes {

using Lanes = float __attribute__((vector_size(64)));
using WholeLanes = std::int32_t __attribute__((vector_size(64)));
using ByteLanes = std::uint8_t __attribute__((vector_size(16)));
using UnalignedLanes = float __attribute__((vector_size(64), aligned(4)));

[[gnu::always_inline]] inline Lanes load(const float* from)
{
    return *reinterpret_cast<const UnalignedLanes*>(from);
}

[[gnu::always_inline]] inline void store(const Lanes& v, float* to)
{
    *reinterpret_cast<UnalignedLanes*>(to) = v;
}

/// 1 / v, or 0 where that is no finite number.
[[gnu::always_inline]] inline Lanes inverse(const Lanes& v)
{
    const Lanes result = 1.0f / v;
    const Lanes magnitude = result < 0.0f ? -result : result;
    return magnitude <= 3.4e38f ? result : Lanes{};
}

[[gnu::always_inline]] inline Lanes clamp(const Lanes& v, float lowest, float highest)
{
    const Lanes above = v < lowest ? Lanes{} + lowest : v;
    return above > highest ? Lanes{} + highest : above;
}

/// To whole numbers below 2^22, ties to even: adding 1.5 * 2^23 leaves no room for a fraction.
[[gnu::always_inline]] inline Lanes roundToEven(const Lanes& v)
{
    constexpr float magic = 12582912.0f;
    return (v + magic) - magic;
}

/// Ties away from zero, as std::round.
[[gnu::always_inline]] inline Lanes roundAway(const Lanes& v)
{
    const Lanes limited = clamp(v, -1e6f, 1e6f);
    const Lanes whole = __builtin_convertvector(__builtin_convertvector(limited, WholeLanes), Lanes);
    const Lanes rest = limited - whole;
    return rest >= 0.5f ? whole + 1.0f : rest <= -0.5f ? whole - 1.0f : whole;
}

/// The nearest number that a half can hold, ties to even, 65504 at most.
[[gnu::always_inline]] inline Lanes roundHalf(const Lanes& v)
{
    const WholeLanes bits = __builtin_bit_cast(WholeLanes, v);
    const WholeLanes magnitude = bits & 0x7fffffff, sign = bits ^ magnitude;
    WholeLanes normal = (magnitude + 0xfff + ((magnitude >> 13) & 1)) & ~0x1fff;
    normal = normal > 0x477fe000 ? WholeLanes{} + 0x477fe000 : normal;
    // Below 2^-14 the step is 2^-24, which is that of floats from a half to one.
    const Lanes small = (__builtin_bit_cast(Lanes, magnitude) + 0.75f) - 0.75f;
    const WholeLanes result =
        (magnitude < 0x38800000 ? __builtin_bit_cast(WholeLanes, small) : normal) | sign;
    return __builtin_bit_cast(Lanes, result);
}

/// v with the lanes of each block of 8 or 16 turned by half of it, a quarter, an eighth...
template <typename Join>
[[gnu::always_inline]] inline Lanes overBlock(Lanes v, std::size_t lanesOfBlock, const Join& join)
{
    if (lanesOfBlock == 16)
        v = join(v, __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7));
    v = join(v, __builtin_shufflevector(v, v, 4, 5, 6, 7, 0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11));
    v = join(v, __builtin_shufflevector(v, v, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13));
    return join(v, __builtin_shufflevector(v, v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14));
}
[[gnu::always_inline]] inline Lanes blockSum(const Lanes& v, std::size_t lanesOfBlock)
{
    return overBlock(v, lanesOfBlock, [](const Lanes& a, const Lanes& b) { return a + b; });
}
[[gnu::always_inline]] inline Lanes blockMax(const Lanes& v, std::size_t lanesOfBlock)
{
    return overBlock(v, lanesOfBlock, [](const Lanes& a, const Lanes& b) { return a > b ? a : b; });
}
/// What is furthest from zero, with its sign; the positive one of two.
[[gnu::always_inline]] inline Lanes blockExtreme(const Lanes& v, std::size_t lanesOfBlock)
{
    const Lanes highest = blockMax(v, lanesOfBlock), lowest = blockMax(-v, lanesOfBlock);
    return highest >= lowest ? highest : -lowest;
}

struct WholeLevels {
    float lowest, highest;
    WholeLevels(float from, float to)
        : lowest(from)
        , highest(to)
    {
    }
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = roundToEven(clamp(position, lowest, highest));
    }
    [[gnu::always_inline]] inline void number(const Lanes& position, ByteLanes& out) const
    {
        Lanes q;
        nearest(position, q);
        out = __builtin_convertvector(__builtin_convertvector(q - lowest, WholeLanes), ByteLanes);
    }
};

struct TableLevels {
    const LineLevels& levels;
    [[gnu::always_inline]] inline void nearest(const Lanes& position, Lanes& q) const
    {
        q = Lanes{} + levels.values[0];
        for (std::size_t k = 0; k < levels.thresholdCount; ++k)
            q = position > levels.thresholds[k] ? Lanes{} + levels.values[k + 1] : q;
    }
    [[gnu::always_inline]] inline void number(const Lanes& position, ByteLanes& out) const
    {
        WholeLanes count{};
        for (std::size_t k = 0; k < levels.thresholdCount; ++k)
            count -= position > levels.thresholds[k];
        out = __builtin_convertvector(count, ByteLanes);
    }
};

} // namespace lanes
} // namespace
} // namespace tritloom
