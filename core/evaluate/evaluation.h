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

/// Numbers that come one by one. A value.
class RunningMean {
public:
    void add(double value);
    [[nodiscard]] std::size_t count() const { return m_count; }
    [[nodiscard]] Measured mean() const; ///< error: sqrt(variance / (count - 1)); 0 of fewer than two
    /// The mean of numbers from 0 to 1: how often something holds. Where it always or never did, nothing
    /// spreads and yet the share is not known exactly. Error: half of Wilson's score interval at one standard
    /// deviation, sqrt(variance / n + 1 / (4 n^2)) / (1 + 1 / n) (E. B. Wilson, JASA 22, 1927, p. 209).
    [[nodiscard]] Measured share() const;

private:
    [[nodiscard]] double variance() const;
    double m_sum = 0, m_squares = 0;
    std::size_t m_count = 0;
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
[[nodiscard]] RunningMean
meanOf(std::span<const PositionValues> chunks, std::vector<float> PositionValues::*field);

} // namespace tritloom
