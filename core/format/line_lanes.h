#pragma once

#include "core/format/line_kernels.h"

#include <type_traits>

#if defined(__AVX512F__)
#include <immintrin.h>
#endif

// Sixteen floats side by side, for line_kernels.cpp alone: every instruction set compiles its own copy, so
// all of it is inlined or has no name outside.

namespace tritloom {
namespace {
namespace lanes {

using ByteLanes = std::uint8_t __attribute__((vector_size(16)));
using UnalignedByteLanes [[gnu::aligned(1), gnu::may_alias]] = ByteLanes; ///< in memory

#if defined(__AVX512F__)
constexpr std::size_t registerBytes = 64;
#elif defined(__AVX2__)
constexpr std::size_t registerBytes = 32;
#else
constexpr std::size_t registerBytes = 16;
#endif

using FloatRegister = float __attribute__((vector_size(registerBytes)));
using WholeRegister = std::int32_t __attribute__((vector_size(registerBytes)));

/// Two vectors as one. The compiler would take vectors longer than a register apart lane by lane wherever it
/// compares them.
template <typename V>
struct Pair {
    V low, high;
    [[gnu::always_inline]] inline auto operator[](std::size_t lane) const
    {
        constexpr std::size_t half = sizeof(V) / 4;
        return lane < half ? low[lane] : high[lane - half];
    }
};

template <std::size_t Bytes>
struct OfSize {
    using Floats = Pair<typename OfSize<Bytes / 2>::Floats>;
    using Wholes = Pair<typename OfSize<Bytes / 2>::Wholes>;
};
template <>
struct OfSize<registerBytes> {
    using Floats = FloatRegister;
    using Wholes = WholeRegister;
};
using Lanes = OfSize<64>::Floats;
using WholeLanes = OfSize<64>::Wholes;

template <typename T>
constexpr bool isPair = false;
template <typename V>
constexpr bool isPair<Pair<V>> = true;

/// The same in all lanes. Taking nothing away is no instruction, adding it would be one.
template <typename V = Lanes, typename T>
[[gnu::always_inline]] inline V all(T value)
{
    if constexpr (isPair<V>)
        return {all<decltype(V::low)>(value), all<decltype(V::low)>(value)};
    else
        return value - V{};
}

#define TRITLOOM_PAIRWISE(op)                                                                                \
    template <typename V>                                                                                    \
    [[gnu::always_inline]] inline auto operator op(const Pair<V>& a, const Pair<V>& b)                       \
    {                                                                                                        \
        return Pair<decltype(a.low op b.low)>{a.low op b.low, a.high op b.high};                             \
    }                                                                                                        \
    template <typename V, typename T>                                                                        \
    requires std::is_arithmetic_v<T>                                                                         \
    [[gnu::always_inline]] inline auto operator op(const Pair<V>& a, T b)                                    \
    {                                                                                                        \
        return Pair<decltype(a.low op b)>{a.low op b, a.high op b};                                          \
    }                                                                                                        \
    template <typename V, typename T>                                                                        \
    requires std::is_arithmetic_v<T>                                                                         \
    [[gnu::always_inline]] inline auto operator op(T a, const Pair<V>& b)                                    \
    {                                                                                                        \
        return Pair<decltype(a op b.low)>{a op b.low, a op b.high};                                          \
    }
TRITLOOM_PAIRWISE(+)
TRITLOOM_PAIRWISE(-)
TRITLOOM_PAIRWISE(*)
TRITLOOM_PAIRWISE(/)
TRITLOOM_PAIRWISE(&)
TRITLOOM_PAIRWISE(|)
TRITLOOM_PAIRWISE(^)
TRITLOOM_PAIRWISE(<<)
TRITLOOM_PAIRWISE(>>)
TRITLOOM_PAIRWISE(<)
TRITLOOM_PAIRWISE(>)
TRITLOOM_PAIRWISE(<=)
TRITLOOM_PAIRWISE(>=)
TRITLOOM_PAIRWISE(==)
#undef TRITLOOM_PAIRWISE

template <typename V>
[[gnu::always_inline]] inline Pair<V> operator-(const Pair<V>& a)
{
    return {-a.low, -a.high};
}
template <typename V>
[[gnu::always_inline]] inline Pair<V> operator~(const Pair<V>& a)
{
    return {~a.low, ~a.high};
}
template <typename V, typename T>
[[gnu::always_inline]] inline void operator+=(Pair<V>& a, const T& b)
{
    a = a + b;
}
template <typename V, typename T>
[[gnu::always_inline]] inline void operator-=(Pair<V>& a, const T& b)
{
    a = a - b;
}
template <typename V, typename T>
[[gnu::always_inline]] inline void operator*=(Pair<V>& a, const T& b)
{
    a = a * b;
}
template <typename V, typename T>
[[gnu::always_inline]] inline void operator|=(Pair<V>& a, const T& b)
{
    a = a | b;
}

/// By lane: mask ? yes : no.
template <typename M, typename V>
[[gnu::always_inline]] inline V pick(const M& mask, const V& yes, const V& no)
{
    if constexpr (isPair<V>)
        return {pick(mask.low, yes.low, no.low), pick(mask.high, yes.high, no.high)};
    else
        return mask ? yes : no;
}
template <typename V>
[[gnu::always_inline]] inline V larger(const V& a, const V& b)
{
    if constexpr (isPair<V>)
        return {larger(a.low, b.low), larger(a.high, b.high)};
#if defined(__AVX512F__) // the compiler takes a comparison and a mask where b is 0
    else if constexpr (std::is_same_v<V, FloatRegister>)
        return __builtin_bit_cast(
            V, _mm512_max_ps(__builtin_bit_cast(__m512, a), __builtin_bit_cast(__m512, b)));
#endif
    else
        return a > b ? a : b;
}
template <typename V>
[[gnu::always_inline]] inline V smaller(const V& a, const V& b)
{
    if constexpr (isPair<V>)
        return {smaller(a.low, b.low), smaller(a.high, b.high)};
    else
        return a < b ? a : b;
}

/// The bits of a vector as those of another kind.
template <typename To, typename From>
[[gnu::always_inline]] inline To bitsAs(const From& v)
{
    if constexpr (isPair<From>)
        return {bitsAs<decltype(To::low)>(v.low), bitsAs<decltype(To::low)>(v.high)};
    else
        return __builtin_bit_cast(To, v);
}
/// Floats cut to whole numbers, or whole numbers as floats.
template <typename To, typename From>
[[gnu::always_inline]] inline To converted(const From& v)
{
    if constexpr (isPair<From>)
        return {converted<decltype(To::low)>(v.low), converted<decltype(To::low)>(v.high)};
    else
        return __builtin_convertvector(v, To);
}

/// Reads or writes 64 bytes at any address.
template <typename V = Lanes>
[[gnu::always_inline]] inline V load(const float* from)
{
    if constexpr (isPair<V>) {
        return {load<decltype(V::low)>(from), load<decltype(V::low)>(from + sizeof(V) / 8)};
    } else {
        using Unaligned [[gnu::aligned(4), gnu::may_alias]] = V;
        return *reinterpret_cast<const Unaligned*>(from);
    }
}
template <typename V>
[[gnu::always_inline]] inline void store(const V& v, float* to)
{
    if constexpr (isPair<V>) {
        store(v.low, to);
        store(v.high, to + sizeof(V) / 8);
    } else {
        using Unaligned [[gnu::aligned(4), gnu::may_alias]] = V;
        *reinterpret_cast<Unaligned*>(to) = v;
    }
}

/// The lowest byte of each lane.
[[gnu::always_inline]] inline ByteLanes lowBytes(const WholeLanes& v)
{
#if defined(__AVX512F__)
    return __builtin_convertvector(v, ByteLanes);
#elif defined(__AVX2__)
    using Bytes = std::uint8_t __attribute__((vector_size(32)));
    const auto low = __builtin_bit_cast(Bytes, v.low), high = __builtin_bit_cast(Bytes, v.high);
    return __builtin_shufflevector(low, high, 0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60);
#else
    const auto joined = [](const WholeRegister& a, const WholeRegister& b) __attribute__((always_inline))
    {
        return __builtin_shufflevector(
            __builtin_bit_cast(ByteLanes, a), __builtin_bit_cast(ByteLanes, b), 0, 4, 8, 12, 16, 20, 24, 28,
            0, 4, 8, 12, 16, 20, 24, 28);
    };
    return __builtin_shufflevector(
        joined(v.low.low, v.low.high), joined(v.high.low, v.high.high), 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18,
        19, 20, 21, 22, 23);
#endif
}

/// 1 / v, or 0 where that is no finite number.
[[gnu::always_inline]] inline Lanes inverse(const Lanes& v)
{
    const Lanes result = 1.0f / v;
    const Lanes magnitude = bitsAs<Lanes>(bitsAs<WholeLanes>(result) & 0x7fffffff);
    return pick(magnitude <= 3.4e38f, result, Lanes{});
}

[[gnu::always_inline]] inline Lanes clamp(const Lanes& v, float lowest, float highest)
{
    return smaller(all(highest), larger(all(lowest), v));
}

/// 1.5 * 2^23: added, it leaves no room for a fraction.
constexpr float roundingMagic = 12582912.0f;

/// To whole numbers below 2^22, ties to even.
[[gnu::always_inline]] inline Lanes roundToEven(const Lanes& v)
{
    return (v + roundingMagic) - roundingMagic;
}

/// Ties away from zero, as std::round.
[[gnu::always_inline]] inline Lanes roundAway(const Lanes& v)
{
    const Lanes limited = clamp(v, -1e6f, 1e6f);
    const Lanes whole = converted<Lanes>(converted<WholeLanes>(limited));
    const Lanes rest = limited - whole;
    return pick(rest >= 0.5f, whole + 1.0f, pick(rest <= -0.5f, whole - 1.0f, whole));
}

/// The nearest number that a half can hold, ties to even, 65504 at most.
[[gnu::always_inline]] inline Lanes roundHalf(const Lanes& v)
{
    const WholeLanes bits = bitsAs<WholeLanes>(v);
    const WholeLanes magnitude = bits & 0x7fffffff, sign = bits ^ magnitude;
    const WholeLanes normal =
        smaller((magnitude + 0xfff + ((magnitude >> 13) & 1)) & ~0x1fff, all<WholeLanes>(0x477fe000));
    // Below 2^-14 the step is 2^-24, which is that of floats from a half to one.
    const Lanes small = (bitsAs<Lanes>(magnitude) + 0.75f) - 0.75f;
    return bitsAs<Lanes>(pick(magnitude < 0x38800000, bitsAs<WholeLanes>(small), normal) | sign);
}

/// For each lane that of a, then b, with the number index[lane], modulo the number of all.
template <typename V, typename W>
[[gnu::always_inline]] inline V permuted(const V& a, const V& b, const W& index)
{
#ifdef __clang__ // knows shuffles by constants only; it builds the fuzzers
    V result{};
    constexpr std::size_t lanes = sizeof(V) / sizeof a[0];
    for (std::size_t lane = 0; lane < lanes; ++lane) {
        const std::size_t from = std::size_t(index[lane]) % (2 * lanes);
        result[lane] = from < lanes ? a[from] : b[from - lanes];
    }
    return result;
#else
    return __builtin_shuffle(a, b, index);
#endif
}
template <typename V, typename W>
[[gnu::always_inline]] inline V permuted(const V& v, const W& index)
{
#ifdef __clang__
    return permuted(v, v, index);
#else
    return __builtin_shuffle(v, index);
#endif
}

/// v with neighbouring runs of `Run` lanes exchanged.
template <std::size_t Run, typename V>
[[gnu::always_inline]] inline V exchanged(const V& v)
{
    if constexpr (isPair<V> && sizeof(V) == Run * 8) {
        return {v.high, v.low};
    } else if constexpr (isPair<V>) {
        return {exchanged<Run>(v.low), exchanged<Run>(v.high)};
    } else {
        typename OfSize<sizeof(V)>::Wholes order{};
        for (std::size_t lane = 0; lane < sizeof(V) / 4; ++lane)
            order[lane] = std::int32_t(lane ^ Run);
        return permuted(v, order);
    }
}

/// Each lane joined with all of its block of 8 or 16.
template <typename Join>
[[gnu::always_inline]] inline Lanes overBlock(Lanes v, std::size_t lanesOfBlock, const Join& join)
{
    if (lanesOfBlock == 16)
        v = join(v, exchanged<8>(v));
    v = join(v, exchanged<4>(v));
    v = join(v, exchanged<2>(v));
    return join(v, exchanged<1>(v));
}
[[gnu::always_inline]] inline Lanes blockSum(const Lanes& v, std::size_t lanesOfBlock)
{
    return overBlock(v, lanesOfBlock, [](const Lanes& a, const Lanes& b) { return a + b; });
}
[[gnu::always_inline]] inline Lanes blockMax(const Lanes& v, std::size_t lanesOfBlock)
{
    return overBlock(v, lanesOfBlock, [](const Lanes& a, const Lanes& b) { return larger(a, b); });
}
/// What is furthest from zero, with its sign; the positive one of two.
[[gnu::always_inline]] inline Lanes blockExtreme(const Lanes& v, std::size_t lanesOfBlock)
{
    const Lanes highest = blockMax(v, lanesOfBlock), lowest = blockMax(-v, lanesOfBlock);
    return pick(highest >= lowest, highest, -lowest);
}

} // namespace lanes
} // namespace
} // namespace tritloom
