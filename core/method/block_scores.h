#pragma once

#include "core/method/sensitivity_metric.h"

namespace tritloom {

/// The layers of each block, in order; layers outside blocks (embedding, head) are in none.
[[nodiscard]] std::map<std::size_t, std::vector<std::size_t>> layersOfBlocks(const ModelProbe& probe);

/// Scores for a metric that knows blocks only. importance: by block, any scale; it is mapped to 1..2 by rank,
/// and a format costs that x weights x 4^-bits, so that at equal bits the less important blocks are lowered
/// first. Layers outside blocks count as the most important. perLayer carries the importance itself.
[[nodiscard]] MetricScores
scoresOfBlocks(ModelProbe& probe, const std::map<std::size_t, double>& importance, std::string title);

} // namespace tritloom
