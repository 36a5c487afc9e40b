#pragma once

#include <cstddef>
#include <cstdint>

// The inner loops of scale_search, compiled once per instruction set. All add in the same order, in single
// precision, over sixteen lanes: every set gives the same bits.

namespace tritloom {

/// Numbers to be matched and how much each matters. count: a multiple of 16; pad with importance 0.
struct SearchSamples {
    const float* values = nullptr;
    const float* importance = nullptr;
    std::size_t count = 0;
};

/// Ascending levels. Without thresholds: the whole numbers lowest..highest. With: lowest, then steps[k]
/// higher beyond each thresholds[k].
struct SearchLevels {
    float lowest = 0, highest = 0;
    const float* thresholds = nullptr;
    const float* steps = nullptr;
    std::size_t thresholdCount = 0;
};

/// A way to map values to levels: q = nearest level to (value - offset) * factor.
struct SearchCandidate {
    float factor = 0;
    float offset = 0;
};

/// Sums over the samples, weighted by importance, of the q that a candidate gives.
struct SearchSums {
    float q = 0; ///< sum w q
    float qq = 0; ///< sum w q^2
    float xq = 0; ///< sum w value q
};

/// Of all samples with importance.
struct SearchMoments {
    float weight = 0; ///< sum w
    float x = 0; ///< sum w value
    float lowest = 0, highest = 0;
};

struct SearchKernels {
    const char* name;
    void (*moments)(const SearchSamples&, SearchMoments* out);
    void (*sums)(
        const SearchSamples&, const SearchLevels&, const SearchCandidate*, std::size_t count,
        SearchSums* out);
    /// out[k] = sum w (value - scale_k q - offset_k)^2 with q nearest; candidates hold the scale as `factor`.
    void (*errors)(
        const SearchSamples&, const SearchLevels&, const SearchCandidate*, std::size_t count, float* out);
};

/// The fastest set that this machine runs.
[[nodiscard]] const SearchKernels& searchKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const SearchKernels* const* searchKernelSets();

} // namespace tritloom
