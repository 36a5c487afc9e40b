#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

/// Channels sorted into groups whose scales are powers of two apart, for the axis that a product sums over
/// (ShiftQuant, arXiv 2411.10948): group g holds largest / 2^(g + 1) < range <= largest / 2^g, the last group
/// everything below, the first everything above. ranges: the largest magnitude of each channel, >= 0; count:
/// groups, at least 1. By exponent bits, so that exact powers of two fall where they belong.
[[nodiscard]] std::vector<std::uint8_t>
shiftGroups(std::span<const float> ranges, float largest, std::size_t count);

/// sum over groups of (channels in it) * (largest range that its scale holds)^2: what rounding to a number of
/// levels leaves is in proportion to it. The scale of group g holds largest / 2^g.
[[nodiscard]] double shiftCost(std::span<const float> ranges, float largest, std::size_t count);

/// The least such sum over all ways to cut the sorted ranges into `count` runs with a scale of their own,
/// which holds the largest range of its run. O(count n^2).
[[nodiscard]] double bestContiguousCost(std::span<const float> ranges, std::size_t count);

} // namespace tritloom
