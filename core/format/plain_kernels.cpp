#include "core/format/plain_kernels.h"

#include "core/format/line_lanes.h"

// Built once per instruction set, as line_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

using namespace lanes;

using HalfLanes = std::uint16_t __attribute__((vector_size(32)));
using UnalignedHalfLanes = std::uint16_t __attribute__((vector_size(32), aligned(1)));
using UnalignedByteLanes = std::uint8_t __attribute__((vector_size(16), aligned(1)));

constexpr std::size_t lanesAtOnce = 16;

[[gnu::always_inline]] inline Lanes widened(const HalfLanes& halves)
{
    const WholeLanes bits = __builtin_convertvector(halves, WholeLanes);
    const WholeLanes magnitude = bits & 0x7fff, sign = (bits & 0x8000) << 16;
    WholeLanes normal = (magnitude << 13) + (112 << 23);
    normal = magnitude >= 0x7c00 ? normal + (112 << 23) : normal;
    const Lanes small = __builtin_bit_cast(Lanes, magnitude | 0x3f000000) - 0.5f;
    const WholeLanes whole = magnitude < 0x0400 ? __builtin_bit_cast(WholeLanes, small) : normal;
    return __builtin_bit_cast(Lanes, whole | sign);
}

/// Finite numbers, ties to even.
[[gnu::always_inline]] inline HalfLanes narrowed(const Lanes& values)
{
    const WholeLanes bits = __builtin_bit_cast(WholeLanes, values);
    const WholeLanes magnitude = bits & 0x7fffffff, sign = (bits >> 16) & 0x8000;
    WholeLanes normal = (magnitude + 0xfff + ((magnitude >> 13) & 1) - (112 << 23)) >> 13;
    normal = normal > 0x7bff ? WholeLanes{} + 0x7bff : normal;
    const Lanes raised = __builtin_bit_cast(Lanes, magnitude) + 0.5f;
    const WholeLanes small = __builtin_bit_cast(WholeLanes, raised) - 0x3f000000;
    return __builtin_convertvector((magnitude < 0x38800000 ? small : normal) | sign, HalfLanes);
}

bool allFinite(const float* values, std::size_t count)
{
    constexpr std::int32_t exponent = 0x7f800000; // all of it is set in infinities and NaNs alone
    WholeLanes found{};
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce)
        found |= (__builtin_bit_cast(WholeLanes, load(values + i)) & exponent) == exponent;
    bool all = true;
    for (std::size_t lane = 0; lane < lanesAtOnce; ++lane)
        all &= found[lane] == 0;
    for (; i < count; ++i)
        all &= (__builtin_bit_cast(std::int32_t, values[i]) & exponent) != exponent;
    return all;
}

void fromHalves(const void* halves, std::size_t count, float* values)
{
    const auto at = [halves](std::size_t i) { return static_cast<const char*>(halves) + 2 * i; };
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce) {
        const HalfLanes narrow = *reinterpret_cast<const UnalignedHalfLanes*>(at(i)); // a copy is aligned
        store(widened(narrow), values + i);
    }
    if (i == count)
        return;
    HalfLanes last{};
    __builtin_memcpy(&last, at(i), 2 * (count - i));
    const Lanes wide = widened(last);
    for (std::size_t k = i; k < count; ++k)
        values[k] = wide[k - i];
}

void toHalves(const float* values, std::size_t count, std::uint16_t* halves)
{
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce)
        *reinterpret_cast<UnalignedHalfLanes*>(halves + i) = narrowed(load(values + i));
    if (i == count)
        return;
    Lanes last{};
    for (std::size_t k = i; k < count; ++k)
        last[k - i] = values[k];
    const HalfLanes narrow = narrowed(last);
    for (std::size_t k = i; k < count; ++k)
        halves[k] = narrow[k - i];
}

void extremes(const float* values, std::size_t groups, std::size_t group, float* found)
{
    for (std::size_t g = 0; g < groups; ++g, values += group) {
        Lanes highest = load(values), lowest = highest;
        for (std::size_t i = lanesAtOnce; i < group; i += lanesAtOnce) {
            const Lanes x = load(values + i);
            highest = x > highest ? x : highest;
            lowest = x < lowest ? x : lowest;
        }
        const float most = blockMax(highest, lanesAtOnce)[0], least = -blockMax(-lowest, lanesAtOnce)[0];
        found[g] = most > -least ? most : least;
        if (most == -least) // both signs reach it, or everything is 0
            for (std::size_t i = 0; i < group; ++i)
                if (values[i] == most || values[i] == least) {
                    found[g] = values[i];
                    break;
                }
    }
}

template <bool HalfUp>
[[gnu::always_inline]] inline void codesOf(
    const float* values, std::size_t groups, std::size_t group, const float* factors, const CodeGrid& grid,
    std::uint8_t* codes)
{
    for (std::size_t g = 0; g < groups; ++g)
        for (std::size_t i = 0; i < group; i += lanesAtOnce, values += lanesAtOnce, codes += lanesAtOnce) {
            const Lanes position = load(values) * factors[g];
            WholeLanes whole;
            if constexpr (HalfUp) { // the sum is positive, cutting it goes down
                whole = __builtin_convertvector(position + (0.5f - grid.first), WholeLanes);
                const std::int32_t last = std::int32_t(grid.highest - grid.first);
                whole = whole > last ? WholeLanes{} + last : whole;
            } else {
                whole = __builtin_convertvector(
                    clamp(roundAway(position), grid.lowest, grid.highest) - grid.first, WholeLanes);
            }
            *reinterpret_cast<UnalignedByteLanes*>(codes) = __builtin_convertvector(whole, ByteLanes);
        }
}

void codes(
    const float* values, std::size_t groups, std::size_t group, const float* factors, const CodeGrid& grid,
    std::uint8_t* to)
{
    grid.halfUp ? codesOf<true>(values, groups, group, factors, grid, to)
                : codesOf<false>(values, groups, group, factors, grid, to);
}

} // namespace

extern const PlainKernels TRITLOOM_PLAIN_KERNEL_SET;
const PlainKernels TRITLOOM_PLAIN_KERNEL_SET{
    TRITLOOM_KERNEL_NAME, allFinite, fromHalves, toHalves, extremes, codes};

} // namespace tritloom
