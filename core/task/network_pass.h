#pragma once

#include "core/base/memo.h"
#include "core/calibrate/stage_keys.h"

namespace tritloom {

/// Whether a product, or a convolution where those count, reads the tensor as its matrix, and nothing else
/// reads it.
[[nodiscard]] bool isMatrix(const Graph& graph, TensorId id, bool convolutionsToo);

/// Outputs of a network on pictures under an allocation, running only what is not already known.
///
/// As ForwardPass does for text: the values between two stages have a key made of everything they depend on.
/// Weights are decoded once per choice, not once per picture. One thread.
class NetworkPass {
public:
    /// memoBytes: for values between stages and for outputs.
    NetworkPass(std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, std::size_t memoBytes);

    enum class Keep { Everything, Nothing }; ///< Nothing: for allocations that nobody will come back to

    /// inputs: as the graph's inputs are, the picture first; key: their identity. Any picture size the network takes.
    /// Errors: Unsupported (no graph), InvalidInput (the size), Cancelled, those of methods.
    [[nodiscard]] Result<Tensor> run(
        std::span<const Tensor> inputs, const Key& key, const Allocation& allocation, Keep keep, std::stop_token stop);

    /// One network of a pipeline; inputs: as GraphPart::inputs. picture: [1, C, H, W] of the whole. Same
    /// errors.
    [[nodiscard]] Result<Tensor> runPart(
        std::size_t part, const Shape& picture, std::span<const Tensor> inputs, const Key& key,
        const Allocation& allocation, Keep keep, std::stop_token stop);

    /// Identity of run()'s result.
    [[nodiscard]] Key keyOf(const Key& inputs, const Allocation& allocation) const;

    /// From now on these tensors ([outputs, inputs], f32) stand in for the model's own, whatever an allocation says
    /// of them. Runs with them must keep nothing.
    void replaceWeights(std::map<TensorId, Tensor> tensors);

    [[nodiscard]] Executor& executor() { return *m_executor; }
    [[nodiscard]] Compressor& compressor() { return *m_compressor; }
    [[nodiscard]] const std::shared_ptr<Compressor>& compressorShared() const { return m_compressor; }
    [[nodiscard]] const Model& model() const { return m_compressor->model(); }
    struct Counters {
        std::size_t stagesRun = 0; ///< for tests: how little was run again
    };
    [[nodiscard]] const Counters& counters() const { return m_counters; }

private:
    Result<Executor::Weights> weights(TensorId id, const Allocation& allocation, std::stop_token stop);
    Result<const Graph*> graphOf(const Shape& picture);

    std::shared_ptr<Compressor> m_compressor;
    std::unique_ptr<Executor> m_executor;
    Memo<ValueMap> m_borders;
    Memo<Tensor> m_outputs;
    std::map<Shape, Graph> m_graphs; ///< by picture size
    std::map<TensorId, Executor::Weights> m_weights; ///< f32, of the last allocation
    std::map<TensorId, Executor::Weights> m_replaced;
    std::uint64_t m_replacements = 0; ///< a key of its own for every set of other weights
    StageKeys m_stageKeys; ///< of *m_compressor
    Counters m_counters;
};

} // namespace tritloom
