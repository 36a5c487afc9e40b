#pragma once

#include <span>
#include <string>

namespace tritloom {

/// The first three of the broken rules and how many more there are: most are broken in every layer.
[[nodiscard]] std::string oneSentence(std::span<const std::string> problems);

} // namespace tritloom
