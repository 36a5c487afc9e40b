#pragma once

#include "core/evaluate/forward_pass.h"

#include <functional>

namespace tritloom {

/// Which loss is looked into: the scored positions of these chunks, each predicting the token after it. One
/// chunk with one scored position asks about one token.
struct BlameQuestion {
    std::vector<Chunk> chunks;
    enum class Measure {
        Loss, ///< negative log-likelihood of the tokens that follow, nats: what the text says
        Divergence ///< KL divergence from the model as stored, nats: never negative, less noise
    } measure = Measure::Loss;
    /// Groups are split until the layers found have this share of what was found and what was not split.
    double share = 0.8;
    std::size_t evaluationLimit = 0; ///< runs of the model; 0: four a layer, at most 256
};

/// Layers and what taking them back as they are stored, all others compressed, wins.
struct BlamedGroup {
    std::vector<LayerId> layers; ///< in the order in which the model runs them
    double gain = 0; ///< nats per scored position; negative: compressed, they do good here
};

/// What bisection found. Gains of layers do not add up to the difference: what one layer spoils another may
/// hide or double. `unexplained()` says by how much.
struct Blame {
    Allocation allocation;
    double original = 0, compressed = 0; ///< the measure per scored position
    std::vector<BlamedGroup> layers; ///< single layers, largest gain (by magnitude) first
    std::vector<BlamedGroup> rest; ///< groups that were not split, because they win little as a whole
    double together = 0; ///< what taking back all of `layers` at once wins
    std::size_t evaluations = 0; ///< runs over all chunks
    std::size_t positions = 0; ///< scored
    bool isComplete = true; ///< false: the limit came first

    [[nodiscard]] double difference() const { return compressed - original; }
    /// The part of the difference that no layer and no group wins alone.
    [[nodiscard]] double unexplained() const;
};

using OnBlame =
    std::function<void(const Blame&, double fraction)>; ///< after every split, as far as it is known

/// Finds the layers that carry the difference between the model as stored and as compressed, by bisection: a
/// group is taken back as a whole, and the one that wins most is halved. Stages before the first layer taken
/// back are not run again. One thread, the pass's. Errors: Unsupported, Cancelled, InvalidInput (nothing is
/// compressed, a position without finite loss), those of methods.
[[nodiscard]] Result<Blame> blame(
    ForwardPass& pass, const Allocation& allocation, const BlameQuestion& question, std::stop_token stop,
    const OnBlame& onSplit = {});

/// The question about token `index` of a text: its tokens up to there, as many as the context holds, BOS in
/// front where the model wants one. Errors: InvalidInput (no such token, or nothing before it).
[[nodiscard]] Result<Chunk> chunkBefore(
    const Tokenizer& tokenizer, std::span<const TokenId> tokens, std::size_t index, std::size_t context);

} // namespace tritloom
