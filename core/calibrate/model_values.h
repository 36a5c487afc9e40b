#pragma once

#include "core/calibrate/compressor.h"

namespace tritloom {

/// A tensor of the model as an executor asks for it, with the key that a device keeps it by. Errors: those of
/// storedLayer().
[[nodiscard]] Result<Executor::Weights> storedWeights(const Model& model, TensorId id);
/// The same under an allocation. layer: the one that the tensor belongs to, if any. Errors: those of
/// Compressor::compress() too.
[[nodiscard]] Result<Executor::Weights> weightsUnder(
    Compressor& compressor, TensorId id, std::optional<LayerId> layer, const Allocation& allocation,
    std::stop_token stop);

/// Token ids as the input of a graph, [tokens].
[[nodiscard]] Tensor asValues(std::span<const TokenId> tokens);
/// How many places of a chunk are scored: each by the token that comes after it.
[[nodiscard]] std::size_t scoredCount(const Chunk& chunk);
/// The tokens that the scored places are to predict, [scoredCount()].
[[nodiscard]] Tensor scoredTokens(const Chunk& chunk);
/// Rows [first, first + count) of a matrix, f32.
[[nodiscard]] Tensor rowsOf(const Tensor& matrix, std::size_t first, std::size_t count);

} // namespace tritloom
