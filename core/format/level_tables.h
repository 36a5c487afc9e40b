#pragma once

#include "core/format/level_table.h"

#include <memory>

// The tables of table_format, each ascending, largest magnitude 1 unless said otherwise.

namespace tritloom {

/// Floats of sign, `exponent` and the remaining bits of mantissa as OCP's MX types: bias 2^(E-1) - 1,
/// subnormals, no infinities, no NaN.
[[nodiscard]] std::vector<float> openFloatLevels(unsigned bits, unsigned exponent);

/// Floats as arXiv 2212.09720 builds them: bias 2^(E-1) + 1, the exponent code 1 is the largest.
[[nodiscard]] std::vector<float> scalingLawFloatLevels(unsigned bits, unsigned exponent);

/// Dynamic exponent, arXiv 2212.09720: decades, and in each a linear range that halves from one to the next.
[[nodiscard]] std::vector<float> dynamicLevels(unsigned bits);

/// 2^b - 1 quantiles of the normal distribution at (2 i + 1) / (2 (2^b - 1)); the middle one is 0.
[[nodiscard]] std::vector<float> normalQuantileLevels(unsigned bits);

/// +-2^S, S = 0 .. 2^(b-1) - 1, as they are.
[[nodiscard]] std::vector<float> shiftLevels(unsigned bits);

/// Sums of at most two powers of two over 16 octaves, arXiv 2506.00486: the octave's residual is 0, +-1/4,
/// +-1/8 or +-1/16 of the leading power.
[[nodiscard]] LevelTable twoPowerTable();

/// The value of that set that the paper's rule gives: leading power and residual each rounded in the
/// logarithm. It is not always the nearest.
[[nodiscard]] float roundToTwoPowers(float value);

/// Quantile function of the normal distribution, p in (0, 1).
[[nodiscard]] double normalQuantile(double p);

} // namespace tritloom
