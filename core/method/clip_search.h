#pragma once

#include <span>

namespace tritloom {

/// Where values are clipped so that little is lost on a table of levels.
struct LevelClip {
    float largest = 0; ///< the value that the highest level stands for
    double error = 0; ///< sum of squared errors there
};

/// Tries the largest magnitude times 1, 0.99, ... 0.1 for the highest level and keeps what leaves the least
/// squared error (arXiv 2408.06995: the bias of a small float is a real number). levels: ascending, around 0,
/// at least two.
[[nodiscard]] LevelClip bestLevelClip(std::span<const float> values, std::span<const float> levels);

/// The place of the level nearest to `value`; of two at the same distance the higher.
[[nodiscard]] std::size_t nearestLevel(std::span<const float> levels, float value);

} // namespace tritloom
