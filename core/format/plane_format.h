#pragma once

#include "core/format/number_format.h"

namespace tritloom {

/// Bit planes (ABQ-LLM, arXiv 2408.08554): unsigned numbers of 1 to 8 bits with a whole zero point, stored
/// plane by plane, the lowest first, so that a product may be AND and popcount whatever the two widths are. Our
/// kernels take them as codes, as they do those of other formats.
///
/// "planes<b>g<group>": levels -z .. 2^b - 1 - z. "planes<b>bg<group>" (balanced, b = 1 or 2): one level
/// more, symmetric about 0, which takes b + 1 planes: 2 bits become {-2 .. 2}. In front: a half as scale, a
/// byte as zero point.
namespace planeFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace planeFormat

} // namespace tritloom
