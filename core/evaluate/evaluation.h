#pragma once

#include "core/allocate/allocation.h"

#include <chrono>
#include <span>
#include <vector>

namespace tritloom {

/// A number and how far it can be trusted: the standard error of its mean over the scored positions.
struct Measured {
    double value = 0, standardError = 0;
    friend bool operator==(const Measured&, const Measured&) = default;
};

/// What one chunk told, position by position; all vectors have one entry per scored position.
/// Positions are the same for every allocation, so differences are paired.
struct PositionValues {
    std::vector<float> negativeLogLikelihood; ///< nats, of the token that follows
    std::vector<float> referenceLikelihood; ///< the same of the reference, negative log, nats
    std::vector<float> divergence; ///< KL(reference || model), nats
    std::vector<float> agrees; ///< 1 where the most likely token is the reference's
};

/// How good an allocation is on a text. A value; says itself what it measured and how much of it.
struct Evaluation {
    Allocation allocation;
    std::size_t chunksDone = 0, chunksTotal = 0, tokens = 0; ///< tokens: scored positions
    Measured perplexity; ///< standard error as llama.cpp prints it
    Measured referencePerplexity; ///< of the uncompressed model on the same positions
    Measured kl; ///< nats per token
    Measured topTokenAgreement; ///< fraction
    std::chrono::milliseconds elapsed{};

    [[nodiscard]] bool isComplete() const { return chunksDone == chunksTotal; }
};

/// llm-forward, sections 4A and 5. Any of the spans may be short of the others; only what is there counts.
[[nodiscard]] Measured perplexityOf(
    std::span<const PositionValues> chunks,
    std::vector<float> PositionValues::*field = &PositionValues::negativeLogLikelihood);
[[nodiscard]] Measured meanOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field);

} // namespace tritloom
