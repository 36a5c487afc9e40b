#pragma once

#include "core/format/number_format.h"

/// "e8pg<group>", "e8p3g<group>", "e8p4g<group>": a half as scale, then 16, 24 or 32 bits for each eight
/// weights: 2, 3 or 4 + 16 / group bits a weight. Levels of single weights do not exist.
namespace tritloom::e8pFormat {

[[nodiscard]] Result<NumberFormatPtr> parse(std::string_view id);
[[nodiscard]] std::vector<std::string> examples();

} // namespace tritloom::e8pFormat
