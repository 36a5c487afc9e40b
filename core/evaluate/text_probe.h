#pragma once

#include "core/evaluate/compressor_probe.h"

namespace tritloom {

/// A language model on its calibration text, as transforms, metrics and analyses may ask it.
///
/// Runs are kept at the borders between stages, so that other weights in stage n cost the stages from n on.
/// One thread.
class TextProbe final : public CompressorProbe {
public:
    /// memoBytes: for values between stages and the model's own log-probabilities.
    TextProbe(
        std::shared_ptr<Compressor> compressor, std::vector<Chunk> chunks, std::unique_ptr<Executor> executor,
        std::vector<Candidate> candidates, std::size_t memoBytes, std::stop_token stop);

    std::size_t tokenCount() const override;
    std::size_t chunkCount() const override { return m_chunks.size(); }
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override;
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override;
    Result<double> similarity(std::span<const Replaced>, std::size_t) override
    {
        return fail(ErrorCode::Unsupported, "a language model makes no pictures");
    }

private:
    Result<ValueMap> border(std::size_t stage, std::size_t chunk);
    Result<Tensor> logProbabilities(
        ValueMap values, std::size_t stage, const Chunk& chunk, const Executor::WeightsOf& weights);

    std::vector<Chunk> m_chunks;
    std::unique_ptr<Executor> m_executor;
    Memo<ValueMap> m_borders;
    Memo<Tensor> m_logProbabilities;
    std::uint64_t m_replacements = 0; ///< a key of its own for every set of other weights
};

} // namespace tritloom
