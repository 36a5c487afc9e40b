#include "core/calibrate/model_values.h"

namespace tritloom {

Result<Executor::Weights> storedWeights(const Model& model, TensorId id)
{
    return Executor::Weights{TRY(storedLayer(model.tensor(id))), keyOf("stored", model.key, id)};
}

Result<Executor::Weights> weightsUnder(
    Compressor& compressor, TensorId id, std::optional<LayerId> layer, const Allocation& allocation,
    std::stop_token stop)
{
    if (!layer)
        return storedWeights(compressor.model(), id);
    const LayerChoice& choice = allocation[*layer];
    return Executor::Weights{
        TRY(compressor.compress(*layer, choice, std::move(stop))), compressor.keyOfChoice(*layer, choice)};
}

Tensor asValues(std::span<const TokenId> tokens)
{
    return Tensor::adoptFloats({tokens.size()}, {tokens.begin(), tokens.end()});
}

std::size_t scoredCount(const Chunk& chunk)
{
    return chunk.tokens.size() - 1 - chunk.firstScored;
}

Tensor scoredTokens(const Chunk& chunk)
{
    return asValues(std::span(chunk.tokens).last(scoredCount(chunk)));
}

Tensor rowsOf(const Tensor& matrix, std::size_t first, std::size_t count)
{
    const std::size_t columns = matrix.type().columns();
    return Tensor::fromFloats({count, columns}, matrix.floats().subspan(first * columns, count * columns));
}

} // namespace tritloom
