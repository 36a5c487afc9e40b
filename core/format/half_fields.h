#pragma once

#include "core/format/half_kernels.h"
#include "core/format/half_lanes.h"

#include <utility>

// Codes in registers as the bytes of a block, for half_kernels.cpp alone, as line_lanes.h is.

namespace tritloom {
namespace {

using namespace lanes;

constexpr std::size_t run = 32; ///< weights whose codes are packed together

using EightWords = std::uint16_t __attribute__((vector_size(16)));
using TwoLongs = std::uint64_t __attribute__((vector_size(16)));
using FourWholes = std::uint32_t __attribute__((vector_size(16)));

template <typename V>
[[gnu::always_inline]] inline V loadAs(const void* from)
{
    V v;
    __builtin_memcpy(&v, from, sizeof v);
    return v;
}
template <typename V>
[[gnu::always_inline]] inline void storeAs(const V& v, void* to)
{
    __builtin_memcpy(to, &v, sizeof v);
}

/// Byte `at` of what the first `Count` bytes of four eights make, behind one another.
template <unsigned Count>
constexpr int placeOf(unsigned at)
{
    return int(at < 4 * Count ? at / Count * 8 + at % Count : 0);
}

/// Sixteen of them from `First` on. a, b: two eights each.
template <unsigned Count, unsigned First, unsigned... I>
[[gnu::always_inline]] inline ByteLanes
firstBytes(const ByteLanes& a, const ByteLanes& b, std::integer_sequence<unsigned, I...>)
{
    return __builtin_shufflevector(a, b, placeOf<Count>(First + I)...);
}

/// All 4 * Count of them.
template <unsigned Count>
[[gnu::always_inline]] inline void storeFirstBytes(const ByteLanes& a, const ByteLanes& b, char* to)
{
    constexpr auto sixteen = std::make_integer_sequence<unsigned, 16>();
    const ByteLanes low = firstBytes<Count, 0>(a, b, sixteen);
    if constexpr (4 * Count < 16) {
        __builtin_memcpy(to, &low, 4 * Count);
    } else {
        const ByteLanes high = firstBytes<Count, 16>(a, b, sixteen);
        storeAs(low, to);
        __builtin_memcpy(to + 16, &high, 4 * Count - 16);
    }
}

/// 32 codes, a byte each, as fields of `Bits` bits in order: 4 * Bits bytes.
template <unsigned Bits>
[[gnu::always_inline]] inline void storeInOrder(const ByteLanes& a, const ByteLanes& b, char* to)
{
    if constexpr (Bits == 8) {
        storeAs(a, to);
        storeAs(b, to + 16);
    } else if constexpr (Bits == 4) {
        const auto joined = [](const ByteLanes& codes) __attribute__((always_inline))
        {
            const auto pairs = __builtin_bit_cast(EightWords, codes);
            return __builtin_bit_cast(ByteLanes, pairs | pairs >> 4);
        };
        storeAs(
            __builtin_shufflevector(
                joined(a), joined(b), 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30),
            to);
    } else if constexpr (Bits == 2) {
        const auto joined = [](const ByteLanes& codes) __attribute__((always_inline))
        {
            auto fours = __builtin_bit_cast(FourWholes, codes);
            fours |= fours >> 6;
            return __builtin_bit_cast(ByteLanes, fours | fours >> 12);
        };
        const ByteLanes bytes = __builtin_shufflevector(
            joined(a), joined(b), 0, 4, 8, 12, 16, 20, 24, 28, 0, 4, 8, 12, 16, 20, 24, 28);
        const std::uint64_t eight = __builtin_bit_cast(TwoLongs, bytes)[0];
        __builtin_memcpy(to, &eight, sizeof eight);
    } else { // neighbours are joined, then pairs, then fours
        const auto joined = [](const ByteLanes& codes) __attribute__((always_inline))
        {
            auto x = __builtin_bit_cast(TwoLongs, codes);
            x = (x & 0x00ff00ff00ff00ff) | ((x >> 8) & 0x00ff00ff00ff00ff) << Bits;
            x = (x & 0x0000ffff0000ffff) | ((x >> 16) & 0x0000ffff0000ffff) << 2 * Bits;
            return (x & 0xffffffff) | (x >> 32) << 4 * Bits;
        };
        storeFirstBytes<Bits>(
            __builtin_bit_cast(ByteLanes, joined(a)), __builtin_bit_cast(ByteLanes, joined(b)), to);
    }
}

#if defined(__AVX512F__)
/// 32 codes, in order as storeInOrder() has them: neighbours are joined within eights, of which the lower
/// half is kept.
template <unsigned Bits>
[[gnu::always_inline]] inline void storeWholes(const WholeLanes& a, const WholeLanes& b, char* to)
{
    const auto joined = [](__m512i codes, unsigned bits) __attribute__((always_inline))
    {
        return _mm512_cvtepi64_epi32(_mm512_or_si512(codes, _mm512_srli_epi64(codes, 32 - bits)));
    };
    const __m512i pairs = _mm512_inserti64x4(
        _mm512_castsi256_si512(joined(__builtin_bit_cast(__m512i, a), Bits)),
        joined(__builtin_bit_cast(__m512i, b), Bits), 1);
    const __m256i fours = joined(pairs, 2 * Bits);
    const __m256i low = _mm256_and_si256(fours, _mm256_set1_epi64x(0xffffffff)),
                  high = _mm256_slli_epi64(_mm256_srli_epi64(fours, 32), 4 * Bits);
    const __m256i eights = _mm256_or_si256(low, high);
    storeFirstBytes<Bits>(
        __builtin_bit_cast(ByteLanes, _mm256_castsi256_si128(eights)),
        __builtin_bit_cast(ByteLanes, _mm256_extracti128_si256(eights, 1)), to);
}
#endif

/// Bit i is the fifth bit of code i.
[[gnu::always_inline]] inline std::uint32_t fifthBits(const WholeLanes& codes)
{
#if defined(__AVX512F__)
    return _mm512_test_epi32_mask(__builtin_bit_cast(__m512i, codes), _mm512_set1_epi32(16));
#else
    const auto eights = __builtin_bit_cast(TwoLongs, lowBytes(codes >> 4));
    const auto gathered = [](std::uint64_t ones) { // byte k's bit becomes bit k
        return std::uint32_t(ones * 0x0102040810204080 >> 56);
    };
    return gathered(eights[0]) | gathered(eights[1]) << 8;
#endif
}

/// The codes of one block; in order they have no bits beyond theirs. at(i): those of sixteen weights from i
/// on.
template <HalfFields Fields, unsigned Bits, typename At>
[[gnu::always_inline]] inline void
storeBlock(const HalfBlock& block, std::size_t elements, const At& at, char* packed)
{
    char* to = packed + block.codesOffset;
    if constexpr (Fields == HalfFields::Pairs) {
        for (std::size_t i = 0; i < elements; i += 128)
            for (std::size_t m = 0; m < 32; m += 16, to += 16)
                storeAs(
                    lowBytes(at(i + m) | at(i + m + 32) << 2 | at(i + m + 64) << 4 | at(i + m + 96) << 6),
                    to);
    } else {
        for (std::size_t i = 0; i < elements; i += run) {
            const WholeLanes a = at(i), b = at(i + 16);
            if constexpr (Fields == HalfFields::Nibbles) {
                storeAs(lowBytes(a | b << 4), to);
                to += 16;
            } else if constexpr (Fields == HalfFields::FifthBits) {
                storeAs(lowBytes((a & 15) | (b & 15) << 4), to);
                to += 16;
                const std::uint32_t plane = fifthBits(a) | fifthBits(b) << 16;
                __builtin_memcpy(packed + block.planeOffset + i / 8, &plane, sizeof plane);
            } else {
#if defined(__AVX512F__)
                if constexpr (Bits == 3 || (Bits > 4 && Bits < 8))
                    storeWholes<Bits>(a, b, to);
                else
#endif
                    storeInOrder<Bits>(lowBytes(a), lowBytes(b), to);
                to += 4 * Bits;
            }
        }
    }
}

} // namespace
} // namespace tritloom
