#pragma once

#include <span>
#include <string>
#include <string_view>

namespace tritloom {

/// The one of the known words that was probably meant; "" where none is near: letters that are wrong,
/// missing, too many or swapped are counted, a third of them at most. Capitals do not matter.
[[nodiscard]] std::string nearestWord(std::string_view word, std::span<const std::string> known);
/// "; did you mean 'q4_k'?", or `otherwise` where no known word is near.
[[nodiscard]] std::string
didYouMean(std::string_view word, std::span<const std::string> known, std::string_view otherwise = "");
/// The same over the ids of all number formats, groups of a whole row among them.
[[nodiscard]] std::string didYouMeanFormat(std::string_view id, std::string_view otherwise = "");

} // namespace tritloom
