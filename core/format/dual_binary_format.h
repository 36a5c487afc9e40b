#pragma once

#include "core/format/number_format.h"

namespace tritloom::dualBinaryFormat {

/// "fdbg<group>": two halves a1 > -a2 > 0, then two planes of bits; value = a1 b1 + a2 b2, so that the levels
/// are a2, 0, a1 + a2 and a1 (DB-LLM, arXiv 2402.11960). Both planes bit by bit, the first weight lowest.
[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::dualBinaryFormat
