#pragma once

#include "core/method/model_probe.h"
#include "plugins/torch/gradients.h"

namespace tritloom {

/// What biases are tuned on: the parts of the calibration data with the logits that the model as stored makes
/// of them. Pictures of one size are run many at a time where the graph allows it. Immutable, shared between
/// threads.
class TuningData {
public:
    /// How far logits are from those of the model as stored.
    enum class Distance {
        Divergence, ///< KL of the probabilities, nats
        Squares, ///< mean of the squared differences over the classes
    };
    /// Opens the engine of gradients after all that can be refused without it. Errors: Unsupported (no graph,
    /// several networks, an output that is no logits, no data), those of the probe and of the engine.
    [[nodiscard]] static Result<TuningData>
    gather(ModelProbe& probe, const MethodContext& context, Distance distance = Distance::Divergence);

    [[nodiscard]] std::size_t parts() const { return m_parts.size(); }
    [[nodiscard]] std::size_t rows() const; ///< of logits: pictures, places in texts
    [[nodiscard]] const TensorMap& tensors() const { return m_tensors; } ///< all that the graph reads, f32
    /// What a tensor is from now on; the logits to come near to stay. values: as many as it has.
    void replace(TensorId id, std::vector<float> values);
    [[nodiscard]] bool runsManyAtOnce() const { return m_runsManyAtOnce; }

    struct Descent {
        double divergence = 0; ///< mean over the logits' rows, in the unit of the distance
        std::map<TensorId, std::vector<double>> slopes; ///< of that mean; empty where nothing was wanted
    };
    /// On some parts, with some other tensors. The same for any number of threads.
    /// Errors: Unsupported, InvalidInput, Cancelled.
    [[nodiscard]] Result<Descent> descend(
        std::span<const std::size_t> parts, const TensorMap& replaced, const std::set<TensorId>& wanted,
        const std::stop_token& stop) const;

private:
    struct Part {
        std::map<ValueId, Tensor> inputs;
        Tensor logits; ///< as stored, [rows, classes]
    };
    TuningData() = default;
    Result<void> gatherPictures(ModelProbe& probe, const MethodContext& context);
    Result<void> gatherText(ModelProbe& probe, const MethodContext& context);
    Result<Descent> descendTogether(
        std::span<const std::size_t> parts, const TensorMap& replaced, const std::set<TensorId>& wanted,
        const std::stop_token& stop) const;
    Result<void> checkAgainstProbe(const std::stop_token& stop);
    Result<Tensor> tensorOf(TensorId id, const TensorMap& replaced) const;

    const GradientEngine* m_engine = nullptr;
    Graph m_graph;
    ValueId m_logits{};
    std::vector<Part> m_parts;
    TensorMap m_tensors;
    Distance m_distance = Distance::Divergence;
    std::size_t m_valueBytes = 0; ///< of all values on the way of one picture
    bool m_runsManyAtOnce = false;
};

} // namespace tritloom
