#pragma once

#include "core/graph/graph.h"
#include "core/method/layer_method.h"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tritloom {

/// Something a layer may become, as transforms, metrics and allocators see it.
struct CandidateInfo {
    std::string format, method;
    double bits = 0; ///< per weight, scales counted, nominal
};

/// What may be asked of an open model on its calibration text. Numbers come from running it; nothing is kept
/// by whoever asks. One caller at a time. Errors of all calls: Cancelled, Unsupported (the model cannot be
/// run), InvalidInput.
class ModelProbe {
public:
    struct LayerFacts {
        std::string name; ///< "blk.3.attn_q.weight"
        std::string role; ///< "attn_q"; the name where the architecture is unknown
        std::optional<std::size_t> block; ///< 3; none for embeddings and the head
        TensorId tensor{};
        std::size_t rows = 0, columns = 0; ///< outputs, inputs
        int fusedSet = -1; ///< as Layer::fusedSet
        [[nodiscard]] std::size_t parameters() const { return rows * columns; }
    };

    virtual ~ModelProbe() = default;
    [[nodiscard]] virtual std::span<const LayerFacts> layers() const = 0;
    [[nodiscard]] virtual const Graph* graph() const = 0; ///< null: the model cannot be run
    [[nodiscard]] virtual std::size_t tokenCount() const = 0; ///< of the calibration text

    [[nodiscard]] virtual Result<Tensor> weights(std::size_t layer) = 0; ///< [outputs, inputs], as stored
    /// Any tensor of the model, norms and biases too.
    [[nodiscard]] virtual Result<Tensor> tensor(TensorId id) = 0;
    [[nodiscard]] virtual Result<Tensor> meanSquare(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> meanAbsolute(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> maxAbsolute(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> gram(std::size_t layer) = 0; ///< f32 [inputs, inputs], mean of x x^T

    /// What flows into stage `stage` of the graph on part `chunk` of the text: f32 [tokens, width]. The last
    /// is what the head reads.
    [[nodiscard]] virtual Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) = 0;
    [[nodiscard]] virtual std::size_t chunkCount() const = 0;

    /// Other weights for some layers; all others as stored.
    struct Replaced {
        std::size_t layer = 0;
        Tensor weights; ///< f32 [outputs, inputs]
    };
    struct Losses {
        double negativeLogLikelihood = 0; ///< mean over scored tokens, nats
        double divergence = 0; ///< mean KL divergence from the model as stored, nats
    };
    /// On the first `chunks` parts of the text (0: all).
    [[nodiscard]] virtual Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) = 0;

    [[nodiscard]] virtual std::span<const CandidateInfo> candidates() const = 0;
    /// Bytes of a layer as a candidate.
    [[nodiscard]] virtual std::uint64_t bytes(std::size_t layer, std::size_t candidate) = 0;
    /// The layer as a candidate makes it, decoded: f32 or any other format, [outputs, inputs].
    [[nodiscard]] virtual Result<Tensor> compressed(std::size_t layer, std::size_t candidate) = 0;
};

} // namespace tritloom
