#pragma once

#include "core/format/line_lanes.h"

#if defined(__AVX512F__) || defined(__F16C__)
#include <immintrin.h>
#endif

// Half-precision numbers beside sixteen floats, for plain_kernels.cpp and half_kernels.cpp alone, as
// line_lanes.h is.

namespace tritloom {
namespace {
namespace lanes {

constexpr std::size_t lanesAtOnce = 16;

/// Whole numbers of 16 bits, as many as a register has lanes. In memory they lie at any address, which clang
/// does not take from a type that is named in a template: hence the copies.
using HalfRegister = std::uint16_t __attribute__((vector_size(registerBytes / 2)));
using LongRegister = std::int64_t __attribute__((vector_size(registerBytes)));

/// halves: at any address.
template <typename V = WholeLanes>
[[gnu::always_inline]] inline V loadHalves(const void* halves)
{
    if constexpr (isPair<V>)
        return {
            loadHalves<decltype(V::low)>(halves),
            loadHalves<decltype(V::low)>(static_cast<const char*>(halves) + sizeof(V) / 4)};
    else {
        HalfRegister loaded;
        __builtin_memcpy(&loaded, halves, sizeof loaded);
        return __builtin_convertvector(loaded, V);
    }
}
template <typename V>
[[gnu::always_inline]] inline void storeHalves(const V& v, std::uint16_t* to)
{
    if constexpr (isPair<V>) {
        storeHalves(v.low, to);
        storeHalves(v.high, to + sizeof(V) / 8);
    } else {
        const HalfRegister stored = __builtin_convertvector(v, HalfRegister);
        __builtin_memcpy(to, &stored, sizeof stored);
    }
}

template <typename V>
[[gnu::always_inline]] inline bool anySet(const V& mask)
{
    if constexpr (isPair<V>) {
        return anySet(mask.low | mask.high);
    } else {
#if defined(__AVX512F__)
        const auto bits = __builtin_bit_cast(__m512i, mask);
        return _mm512_test_epi32_mask(bits, bits) != 0;
#else
        const auto longs = __builtin_bit_cast(LongRegister, mask);
        std::int64_t found = 0;
        for (std::size_t i = 0; i < sizeof(V) / 8; ++i)
            found |= longs[i];
        return found != 0;
#endif
    }
}

/// Sixteen halves as floats, those that are no numbers with their bits.
[[gnu::always_inline]] inline Lanes widenedByBits(const void* halves)
{
    const WholeLanes bits = loadHalves(halves);
    const WholeLanes magnitude = bits & 0x7fff, sign = (bits & 0x8000) << 16;
    const WholeLanes far = (magnitude >= 0x7c00) & (112 << 23);
    const WholeLanes normal = (magnitude << 13) + (112 << 23) + far;
    const Lanes small = bitsAs<Lanes>(magnitude | 0x3f000000) - 0.5f;
    return bitsAs<Lanes>(pick(magnitude < 0x0400, bitsAs<WholeLanes>(small), normal) | sign);
}

/// The same for halves that are all finite: the instruction changes NaNs.
[[gnu::always_inline]] inline Lanes widenedFinite(const void* halves)
{
#if defined(__AVX512F__)
    __m256i narrow;
    __builtin_memcpy(&narrow, halves, sizeof narrow);
    return __builtin_bit_cast(Lanes, _mm512_cvtph_ps(narrow));
#elif defined(__F16C__)
    __m128i narrow[2];
    __builtin_memcpy(narrow, halves, sizeof narrow);
    return {
        __builtin_bit_cast(FloatRegister, _mm256_cvtph_ps(narrow[0])),
        __builtin_bit_cast(FloatRegister, _mm256_cvtph_ps(narrow[1]))};
#else
    return widenedByBits(halves);
#endif
}

[[gnu::always_inline]] inline Lanes widened(const void* halves)
{
#if defined(__AVX512F__)
    const Lanes wide = widenedFinite(halves);
    const __m512 same = __builtin_bit_cast(__m512, wide);
    if (__builtin_expect(_mm512_cmp_ps_mask(same, same, _CMP_UNORD_Q) == 0, 1))
        return wide;
#endif
    return widenedByBits(halves);
}

/// Finite numbers, ties to even.
[[gnu::always_inline]] inline WholeLanes narrowed(const Lanes& values)
{
    const WholeLanes bits = bitsAs<WholeLanes>(values);
    const WholeLanes magnitude = bits & 0x7fffffff, sign = (bits >> 16) & 0x8000;
    const WholeLanes normal =
        smaller((magnitude + 0xfff + ((magnitude >> 13) & 1) - (112 << 23)) >> 13, all<WholeLanes>(0x7bff));
    const Lanes raised = bitsAs<Lanes>(magnitude) + 0.5f;
    const WholeLanes small = bitsAs<WholeLanes>(raised) - 0x3f000000;
    return pick(magnitude < 0x38800000, small, normal) | sign;
}

/// To whole numbers, ties away from zero, of what is below 2^22: the half that is added is just short of one,
/// so that a number just short of a tie stays below it, and the tie itself is rounded up to a whole number by
/// the addition.
[[gnu::always_inline]] inline WholeLanes wholeAway(const Lanes& v)
{
    constexpr std::int32_t half = 0x3effffff, sign = std::int32_t(0x80000000u);
#if defined(__AVX512F__)
    constexpr int andOr = 0xea; // (first & second) | third in one instruction
    const auto added = __builtin_bit_cast(
        WholeLanes,
        _mm512_ternarylogic_epi32(
            __builtin_bit_cast(__m512i, v), _mm512_set1_epi32(sign), _mm512_set1_epi32(half), andOr));
#else
    const WholeLanes added = (bitsAs<WholeLanes>(v) & sign) | half;
#endif
    return converted<WholeLanes>(v + bitsAs<Lanes>(added));
}

} // namespace lanes
} // namespace
} // namespace tritloom
