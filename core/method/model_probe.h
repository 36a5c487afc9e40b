#pragma once

#include "core/graph/graph.h"
#include "core/method/layer_method.h"

#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace tritloom {

/// Something a layer may become, as transforms, metrics and allocators see it.
struct CandidateInfo {
    std::string format, method; ///< of most layers where they differ, as in a recipe
    double bits = 0; ///< per weight, scales counted, nominal
};

/// What may be asked of an open model on its calibration data: parts of a text, pictures, or, for a network
/// that makes pictures out of noise, what it sees on the way there (a part for every step of every picture).
/// Numbers come from running it; nothing is kept by whoever asks. One caller at a time. Errors of all calls:
/// Cancelled, Unsupported (the model cannot be run), InvalidInput.
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
    [[nodiscard]] virtual std::size_t tokenCount() const = 0; ///< of the calibration text; pictures: of parts

    [[nodiscard]] virtual Result<Tensor> weights(std::size_t layer) = 0; ///< [outputs, inputs], as stored
    /// Any tensor of the model, norms and biases too.
    [[nodiscard]] virtual Result<Tensor> tensor(TensorId id) = 0;
    [[nodiscard]] virtual Result<Tensor> meanSquare(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> mean(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> meanAbsolute(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> maxAbsolute(std::size_t layer) = 0; ///< f32 [inputs]
    [[nodiscard]] virtual Result<Tensor> gram(std::size_t layer) = 0; ///< f32 [inputs, inputs], mean of x x^T

    /// What flows into stage `stage` of the graph on part `chunk` of the data: f32 [tokens, width] of text,
    /// the newest value there of a network on pictures, [1, channels, height, width]. The last is what the
    /// head reads.
    [[nodiscard]] virtual Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) = 0;
    [[nodiscard]] virtual std::size_t chunkCount() const = 0;
    /// The time step that a part of a diffusion model's data belongs to; nullopt for other models.
    [[nodiscard]] virtual std::optional<double> timeStep(std::size_t chunk) const = 0;

    /// Other weights for some layers; all others as stored.
    struct Replaced {
        std::size_t layer = 0;
        Tensor weights; ///< f32 [outputs, inputs]
    };
    struct Losses {
        double negativeLogLikelihood = 0; ///< mean over scored tokens or labelled pictures, nats; else NaN
        double divergence = 0; ///< from the model as stored, mean; as DivergenceMeter has it
        double signalToNoise = std::numeric_limits<double>::quiet_NaN(); ///< of pictures and noise made, dB
    };
    /// On the first `chunks` parts of the data (0: all). Every part goes in as the model as stored saw it.
    [[nodiscard]] virtual Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) = 0;
    /// Mean SSIM of the pictures that the network makes with other weights to those it makes as stored, over
    /// the first `pictures` (0: all). Errors: Unsupported, where no pictures are made.
    [[nodiscard]] virtual Result<double>
    similarity(std::span<const Replaced> replaced, std::size_t pictures) = 0;

    [[nodiscard]] virtual std::span<const CandidateInfo> candidates() const = 0;
    /// The layer as a candidate makes it, for losses() and similarity().
    [[nodiscard]] Result<Replaced> replacedBy(std::size_t layer, std::size_t candidate)
    {
        const LayerFacts& facts = layers()[layer];
        return Replaced{
            layer,
            Tensor::adoptFloats({facts.rows, facts.columns}, TRY(compressed(layer, candidate)).toFloats())};
    }
    /// Bytes of a layer as a candidate.
    [[nodiscard]] virtual std::uint64_t bytes(std::size_t layer, std::size_t candidate) = 0;
    /// The layer as a candidate makes it, decoded: f32 or any other format, [outputs, inputs].
    [[nodiscard]] virtual Result<Tensor> compressed(std::size_t layer, std::size_t candidate) = 0;
    /// The same before it is made one matrix, with the rounding of its inputs where the method does that.
    [[nodiscard]] virtual Result<CompressedLayer> layerAs(std::size_t layer, std::size_t candidate)
    {
        return CompressedLayer(TRY(compressed(layer, candidate)));
    }
};

} // namespace tritloom
