#pragma once

#include <cstddef>
#include <cstdint>

// Ternary weights by a threshold, compiled once per instruction set; all sets give the same bits.

namespace tritloom {

struct TernaryKernels {
    const char* name;
    /// Ternary Weight Networks, arXiv 1605.04711, eqs. 5 and 6: of each group a threshold of 0.7 mean |w|,
    /// and the mean of what lies above for the scale, 0 where nothing does. values: finite. codes: 0, 1, 2
    /// for -1, 0, 1, one byte a value.
    void (*encode)(
        const float* values, std::size_t groups, std::size_t group, float* scales, std::uint8_t* codes);
};

/// The fastest set that this machine runs.
[[nodiscard]] const TernaryKernels& ternaryKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const TernaryKernels* const* ternaryKernelSets();

} // namespace tritloom
