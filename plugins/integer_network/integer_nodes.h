#pragma once

#include "plugins/integer_network/integer_plan.h"

namespace tritloom {

[[nodiscard]] bool isProduct(const Node& node); ///< with stored weights
[[nodiscard]] bool isRectifier(const Node& node); ///< negative numbers to 0, perhaps large ones to a bound
[[nodiscard]] bool isSum(const Node& node);
/// Whether the mean over all of each map is taken. shape: of what it reads.
[[nodiscard]] bool isGlobalMean(const Node& node, const Shape& shape);

/// The taps of the windows of a convolution or pool. Errors: those of windowOf().
[[nodiscard]] Result<TapTable> tapTable(const Op& op, const Shape& input);

/// From where each element of a slice, pad, transposition or reshape comes; -1: a zero. Empty: another op.
[[nodiscard]] std::vector<std::int64_t> placesOf(const Op& op, const Shape& from, const Shape& to);

} // namespace tritloom
