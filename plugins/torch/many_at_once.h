#pragma once

#include "core/graph/graph.h"

#include <optional>
#include <span>

namespace tritloom {

// From so many pictures on LibTorch takes oneDNN's convolutions, which are an order faster than its own.
constexpr std::size_t picturesAtOnce = 16;

/// The graph for n pictures at once where it is for one; nullopt where a node mixes what lies along the first
/// dimension, or might.
[[nodiscard]] std::optional<Graph> graphForMany(const Graph& graph, std::size_t n);

/// f32 tensors of one shape behind each other along the first dimension.
[[nodiscard]] Tensor stacked(std::span<const Tensor* const> tensors);

/// The largest difference between them, as a share of the largest number in `expected`; infinity where sizes
/// or numbers make no sense. Both f32.
[[nodiscard]] double farthestApart(const Tensor& expected, const Tensor& actual);

/// What two ways to compute the same may differ by as farthestApart() has it: a device may compute in half
/// precision; another function differs by more.
constexpr double sameWithin = 0.02;

} // namespace tritloom
