#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tritloom {

/// shape / (2 scale Gamma(1 / shape)) exp(-(|x| / scale)^shape)
struct GeneralisedGaussian {
    double shape = 2, scale = 1;
};

/// E[x^2] / (E|x|)^2 of that density; falls with the shape.
[[nodiscard]] double momentRatio(double shape);
/// The density with these moments. shape: 0.1 .. 3.
[[nodiscard]] GeneralisedGaussian fitMoments(double meanAbsolute, double meanSquare);

/// How many of `total` weights go to each level -most .. most, by the largest remainders. target: normalised
/// over these levels.
[[nodiscard]] std::vector<std::uint64_t>
targetCounts(const GeneralisedGaussian& target, std::int64_t most, std::uint64_t total);

/// counts: weights at each level -most .. most as they are, target likewise with the same sum. For each level
/// the first and following target levels with how many weights go there, in ascending order: monotone.
struct Move {
    std::int64_t to;
    std::uint64_t count;
};
[[nodiscard]] std::vector<std::vector<Move>>
monotoneMoves(std::span<const std::uint64_t> counts, std::span<const std::uint64_t> target);

} // namespace tritloom
