#pragma once

#include "core/architecture/model.h"
#include "core/backend/executor.h"

#include "compute/cpu/cpu_backend.h"

#include <map>

/// f32 [tokens, vocabulary] of a language model on the processor, with other weights in place of some
/// tensors.
inline tritloom::Result<tritloom::Tensor> logitsOf(
    const tritloom::Model& model, const std::vector<tritloom::TokenId>& tokens,
    const std::map<tritloom::TensorId, tritloom::CompressedLayer>& others = {})
{
    using namespace tritloom;
    if (!model.graph)
        return fail(ErrorCode::Unsupported, "{}", model.whyNotEvaluated);
    std::vector<std::unique_ptr<Backend>> backends;
    backends.push_back(TRY(makeCpuBackend()));
    backends.push_back(makeReferenceBackend());
    Executor executor(std::move(backends));
    const Graph& graph = *model.graph;
    ValueMap values{{graph.input, Tensor::adoptFloats({tokens.size()}, {tokens.begin(), tokens.end()})}};
    const auto weightsOf = [&](TensorId id) -> Result<Executor::Weights> {
        if (const auto other = others.find(id); other != others.end())
            return Executor::Weights{other->second, keyOf("other", id)};
        return Executor::Weights{TRY(materialise(model.tensor(id))), keyOf("stored", id)};
    };
    TRY_VOID(executor.run(graph, 0, graph.stageCount - 1, values, weightsOf, nullptr, {}));
    return values.at(graph.output);
}
