#pragma once

#include "core/format/half_lanes.h"

#include <type_traits>

// The extremes of blocks of half-precision numbers, those of several blocks at once, for half_kernels.cpp
// alone, as line_lanes.h is.

namespace tritloom {
namespace {
namespace lanes {

#if defined(__AVX2__)
constexpr std::size_t wordBytes = 32;
#else
constexpr std::size_t wordBytes = 16;
#endif
using SignedWords = std::int16_t __attribute__((vector_size(wordBytes)));
using UnsignedWords = std::uint16_t __attribute__((vector_size(wordBytes)));

constexpr std::size_t blocksAtOnce = 16; ///< scales in one vector
constexpr std::size_t blocksOfWords = wordBytes / 4; ///< whose extremes are told together
constexpr std::size_t ahead = 12288; ///< bytes from what is worked on to what is fetched

using WordLongs = std::uint64_t __attribute__((vector_size(wordBytes)));
using WordDoubles = std::uint32_t __attribute__((vector_size(wordBytes)));

/// Some places of two vectors of one kind as words.
#define TRITLOOM_PLACES(kind, ...)                                                                           \
    __builtin_bit_cast(                                                                                      \
        Words,                                                                                               \
        __builtin_shufflevector(__builtin_bit_cast(kind, a), __builtin_bit_cast(kind, b), __VA_ARGS__))

/// Sixteen bytes of words each for a and b, by lanes of sixteen bytes, become eight bytes of a and eight of
/// b.
template <typename Words>
[[gnu::always_inline]] inline Words joinedLongs(const Words& a, const Words& b)
{
#if defined(__AVX2__)
    return larger(TRITLOOM_PLACES(WordLongs, 0, 4, 2, 6), TRITLOOM_PLACES(WordLongs, 1, 5, 3, 7));
#else
    return larger(TRITLOOM_PLACES(WordLongs, 0, 2), TRITLOOM_PLACES(WordLongs, 1, 3));
#endif
}
/// Eight bytes for each of four become four bytes.
template <typename Words>
[[gnu::always_inline]] inline Words joinedDoubles(const Words& a, const Words& b)
{
#if defined(__AVX2__)
    return larger(
        TRITLOOM_PLACES(WordDoubles, 0, 2, 8, 10, 4, 6, 12, 14),
        TRITLOOM_PLACES(WordDoubles, 1, 3, 9, 11, 5, 7, 13, 15));
#else
    return larger(TRITLOOM_PLACES(WordDoubles, 0, 2, 4, 6), TRITLOOM_PLACES(WordDoubles, 1, 3, 5, 7));
#endif
}
/// Sixteen bytes for block k and for block k + 4 in one vector.
template <typename Words>
[[gnu::always_inline]] inline Words lanesOf(const Words* all, std::size_t k)
{
#if defined(__AVX2__)
    const Words &a = all[k], &b = all[k + 4];
    return larger(TRITLOOM_PLACES(WordLongs, 0, 1, 4, 5), TRITLOOM_PLACES(WordLongs, 2, 3, 6, 7));
#else
    return all[k];
#endif
}
#undef TRITLOOM_PLACES

/// Of each of blocksOfWords blocks the largest word, in 32 bits. all: some words of each, their largest among
/// them.
template <typename Words>
[[gnu::always_inline]] inline WordDoubles largestOfEach(const Words* all)
{
    const Words four = joinedDoubles(
        joinedLongs(lanesOf(all, 0), lanesOf(all, 1)), joinedLongs(lanesOf(all, 2), lanesOf(all, 3)));
    const auto doubles = __builtin_bit_cast(WordDoubles, four);
    return __builtin_bit_cast(WordDoubles, larger(four, __builtin_bit_cast(Words, doubles >> 16))) & 0xffff;
}

/// Those of sixteen blocks. In registers: what is read wider than it was written waits for memory.
[[gnu::always_inline]] inline WholeLanes lanesOfAll(const WordDoubles* all)
{
#if defined(__AVX512F__)
    return __builtin_bit_cast(
        WholeLanes,
        __builtin_shufflevector(all[0], all[1], 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
#else
    const auto part = [&](std::size_t k) __attribute__((always_inline))
    {
        return __builtin_bit_cast(WholeRegister, all[k]);
    };
#if defined(__AVX2__)
    return {part(0), part(1)};
#else
    return {{part(0), part(1)}, {part(2), part(3)}};
#endif
#endif
}

/// The bits of halves in the order of whole numbers. Magnitude: without the sign the largest is that of the
/// largest magnitude. Else as signed ones it is the largest positive half, if there is one, and as unsigned
/// ones the negative one that is furthest from zero, if there is one.
enum class Order { Magnitude, Signed, Unsigned };

template <Order By>
using WordsBy = std::conditional_t<By == Order::Signed, SignedWords, UnsignedWords>;

template <Order By>
[[gnu::always_inline]] inline WordsBy<By> wordsAt(const char* halves)
{
    WordsBy<By> words;
    __builtin_memcpy(&words, halves, sizeof words);
    if constexpr (By == Order::Magnitude)
        words &= 0x7fff;
    return words;
}

/// Of `count` blocks behind one another, at most sixteen, a lane each; further lanes are those of the last.
/// elements: a multiple of 32.
template <Order By>
[[gnu::always_inline]] inline WholeLanes endsOf(const char* from, std::size_t elements, std::size_t count)
{
    WordDoubles ends[blocksAtOnce / blocksOfWords];
    for (std::size_t first = 0; first < blocksAtOnce; first += blocksOfWords) {
        WordsBy<By> largest[blocksOfWords];
#pragma GCC unroll 8
        for (std::size_t b = 0; b < blocksOfWords; ++b) {
            const char* const halves = from + 2 * elements * (first + b < count ? first + b : count - 1);
            largest[b] = wordsAt<By>(halves);
            for (std::size_t i = 0; i < 2 * elements; i += 64) {
                if constexpr (By != Order::Unsigned) // the other that reads them has fetched them
                    __builtin_prefetch(halves + i + ahead);
#pragma GCC unroll 4
                for (std::size_t part = 0; part < 64; part += wordBytes)
                    largest[b] = larger(largest[b], wordsAt<By>(halves + i + part));
            }
        }
        ends[first / blocksOfWords] = largestOfEach(largest);
    }
    return lanesOfAll(ends);
}

} // namespace lanes
} // namespace
} // namespace tritloom
