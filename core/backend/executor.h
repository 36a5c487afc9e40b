#pragma once

#include "core/backend/backend.h"
#include "core/base/key.h"
#include "core/graph/layer_replacement.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace tritloom {

/// Keys and values of the tokens seen so far, one pair per attention node: in host memory, or where a device
/// with memory of its own made them. f32 [tokens, kvHeads * d] each. Executor::run() appends; whoever ran all
/// stages adds to `tokens`. Belongs to one executor from the first run on.
struct SequenceState {
    /// One of the two is used.
    struct Rows {
        std::shared_ptr<std::vector<float>> host =
            std::make_shared<std::vector<float>>(); // shared with the tensor of the step that reads it
        std::size_t backend = 0;
        DeviceTensor device; ///< its storage is null where the rows are in host memory
    };
    struct Attention {
        Rows keys, values;
    };
    std::map<std::size_t, Attention> attentions; ///< by node index
    std::size_t tokens = 0; ///< seen before this step: the position of its first token
};

/// Values by id, on the way through a graph. f32 in host memory.
using ValueMap = std::map<ValueId, Tensor>;

/// Runs parts of a graph, each op on the first backend that supports it. One caller at a time.
///
/// Where a device with memory of its own has no room for an op, the next backend does it. A device that is
/// lost is not used again: the stages are run anew on the others.
class Executor {
public:
    /// The weights of a node, already in the form to compute with. key: changes when the bytes change.
    /// Where a replacement stands in for a matrix, Linear runs its graph, convolutions round their input by
    /// its fixed ranges if it has such, and read it as one matrix, as other ops do.
    struct Weights {
        CompressedLayer layer;
        Key key;
    };
    using WeightsOf = std::function<Result<Weights>(TensorId)>;

    /// backends: best first; the last must support everything (the reference).
    explicit Executor(std::vector<std::unique_ptr<Backend>> backends);

    /// Runs the nodes of stages [first, last] on `values`, which must hold what they read, and leaves there
    /// what is live after `last`. state: null for whole sequences from position 0.
    /// Errors: those of the backends and of weightsOf; Cancelled; DeviceLost where a device was lost with the
    /// rows of `state`.
    [[nodiscard]] Result<void>
    run(const Graph& graph, std::size_t first, std::size_t last, ValueMap& values, const WeightsOf& weightsOf,
        SequenceState* state, std::stop_token stop);

    /// One op outside a graph, e.g. LogSoftmax of the logits.
    [[nodiscard]] Result<Tensor> run(const Op& op, std::span<const Tensor> inputs, std::stop_token stop);

    /// Called with what the rows of the weights of every Linear and convolution node are multiplied with
    /// ([rows, columns]; see windowColumns()) while run() works; for calibration. Empty: nobody listens.
    std::function<void(const Node&, const Tensor& input)> onLinearInput;

    /// The same, but the value as it flows: [rows, columns] or [N, C, ...].
    std::function<void(const Node&, const Tensor& input)> onLayerInput;

    /// Called once for each backend that had no room for something, and for each that was lost.
    std::function<void(const Error&)> onFallback;

    [[nodiscard]] std::string backendNames() const; ///< of those not lost

    /// Whether layers that round their input by one fixed range are multiplied in whole numbers where the
    /// first backend can do so (RangedProducts); else the rounded input is multiplied as floats are.
    bool multipliesWholeNumbers = true;
    /// Layers that the last run() of their stage multiplied in whole numbers.
    [[nodiscard]] const std::set<TensorId>& wholeNumberLayers() const { return m_wholeNumberLayers; }

private:
    /// A value between nodes: where it was made.
    struct Flowing {
        std::size_t backend = 0;
        DeviceTensor device;
    };
    /// A stored tensor that an op reads; `tensor` is called only when its device does not hold it yet.
    struct Stored {
        TensorId id{};
        std::size_t part = 0; ///< of a replacement; 0 for a plain matrix
        Key key;
        TensorType type;
        std::function<Result<Tensor>()> tensor;
    };
    struct Uploaded {
        Key key;
        DeviceTensor tensor;
    };
    static Stored storedMatrix(TensorId id, const Weights& weights);
    std::size_t backendFor(const Op& op, std::span<const TensorType> types) const;
    bool canHave(std::size_t backend, const Op& op, std::span<const TensorType> types) const;
    Result<DeviceTensor> upload(std::size_t backend, const Stored& stored);
    Result<Tensor> onHost(const Flowing& value);
    Result<void> runStages(
        const Graph& graph, std::size_t first, std::size_t last, ValueMap& values, const WeightsOf& weightsOf,
        SequenceState* state, std::stop_token stop);
    /// Rows so far with those of this step behind them.
    Result<Flowing> extended(SequenceState::Rows& seen, const Flowing& now, std::stop_token stop);
    Result<Flowing> applyOn(
        std::size_t backend, const Op& op, std::span<const Flowing> inputs, std::span<const Stored> stored,
        std::span<const Tensor> literals, std::stop_token stop);
    Result<Flowing> apply(
        const Op& op, std::span<const Flowing> inputs, std::span<const Stored> stored,
        std::span<const Tensor> literals, std::stop_token stop);
    /// One node of a replacement.
    Result<Flowing> applyPart(
        TensorId id, const Weights& weights, const Node& node, const Op& op, std::span<const Flowing> inputs,
        std::stop_token stop);
    /// The nodes of a replacement from `first` on; input: what goes into that one. name: of the layer.
    Result<Flowing> replace(
        const Node& layer, const Weights& weights, std::size_t first, const Flowing& input,
        std::optional<double> time, std::stop_token stop);
    /// What goes into a convolution whose replacement rounds it by fixed ranges; the input itself for others.
    Result<Flowing> rounded(
        TensorId id, const Weights& weights, const Flowing& input, std::optional<double> time,
        std::stop_token stop);

    /// The product of a layer with a fixed range in whole numbers; nothing where it is not of that kind or
    /// nobody can.
    Result<std::optional<Flowing>> ranged(
        const Node& node, std::span<const Weights> weights, const Flowing& input, std::optional<double> time,
        std::stop_token stop);

    struct Health {
        bool isLost = false, wasFull = false;
    };
    /// The result, after a note of a loss that it tells of.
    template <typename T>
    Result<T> watched(std::size_t backend, Result<T> result)
    {
        if (!result && result.error().code == ErrorCode::DeviceLost)
            m_health[backend].isLost = true;
        return result;
    }

    std::vector<std::unique_ptr<Backend>> m_backends;
    std::set<TensorId> m_wholeNumberLayers;
    std::vector<Health> m_health; ///< of m_backends
    /// What devices already hold, by tensor, backend and part.
    std::map<std::tuple<TensorId, std::size_t, std::size_t>, Uploaded> m_uploaded;
};

} // namespace tritloom
