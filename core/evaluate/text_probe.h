#pragma once

#include "core/calibrate/compressor.h"
#include "core/method/model_probe.h"
#include "core/sensitivity/candidate.h"

namespace tritloom {

/// A language model on its calibration text, as transforms, metrics and analyses may ask it.
///
/// Runs are kept at the borders between stages, so that other weights in stage n cost the stages from n on.
/// One thread.
class TextProbe final : public ModelProbe {
public:
    /// memoBytes: for values between stages and the model's own log-probabilities.
    TextProbe(
        std::shared_ptr<Compressor> compressor, std::vector<Chunk> chunks, std::unique_ptr<Executor> executor,
        std::vector<Candidate> candidates, std::size_t memoBytes, std::stop_token stop);

    std::span<const LayerFacts> layers() const override { return m_facts; }
    const Graph* graph() const override;
    std::size_t tokenCount() const override;
    std::size_t chunkCount() const override { return m_chunks.size(); }
    std::optional<double> timeStep(std::size_t) const override { return std::nullopt; }
    Result<Tensor> weights(std::size_t layer) override;
    Result<Tensor> tensor(TensorId id) override;
    Result<Tensor> meanSquare(std::size_t layer) override;
    Result<Tensor> meanAbsolute(std::size_t layer) override;
    Result<Tensor> maxAbsolute(std::size_t layer) override;
    Result<Tensor> gram(std::size_t layer) override;
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override;
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override;
    Result<double> similarity(std::span<const Replaced>, std::size_t) override
    {
        return fail(ErrorCode::Unsupported, "a language model makes no pictures");
    }
    std::span<const CandidateInfo> candidates() const override { return m_infos; }
    std::uint64_t bytes(std::size_t layer, std::size_t candidate) override;
    Result<Tensor> compressed(std::size_t layer, std::size_t candidate) override;

private:
    const Model& model() const { return m_compressor->model(); }
    Result<Statistics::OfLayer> statistics(std::size_t layer, Calibration need);
    Result<ValueMap> border(std::size_t stage, std::size_t chunk);
    Result<Tensor> logProbabilities(
        ValueMap values, std::size_t stage, const Chunk& chunk, const Executor::WeightsOf& weights);
    Result<Executor::Weights> stored(TensorId id) const;

    std::shared_ptr<Compressor> m_compressor;
    std::vector<Chunk> m_chunks;
    std::unique_ptr<Executor> m_executor;
    std::vector<Candidate> m_candidates;
    std::vector<CandidateInfo> m_infos;
    std::vector<LayerFacts> m_facts;
    std::stop_token m_stop;
    Memo<ValueMap> m_borders;
    Memo<Tensor> m_logProbabilities;
    std::uint64_t m_replacements = 0; ///< a key of its own for every set of other weights
};

} // namespace tritloom
