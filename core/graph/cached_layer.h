#pragma once

#include "core/graph/layer_replacement.h"

#include <optional>
#include <span>

namespace tritloom {

/// What a layer that only the time step goes into gives, by time step, in place of the layer (BitsFusion,
/// arXiv 2406.04333, section on caching). As nodes of a replacement: Gather of axis 0 with two tensors, the
/// table [times, outputs] in any format and the times [times] in f32. It reads x where the layer itself is
/// gone, and what comes out of the layer where it was kept for other times.
[[nodiscard]] bool isTimeTable(const Node& node);

/// The replacement of a layer by such a table. kept: the matrix [outputs, inputs] for other times.
[[nodiscard]] LayerReplacement
timeTableLayer(Tensor table, std::vector<float> times, std::optional<Tensor> kept, std::size_t inputs);

/// The row for the time step, f32 [1, outputs]; nothing where the layer is none of these, or has to be run.
/// Errors: InvalidInput (a time step that is not in the table, with those that are; no time step at all;
/// tensors that do not fit).
[[nodiscard]] Result<std::optional<Tensor>>
cachedOutput(const LayerReplacement& replacement, std::optional<double> time);

/// A replacement with its first row kept apart: behind its nodes Concat of all rows with the stored one, and
/// Gather that puts it first. tokens: how many rows there are.
[[nodiscard]] LayerReplacement
withStoredFirstRow(LayerReplacement replacement, Tensor row, std::size_t tokens);

} // namespace tritloom
