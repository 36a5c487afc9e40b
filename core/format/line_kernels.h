#pragma once

#include <cstddef>
#include <cstdint>

// The search for scales over sixteen lines at once, one in each lane, compiled once per instruction set. A
// line is what shares a scale and an offset: a block of 32, or a sub-block of a K type. All sets give the
// same bits.

namespace tritloom {

constexpr std::size_t lanesOfLines = 16;

/// Sixteen lines, [count][16]: largest magnitudes between 1 and 2 and mean importance 1 in each block, so
/// that sums of squares stay in range. Lines that are not there have value 0.
struct LineSamples {
    const float* values = nullptr;
    const float* importance = nullptr; ///< of eight significant bits
    const float* products = nullptr; ///< importance * value, of sixteen significant bits
    std::size_t count = 0; ///< elements of a line
    bool isShort = false; ///< no value has more than twelve significant bits, as halves have eleven
    bool isPlain = false; ///< isShort, and all importance is 1
};

/// What is to be known of a block before its lines are arranged.
struct BlockSizes {
    float largest = 0; ///< magnitude
    float meanImportance = 0;
    bool isEqual = false; ///< all importance is the same
    bool isShort = false; ///< as LineSamples
};

/// Lines as they lie in blocks, and what they are multiplied with: value * shrink, importance * perMean +
/// least.
struct LineSources {
    const float* values[lanesOfLines];
    const float* importance[lanesOfLines];
    float shrinks[lanesOfLines], perMeans[lanesOfLines], leasts[lanesOfLines];
    std::size_t count = 0; ///< elements of a line, a multiple of 4
};
/// Where they go: [count][16]. lowest, highest: of the values, [16].
struct LineArrays {
    float* values = nullptr;
    float* importance = nullptr; ///< null: what is there stays
    float *lowest = nullptr, *highest = nullptr;
};

/// Ascending levels. Without thresholds: the whole numbers lowest..highest. With: values[0], then values[k +
/// 1] beyond thresholds[k].
struct LineLevels {
    float lowest = 0, highest = 0;
    const float* thresholds = nullptr;
    const float* values = nullptr;
    std::size_t thresholdCount = 0;
};

/// Which scales are tried: those that put the largest magnitude of the line at `first` levels, and `ratio`
/// times that, and so on.
struct ScaleGrid {
    LineLevels levels;
    float first = 0, ratio = 1;
    std::size_t steps = 0; ///< twice as many where both signs are tried
    std::size_t rounds = 2; ///< of: best scale for the levels, nearest levels for the scale
    bool bothSigns = false;
    bool negative = false; ///< a scale below 0 may be the result
};

/// Which scales and offsets are tried: the width of the line covers first..last levels, and of the levels
/// beyond `top` none, a part or all are cut at the lower end.
struct LineGrid {
    float top = 0; ///< levels 0..top
    float first = 0, last = 0;
    struct Steps {
        std::size_t widths = 0, shares = 0; ///< at least 2 each
    };
    Steps plain, others; ///< of LineSamples that are plain, of others
    std::size_t rounds = 2;
    bool offsetNotPositive = false;
};

/// Whole numbers times one half-precision scale for the lines of a block, and the same for minima.
struct SuperGrid {
    std::size_t lanes = 16; ///< lines of a block: 8 or 16
    float lowestScale = 0, highestScale = 0;
    bool coarse = false; ///< few whole numbers: look one further
};

/// By lane; of samples. What belongs to a block stands in each of its lanes.
struct SuperFit {
    float scale[lanesOfLines], minimum[lanesOfLines]; ///< representable as halves in real units
    float scales[lanesOfLines], minima[lanesOfLines]; ///< whole numbers
};

struct LineKernels {
    const char* name;
    /// Of a block of `count` finite numbers.
    void (*sizes)(const float* values, const float* importance, std::size_t count, BlockSizes* out);
    void (*arrange)(const LineSources&, const LineArrays&);
    /// LineSamples::products, from the other two. count: a multiple of 16.
    void (*multiply)(const float* values, const float* importance, std::size_t count, float* products);
    /// The scale with the least sum w (x - s q)^2 for each lane. scale: [16].
    void (*scales)(const ScaleGrid&, const LineSamples&, float* scale);
    /// Scale and offset with the least sum w (x - s q - o)^2. scale, offset: [16].
    void (*lines)(const LineGrid&, const LineSamples&, float* scale, float* offset);
    /// error[lane] = sum w (x - s q - o)^2 with q nearest. scale, offset, error: [16].
    void (*errors)(
        const LineLevels&, const LineSamples&, const float* scale, const float* offset, float* error);
    /// value = scale * scales[s] * q. unit: [16], powers of two that lead back to real units.
    void (*superScales)(
        const SuperGrid&, const ScaleGrid&, const LineSamples&, const float* unit, SuperFit* out);
    /// value = scale * scales[s] * q - minimum * minima[s].
    void (*superLines)(
        const SuperGrid&, const LineGrid&, const LineSamples&, const float* unit, SuperFit* out);
    /// The numbers of the nearest levels, from 0. scale, offset: [16]; codes: [16][count], line after line.
    void (*codes)(
        const LineLevels&, const LineSamples&, const float* scale, const float* offset, std::uint8_t* codes);
};

/// The fastest set that this machine runs.
[[nodiscard]] const LineKernels& lineKernels();

/// Every set that this machine runs, for tests. Ends with a null pointer.
[[nodiscard]] const LineKernels* const* lineKernelSets();

} // namespace tritloom
