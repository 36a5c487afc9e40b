#pragma once

#include "core/base/memo.h"
#include "core/calibrate/stage_keys.h"

namespace tritloom {

/// Log-probabilities of a model under an allocation, running only what is not already known.
///
/// There are no dirty flags. The values between two stages have a key made of everything they depend on:
/// a changed layer changes the keys after it, an undone change finds its old keys again. One thread.
class ForwardPass {
public:
    /// memoBytes: for values between stages and for log-probabilities.
    ForwardPass(std::shared_ptr<Compressor> compressor, std::unique_ptr<Executor> executor, std::size_t memoBytes);

    enum class Keep { Everything, Nothing }; ///< Nothing: for allocations that nobody will come back to

    /// f32 [scored positions, vocabulary]. methods: what stops them, where it is not what stops the rest.
    /// Errors: Unsupported (no graph), Cancelled, those of methods.
    [[nodiscard]] Result<Tensor> logProbabilities(
        const Chunk& chunk, const Allocation& allocation, Keep keep, std::stop_token stop,
        std::optional<std::stop_token> methods = {});

    /// Identity of logProbabilities()'s result.
    [[nodiscard]] Key keyOf(const Chunk& chunk, const Allocation& allocation) const;

    [[nodiscard]] Executor& executor() { return *m_executor; }
    [[nodiscard]] Compressor& compressor() { return *m_compressor; }
    [[nodiscard]] const Model& model() const { return m_compressor->model(); }
    struct Counters {
        std::size_t stagesRun = 0; ///< for tests: how little was run again
    };
    [[nodiscard]] const Counters& counters() const { return m_counters; }

private:
    Result<Executor::Weights> weights(TensorId id, const Allocation& allocation, std::stop_token stop);

    std::shared_ptr<Compressor> m_compressor;
    std::unique_ptr<Executor> m_executor;
    Memo<ValueMap> m_borders;
    Memo<Tensor> m_logProbabilities;
    StageKeys m_stageKeys; ///< of *m_compressor
    Counters m_counters;
};

} // namespace tritloom
