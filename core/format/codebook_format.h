#pragma once

#include "core/format/number_format.h"

namespace tritloom::codebookFormat {

/// "nf4g<group>": NormalFloat 4 (QLoRA, arXiv 2305.14314, appendix E), one f16 scale a group: the largest
/// magnitude. "ternaryg<group>": -1, 0 or 1 times one f16 scale a group.
///
/// Block layout: the f16 scale, then little-endian fields of 4 or 2 bits, element 0 in the lowest bits;
/// ternary fields hold the level plus 1. Groups are multiples of 8.
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::codebookFormat
