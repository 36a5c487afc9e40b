#include "core/format/half_kernels.h"

#include "core/format/half_ends.h"
#include "core/format/half_fields.h"

// Built once per instruction set, as line_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

using namespace lanes;

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

/// Of sixteen blocks.
struct Scales {
    std::uint16_t stored[blocksAtOnce]; ///< halves
    float factors[blocksAtOnce]; ///< of the weights, to places in the grid
    bool isSmall; ///< one of them is below the normal halves
};

/// False where a number is not finite. count: at most sixteen blocks.
template <Rounding How, std::size_t Elements>
[[gnu::always_inline]] inline bool
scalesOf(const HalfBlock& block, const char* from, std::size_t count, Scales& scales)
{
    const std::size_t elements = Elements > 0 ? Elements : block.elements;
    WholeLanes extreme, sign{};
    if constexpr (How == Rounding::HalfUp) { // with its sign
        const WholeLanes high = endsOf<Order::Signed>(from, elements, count),
                         far = endsOf<Order::Unsigned>(from, elements, count), none{};
        const WholeLanes positive = pick(high < 0x8000, high, none),
                         negative = pick(far >= 0x8000, far & 0x7fff, none);
        extreme = larger(positive, negative);
        sign = pick(negative > positive, all<WholeLanes>(0x8000), none);
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
    } else {
        extreme = endsOf<Order::Magnitude>(from, elements, count);
    }
    if (anySet(extreme >= 0x7c00))
        return false;
    storeHalves(extreme | sign, scales.stored);
    Lanes scale = widenedFinite(scales.stored) / block.end;
    const WholeLanes rounded = narrowed(scale);
    storeHalves(rounded, scales.stored);
    scales.isSmall = anySet((rounded & 0x7fff) < 0x0400);
    if (block.isRounded)
        scale = widenedFinite(scales.stored);
    store(inverse(scale), scales.factors);
    return true;
}

template <HalfFields Fields, unsigned Bits, Rounding How, std::size_t Elements>
[[gnu::always_inline]] inline void
writeBlocks(const HalfBlock& block, const char* from, std::size_t count, const Scales& scales, char* to)
{
    const std::size_t elements = Elements > 0 ? Elements : block.elements;
    // Two's complement needs no bias; what is not that counts from the first code.
    const bool isSigned =
        Fields == HalfFields::Bytes || (Fields == HalfFields::InOrder && block.grid.first < -1);
    const std::int32_t bias = isSigned ? 0 : -std::int32_t(block.grid.first);
    constexpr bool isMasked = Fields == HalfFields::InOrder && Bits < 8; // of 8 bits no others are taken
    for (std::size_t b = 0; b < count; ++b, to += block.bytes, from += 2 * elements) {
        const std::uint16_t stored = scales.stored[b];
        const float factor = scales.factors[b];
        __builtin_memcpy(to + block.scaleOffset, &stored, sizeof stored);
        const auto store = [&]<Rounding Inner>() __attribute__((always_inline))
        {
            storeBlock<Fields, Bits>(
                block, elements,
                [&](std::size_t i) __attribute__((always_inline)) {
                    const WholeLanes codes = codesAt<Inner>(from + 2 * i, factor, block.grid, bias);
                    return isMasked ? codes & ((1 << Bits) - 1) : codes;
                },
                to);
        };
        // What a scale loses as a half moves no weight past the last level, unless it is below the normal
        // ones.
        if (How == Rounding::Away && scales.isSmall && (stored & 0x7fff) < 0x0400)
            store.template operator()<Rounding::AwayWithin>();
        else
            store.template operator()<How>();
    }
}

/// Elements: of a block, 0 where that is known at run time only.
template <HalfFields Fields, unsigned Bits, Rounding How, std::size_t Elements>
bool encodeBlocks(const HalfBlock& given, const char* halves, std::size_t blocks, char* packed)
{
    const HalfBlock block = given; // a byte that is written could be one of what was given
    const std::size_t stride = 2 * (Elements > 0 ? Elements : block.elements);
    Scales scales[2];
    if (blocks < blocksAtOnce) {
        if (!scalesOf<How, Elements>(block, halves, blocks, scales[0]))
            return false;
        writeBlocks<Fields, Bits, How, Elements>(block, halves, blocks, scales[0], packed);
        return true;
    }
    // The scales of the next sixteen are on their way while these are written: each is a long chain of
    // operations that wait for another. Of the last sixteen some may be written twice, with the same bytes.
    const auto firstOf = [&](std::size_t sixteen) {
        const std::size_t first = sixteen * blocksAtOnce, last = blocks - blocksAtOnce;
        return first < last ? first : last;
    };
    const std::size_t sixteens = (blocks + blocksAtOnce - 1) / blocksAtOnce;
    for (std::size_t next = 0; next <= sixteens; ++next) {
        if (next < sixteens
            && !scalesOf<How, Elements>(
                block, halves + stride * firstOf(next), blocksAtOnce, scales[next % 2]))
            return false;
        if (next > 0)
            writeBlocks<Fields, Bits, How, Elements>(
                block, halves + stride * firstOf(next - 1), blocksAtOnce, scales[(next - 1) % 2],
                packed + block.bytes * firstOf(next - 1));
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
