#pragma once

#include "core/format/number_format.h"

/// Levels from a fixed table, a few bits each, times one scale for each group of a row. In front of the
/// fields lies the scale: a half, or (where said) the int8 exponent of a power of two. A group as long as the
/// row gives one scale a row.
///
/// fp<b>e<E>g<G>: floats with E exponent bits as OCP's MX types have them (no infinities): fp4e2 is
/// {0, .5, 1, 1.5, 2, 3, 4, 6}. kfp<b>e<E>g<G>: the floats of "k-bit inference scaling laws" (arXiv
/// 2212.09720), bias 2^(E-1) + 1: kfp4e2 is {0, .0625, 2, 3, 4, 6, 8, 12}. dyn<b>g<G>: dynamic exponent of
/// the same paper, where -1 is no level, so a negative extreme is clipped; with `s` at the end the scale is
/// signed and the extreme always stored exactly. quantile<b>g<G>: quantiles of the normal distribution, and
/// 0. shift<b>g<G>: DenseShift (arXiv 2208.09708), signed powers of two without a zero, 2 to 4 bits.
/// sign1g<G>: BitNet's sign (arXiv 2310.11453) with the mean magnitude. bct<b>g<G>: whole numbers times a
/// power of two (arXiv 2304.01483, blocks of one row). rf8g<G>: at most two powers of two (arXiv 2506.00486);
/// the split into sign, 4 bits of exponent and 3 of residual is our own.
namespace tritloom::tableFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::tableFormat
