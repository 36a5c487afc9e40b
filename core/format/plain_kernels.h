#pragma once

#include <cstddef>
#include <cstdint>

// What needs no search: halves to floats and back, the extreme of a group, the nearest code. Compiled once
// per instruction set; all sets give the same bits, those of halfToFloat(), floatToHalf(), extreme() and
// std::round().

namespace tritloom {

/// Which code a value x has: that of round((x) * factor), held within lowest..highest and counted from
/// `first`.
struct CodeGrid {
    float lowest = 0, highest = 0, first = 0;
    bool halfUp = false; ///< ties go up, as ggml does where it adds a half and cuts; else away from zero
};

struct PlainKernels {
    const char* name;
    bool (*allFinite)(const float* values, std::size_t count);
    /// halves: 2 bytes each, at any address.
    void (*fromHalves)(const void* halves, std::size_t count, float* values);
    /// Values are finite; beyond 65504 they become that.
    void (*toHalves)(const float* values, std::size_t count, std::uint16_t* halves);
    /// Of each group the element of largest magnitude, with its sign, the first of two. group: a multiple
    /// of 16.
    void (*extremes)(const float* values, std::size_t groups, std::size_t group, float* extremes);
    /// factors: one a group. codes: one byte a value.
    void (*codes)(
        const float* values, std::size_t groups, std::size_t group, const float* factors,
        const CodeGrid& grid, std::uint8_t* codes);
};

/// The fastest set that this machine runs.
[[nodiscard]] const PlainKernels& plainKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const PlainKernels* const* plainKernelSets();

} // namespace tritloom
