#pragma once

#include "core/backend/executor.h"
#include "core/calibrate/chunks.h"

namespace tritloom {

/// Runs the last stage of a language model on the scored tokens. It works token by token, so it takes some at
/// a time: logits of all of them are as large as a small model. values: what is live before that stage, a row
/// a token. -> f32 [scored positions, vocabulary]. Errors: those of Executor::run().
[[nodiscard]] Result<Tensor> scoredLogProbabilities(
    Executor& executor, const Graph& graph, const ValueMap& values, const Chunk& chunk,
    const Executor::WeightsOf& weightsOf, std::stop_token stop);

} // namespace tritloom
