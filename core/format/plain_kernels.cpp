#include "core/format/plain_kernels.h"

#include "core/format/half_lanes.h"

// Built once per instruction set, as line_kernels.cpp is, and by the same rule: nothing from the standard
// library is called here.

namespace tritloom {
namespace {

using namespace lanes;

bool allFinite(const float* values, std::size_t count)
{
    constexpr std::int32_t exponent = 0x7f800000; // all of it is set in infinities and NaNs alone
    WholeLanes found{};
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce)
        found |= (bitsAs<WholeLanes>(load(values + i)) & exponent) == exponent;
    bool all = !anySet(found);
    for (; i < count; ++i)
        all &= (__builtin_bit_cast(std::int32_t, values[i]) & exponent) != exponent;
    return all;
}

void fromHalves(const void* halves, std::size_t count, float* values)
{
    const auto at = [halves](std::size_t i) { return static_cast<const char*>(halves) + 2 * i; };
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce) {
        __builtin_prefetch(at(i + 1024)); // what comes from memory comes while this is worked on
        store(widened(at(i)), values + i);
    }
    if (i == count)
        return;
    std::uint16_t last[lanesAtOnce]{};
    float wide[lanesAtOnce];
    __builtin_memcpy(last, at(i), 2 * (count - i));
    store(widened(last), wide);
    __builtin_memcpy(values + i, wide, sizeof(float) * (count - i));
}

void toHalves(const float* values, std::size_t count, std::uint16_t* halves)
{
    std::size_t i = 0;
    for (; i + lanesAtOnce <= count; i += lanesAtOnce)
        storeHalves(narrowed(load(values + i)), halves + i);
    if (i == count)
        return;
    float last[lanesAtOnce]{};
    std::uint16_t narrow[lanesAtOnce];
    __builtin_memcpy(last, values + i, sizeof(float) * (count - i));
    storeHalves(narrowed(load(last)), narrow);
    __builtin_memcpy(halves + i, narrow, 2 * (count - i));
}

/// Of two vectors, runs of `Run` lanes in turn: the even ones of both, or the odd ones.
template <std::size_t Run, bool Odd, typename V>
[[gnu::always_inline]] inline V runsOf(const V& a, const V& b)
{
    if constexpr (isPair<V> && sizeof(V) == Run * 8) {
        return Odd ? V{a.high, b.high} : V{a.low, b.low};
    } else if constexpr (isPair<V>) {
        return {runsOf<Run, Odd>(a.low, b.low), runsOf<Run, Odd>(a.high, b.high)};
    } else {
        constexpr std::size_t count = sizeof(V) / 4;
        typename OfSize<sizeof(V)>::Wholes order{};
        for (std::size_t lane = 0; lane < count; ++lane) {
            const std::size_t in = lane / (2 * Run) * 2 * Run + lane % Run + (Odd ? Run : 0);
            order[lane] = std::int32_t(lane / Run % 2 == 0 ? in : count + in);
        }
        return permuted(a, b, order);
    }
}

/// Lane g becomes the largest of vector g's lanes: halves of two vectors beside each other, then quarters of
/// four...
[[gnu::always_inline]] inline Lanes largestOfEach(Lanes (&v)[lanesAtOnce])
{
    for (int i = 0; i < 8; ++i)
        v[i] = larger(runsOf<8, false>(v[i], v[i + 8]), runsOf<8, true>(v[i], v[i + 8]));
    for (int i = 0; i < 4; ++i)
        v[i] = larger(runsOf<4, false>(v[i], v[i + 4]), runsOf<4, true>(v[i], v[i + 4]));
    for (int i = 0; i < 2; ++i)
        v[i] = larger(runsOf<2, false>(v[i], v[i + 2]), runsOf<2, true>(v[i], v[i + 2]));
    return larger(runsOf<1, false>(v[0], v[1]), runsOf<1, true>(v[0], v[1]));
}

/// Of one group, the first of two.
float extremeOf(const float* values, std::size_t group)
{
    Lanes high = load(values), low = high;
    for (std::size_t i = lanesAtOnce; i < group; i += lanesAtOnce) {
        const Lanes x = load(values + i);
        high = larger(x, high);
        low = smaller(x, low);
    }
    const float most = blockMax(high, lanesAtOnce)[0], least = -blockMax(-low, lanesAtOnce)[0];
    if (most != -least)
        return most > -least ? most : least;
    for (std::size_t i = 0; i < group; ++i) // both signs reach it, or everything is 0
        if (values[i] == most || values[i] == least)
            return values[i];
    return 0;
}

void extremes(const float* values, std::size_t groups, std::size_t group, float* found)
{
    std::size_t first = 0;
    for (; first + lanesAtOnce <= groups; first += lanesAtOnce) {
        Lanes highest[lanesAtOnce], lowest[lanesAtOnce]; // negated
        for (std::size_t g = 0; g < lanesAtOnce; ++g) {
            const float* const from = values + (first + g) * group;
            Lanes high = load(from), low = high;
            for (std::size_t i = lanesAtOnce; i < group; i += lanesAtOnce) {
                const Lanes x = load(from + i);
                high = larger(x, high);
                low = smaller(x, low);
            }
            highest[g] = high;
            lowest[g] = -low;
        }
        const Lanes most = largestOfEach(highest), least = largestOfEach(lowest);
        store(pick(most > least, most, -least), found + first);
        const WholeLanes same = most == least;
        if (anySet(same))
            for (std::size_t g = 0; g < lanesAtOnce; ++g)
                if (same[g])
                    found[first + g] = extremeOf(values + (first + g) * group, group);
    }
    for (; first < groups; ++first)
        found[first] = extremeOf(values + first * group, group);
}

template <bool HalfUp>
[[gnu::always_inline]] inline void codesOf(
    const float* values, std::size_t groups, std::size_t group, const float* factors, const CodeGrid& given,
    std::uint8_t* codes)
{
    const CodeGrid grid = given; // a byte that is written could be one of what was given
    for (std::size_t g = 0; g < groups; ++g)
        for (std::size_t i = 0; i < group; i += lanesAtOnce, values += lanesAtOnce, codes += lanesAtOnce) {
            const Lanes position = load(values) * factors[g];
            WholeLanes whole;
            if constexpr (HalfUp) { // the sum is positive, cutting it goes down
                whole = converted<WholeLanes>(position + (0.5f - grid.first));
                const std::int32_t last = std::int32_t(grid.highest - grid.first);
                whole = smaller(whole, all<WholeLanes>(last));
            } else { // the ends are whole numbers: what is held within them stays so
                whole = wholeAway(clamp(position, grid.lowest, grid.highest)) - std::int32_t(grid.first);
            }
            *reinterpret_cast<UnalignedByteLanes*>(codes) = lowBytes(whole);
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
