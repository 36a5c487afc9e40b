#include "core/format/half_kernels.h"

#include "core/format/half_fields.h"

#if defined(__SSE4_1__)
#include <smmintrin.h>
#endif

// Built once per instruction set, as line_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

using namespace lanes;

constexpr std::size_t blocksAtOnce = 16; ///< scales in one vector
constexpr std::size_t ahead = 4096; ///< bytes from what is worked on to what is fetched

#if defined(__AVX2__)
constexpr std::size_t magnitudeBytes = 32;
#else
constexpr std::size_t magnitudeBytes = 16;
#endif
using SignedHalves = std::int16_t __attribute__((vector_size(magnitudeBytes)));
using UnsignedHalves = std::uint16_t __attribute__((vector_size(magnitudeBytes)));
using EightSigned = std::int16_t __attribute__((vector_size(16)));
[[gnu::always_inline]] inline std::uint16_t smallestOf(EightWords v)
{
#if defined(__SSE4_1__)
    const __m128i found = _mm_minpos_epu16(__builtin_bit_cast(__m128i, v));
    return static_cast<std::uint16_t>(_mm_cvtsi128_si32(found));
#else
    std::uint16_t least = v[0];
    for (int i = 1; i < 8; ++i)
        least = v[i] < least ? v[i] : least;
    return least;
#endif
}

/// Of each pair of lanes eight apart the larger one.
template <typename Eight, typename V>
[[gnu::always_inline]] inline EightWords largestEight(const V& v)
{
    if constexpr (sizeof(V) == 32) {
        const Eight low = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7),
                    high = __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
        const Eight larger = low > high ? low : high;
        return __builtin_bit_cast(EightWords, larger);
    } else {
        return __builtin_bit_cast(EightWords, v);
    }
}

/// The bits of halves in the order of whole numbers: as signed ones the largest is the largest positive half,
/// if there is one; as unsigned ones it is the negative one that is furthest from zero, if there is one.
struct Ends {
    std::uint16_t signedLargest, unsignedLargest;
};

[[gnu::always_inline]] inline Ends endsOf(const char* halves, std::size_t count)
{
    auto highest = loadAs<SignedHalves>(halves);
    auto furthest = loadAs<UnsignedHalves>(halves);
    for (std::size_t i = 0; i < 2 * count; i += 2 * run) {
        __builtin_prefetch(halves + i + ahead); // what comes from memory comes while this is worked on
#pragma GCC unroll 4
        for (std::size_t part = 0; part < 2 * run; part += magnitudeBytes) {
            const auto x = loadAs<SignedHalves>(halves + i + part);
            const auto u = loadAs<UnsignedHalves>(halves + i + part);
            highest = x > highest ? x : highest;
            furthest = u > furthest ? u : furthest;
        }
    }
    const EightWords positive = largestEight<EightSigned>(highest),
                     negative = largestEight<EightWords>(furthest);
    return {
        std::uint16_t(smallestOf(positive ^ 0x7fff) ^ 0x7fff),
        std::uint16_t(smallestOf(negative ^ 0xffff) ^ 0xffff)};
}

/// Whether the first half of this magnitude is negative.
bool firstIsNegative(const char* halves, std::size_t count, std::uint16_t magnitude)
{
    for (std::size_t i = 0; i < count; ++i) {
        std::uint16_t half;
        __builtin_memcpy(&half, halves + 2 * i, sizeof half);
        if ((half & 0x7fff) == magnitude)
            return half & 0x8000;
    }
    return false;
}

enum class Rounding { Away, AwayWithin, HalfUp };

template <Rounding How>
[[gnu::always_inline]] inline WholeLanes
codesAt(const char* halves, float factor, const CodeGrid& grid, std::int32_t bias)
{
    const Lanes position = widenedFinite(halves) * factor;
    if constexpr (How == Rounding::HalfUp) { // the sum is positive, cutting it goes down
        const WholeLanes whole = converted<WholeLanes>(position + (0.5f - grid.first));
        return smaller(whole, all<WholeLanes>(std::int32_t(grid.highest - grid.first)));
    } else if constexpr (How == Rounding::AwayWithin) { // the ends are whole: what is held within stays so
        return wholeAway(clamp(position, grid.lowest, grid.highest)) + bias;
    } else {
        return wholeAway(position) + bias;
    }
}

/// Elements: of a block, 0 where that is known at run time only.
template <HalfFields Fields, unsigned Bits, Rounding How, std::size_t Elements>
bool encodeBlocks(const HalfBlock& given, const char* halves, std::size_t blocks, char* packed)
{
    const HalfBlock block = given; // a byte that is written could be one of what was given
    const std::size_t elements = Elements > 0 ? Elements : block.elements;
    // Two's complement needs no bias; what is not that counts from the first code.
    const bool isSigned =
        Fields == HalfFields::Bytes || (Fields == HalfFields::InOrder && block.grid.first < -1);
    const std::int32_t bias = isSigned ? 0 : -std::int32_t(block.grid.first);
    constexpr bool isMasked = Fields == HalfFields::InOrder && Bits < 8; // of 8 bits no others are taken
    for (std::size_t first = 0; first < blocks; first += blocksAtOnce) {
        const std::size_t count = blocks - first < blocksAtOnce ? blocks - first : blocksAtOnce;
        const char* const from = halves + 2 * elements * first;
        std::uint16_t highest[blocksAtOnce]{}, furthest[blocksAtOnce]{};
        for (std::size_t b = 0; b < count; ++b) {
            const Ends ends = endsOf(from + 2 * elements * b, elements);
            highest[b] = ends.signedLargest;
            furthest[b] = ends.unsignedLargest;
        }
        const WholeLanes high = loadHalves(highest), far = loadHalves(furthest);
        const WholeLanes none{};
        const WholeLanes positive = pick(high < 0x8000, high, none),
                         negative = pick(far >= 0x8000, far & 0x7fff, none);
        WholeLanes extreme = larger(positive, negative);
        if (anySet(extreme >= 0x7c00))
            return false;
        if (block.end < 0) {
            WholeLanes sign = pick(negative > positive, all<WholeLanes>(0x8000), none);
            const WholeLanes both = (negative == positive) & (positive > 0);
            if (__builtin_expect(anySet(both), 0)) {
                std::uint16_t signs[blocksAtOnce], magnitudes[blocksAtOnce], tied[blocksAtOnce];
                storeHalves(sign, signs);
                storeHalves(extreme, magnitudes);
                storeHalves(both, tied);
                for (std::size_t b = 0; b < count; ++b)
                    if (tied[b] && firstIsNegative(from + 2 * elements * b, elements, magnitudes[b]))
                        signs[b] = 0x8000;
                sign = loadHalves(signs);
            }
            extreme |= sign;
        }
        std::uint16_t stored[blocksAtOnce];
        storeHalves(extreme, stored);
        Lanes scale = widenedFinite(stored) / block.end;
        storeHalves(narrowed(scale), stored);
        if (block.isRounded)
            scale = widenedFinite(stored);
        float factors[blocksAtOnce];
        store(inverse(scale), factors);
        char* to = packed + block.bytes * first;
        const char* weights = from;
        for (std::size_t b = 0; b < count; ++b, to += block.bytes, weights += 2 * elements) {
            __builtin_memcpy(to + block.scaleOffset, &stored[b], sizeof stored[b]);
            const float factor = factors[b];
            const auto store = [&]<Rounding Inner>() __attribute__((always_inline))
            {
                storeBlock<Fields, Bits>(
                    block, elements,
                    [&](std::size_t i) __attribute__((always_inline)) {
                        const WholeLanes codes = codesAt<Inner>(weights + 2 * i, factor, block.grid, bias);
                        return isMasked ? codes & ((1 << Bits) - 1) : codes;
                    },
                    to);
            };
            // What a scale loses as a half moves no weight past the last level, unless it is below the normal
            // ones.
            if (How == Rounding::Away && (stored[b] & 0x7fff) < 0x0400)
                store.template operator()<Rounding::AwayWithin>();
            else
                store.template operator()<How>();
        }
    }
    return true;
}

[[gnu::always_inline]] inline Lanes magnitudeAt(const char* halves)
{
    return bitsAs<Lanes>(bitsAs<WholeLanes>(widenedFinite(halves)) & 0x7fffffff);
}

/// As TernaryKernels::encode() sums, so that the bits are the same: at most 4096 weights.
bool encodeThreshold(const HalfBlock& given, const char* halves, std::size_t blocks, char* packed)
{
    const HalfBlock block = given;
    const std::size_t elements = block.elements;
    for (std::size_t first = 0; first < blocks; first += blocksAtOnce) {
        const std::size_t count = blocks - first < blocksAtOnce ? blocks - first : blocksAtOnce;
        const char* const from = halves + 2 * elements * first;
        char* const to = packed + block.bytes * first;
        // Block after block in each of three loops: the sums of one need not wait for those of another.
        float totals[blocksAtOnce]{}, scales[blocksAtOnce]{};
        for (std::size_t b = 0; b < count; ++b) {
            const char* const weights = from + 2 * elements * b;
            Lanes sum{};
            for (std::size_t i = 0; i < elements; i += lanesAtOnce) {
                __builtin_prefetch(weights + 2 * i + ahead);
                sum += magnitudeAt(weights + 2 * i);
            }
            totals[b] = blockSum(sum, lanesAtOnce)[0];
        }
        if (anySet(~(load(totals) <= 3.4e38f)))
            return false;
        for (float& total : totals)
            total = float(0.7 * double(total) / double(elements)); // the threshold now
        for (std::size_t b = 0; b < count; ++b) {
            const char* const weights = from + 2 * elements * b;
            const float threshold = totals[b];
            Lanes above{}, counts{};
            storeBlock<HalfFields::InOrder, 2>(
                block, elements,
                [&](std::size_t i) __attribute__((always_inline)) {
                    const WholeLanes bits = bitsAs<WholeLanes>(widenedFinite(weights + 2 * i));
                    const Lanes magnitude = bitsAs<Lanes>(bits & 0x7fffffff);
                    const WholeLanes isAbove = magnitude > threshold; // -1 where it is
                    above += bitsAs<Lanes>(bitsAs<WholeLanes>(magnitude) & isAbove);
                    counts += bitsAs<Lanes>(isAbove & 0x3f800000);
                    return ((bits >> 31 | 1) & isAbove) + 1;
                },
                to + block.bytes * b);
            scales[b] = blockSum(above, lanesAtOnce)[0];
            totals[b] = blockSum(counts, lanesAtOnce)[0]; // how many now
        }
        for (std::size_t b = 0; b < blocksAtOnce; ++b)
            scales[b] = totals[b] > 0 ? float(double(scales[b]) / double(totals[b])) : 0.0f;
        std::uint16_t stored[blocksAtOnce];
        storeHalves(narrowed(load(scales)), stored);
        for (std::size_t b = 0; b < count; ++b)
            __builtin_memcpy(to + block.bytes * b + block.scaleOffset, &stored[b], sizeof stored[b]);
    }
    return true;
}

template <HalfFields Fields, unsigned Bits, Rounding How>
bool encodeExtremes(const HalfBlock& block, const char* halves, std::size_t blocks, char* packed)
{
    constexpr bool isShort = Fields != HalfFields::Pairs;
    return isShort && block.elements == run
           ? encodeBlocks < Fields,
           Bits, How,
           isShort ? run : 0 > (block, halves, blocks, packed)
           : encodeBlocks<Fields, Bits, How, 0>(block, halves, blocks, packed);
}

bool encode(const HalfBlock& block, const void* from, std::size_t blocks, void* packed)
{
    const char* const halves = static_cast<const char*>(from);
    char* const to = static_cast<char*>(packed);
    if (block.isThreshold)
        return encodeThreshold(block, halves, blocks, to);
    switch (block.fields) {
    case HalfFields::Bytes:
        return encodeExtremes<HalfFields::Bytes, 8, Rounding::Away>(block, halves, blocks, to);
    case HalfFields::Nibbles:
        return encodeExtremes<HalfFields::Nibbles, 4, Rounding::HalfUp>(block, halves, blocks, to);
    case HalfFields::FifthBits:
        return encodeExtremes<HalfFields::FifthBits, 5, Rounding::HalfUp>(block, halves, blocks, to);
    case HalfFields::Pairs:
        return encodeExtremes<HalfFields::Pairs, 2, Rounding::Away>(block, halves, blocks, to);
    case HalfFields::InOrder:
        break;
    }
    switch (block.bits) {
    case 2:
        return encodeExtremes<HalfFields::InOrder, 2, Rounding::Away>(block, halves, blocks, to);
    case 3:
        return encodeExtremes<HalfFields::InOrder, 3, Rounding::Away>(block, halves, blocks, to);
    case 4:
        return encodeExtremes<HalfFields::InOrder, 4, Rounding::Away>(block, halves, blocks, to);
    case 5:
        return encodeExtremes<HalfFields::InOrder, 5, Rounding::Away>(block, halves, blocks, to);
    case 6:
        return encodeExtremes<HalfFields::InOrder, 6, Rounding::Away>(block, halves, blocks, to);
    case 7:
        return encodeExtremes<HalfFields::InOrder, 7, Rounding::Away>(block, halves, blocks, to);
    default:
        return encodeExtremes<HalfFields::InOrder, 8, Rounding::Away>(block, halves, blocks, to);
    }
}

} // namespace

extern const HalfKernels TRITLOOM_HALF_KERNEL_SET;
const HalfKernels TRITLOOM_HALF_KERNEL_SET{TRITLOOM_KERNEL_NAME, encode};

} // namespace tritloom
