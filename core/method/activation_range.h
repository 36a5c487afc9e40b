#pragma once

#include "core/tensor/histogram.h"

namespace tritloom {

struct ParameterSpec;

/// How the range of values that are rounded at run time is told from those seen in calibration.
enum class RangeEstimate : std::uint8_t {
    MinMax, ///< the least and the largest
    Percentile, ///< what the given share of values lies in
    SquaredError, ///< least squared error of rounding and clipping
    Divergence, ///< least KL divergence between values and rounded values (Migacz, GTC 2017; Wu et al., arXiv
                ///< 2004.09602, section 3.2)
    ClosedForm, ///< least expected squared error under the normal or the Laplace law, whichever fits better
                ///< (ACIQ, Banner et al., arXiv 1810.05723)
};

/// Where to clip values of a law around 0, so that the expected squared error of clipping and of 2^bits even
/// levels is least: in deviations of the normal law, in mean magnitudes of Laplace's.
enum class ClippedLaw : std::uint8_t { Normal, Laplace };
[[nodiscard]] double closedFormClip(ClippedLaw law, int bits);

/// What is rounded: code = clamp(round(x / scale) + zero, 0, 2^bits - 1), x ~ scale * (code - zero).
struct ActivationGrid {
    float scale = 1;
    float zero = 0; ///< a whole number from 0 to 2^bits - 1
    friend bool operator==(const ActivationGrid&, const ActivationGrid&) = default;
};

/// The knob "range" of plugins that estimate ranges; its choices are those above, in their order.
[[nodiscard]] ParameterSpec rangeParameter(RangeEstimate standard);

struct RangeOptions {
    RangeEstimate estimate = RangeEstimate::SquaredError;
    int bits = 8; ///< 2 to 8
    bool isSymmetric = false; ///< zero is in the middle
    double percentile = 99.99; ///< of RangeEstimate::Percentile
};

struct ActivationRange {
    double low = 0, high = 0; ///< low <= 0 <= high: 0 is always exact, since padding is 0
};

[[nodiscard]] ActivationRange estimateRange(const Histogram& histogram, const RangeOptions& options);
/// The grid of a range: 2^bits levels from low to high, or around zero.
[[nodiscard]] ActivationGrid gridOf(const ActivationRange& range, const RangeOptions& options);
/// Mean squared difference that the grid makes, values taken at the centres of their bins.
[[nodiscard]] double squaredError(const Histogram& histogram, const ActivationGrid& grid, int bits);

} // namespace tritloom
