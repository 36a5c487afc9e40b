#pragma once

#include "core/calibrate/compressor.h"
#include "core/method/model_probe.h"
#include "core/sensitivity/candidate.h"

namespace tritloom {

/// What a compressor knows of its model, as transforms may ask it: graph, tensors, candidates, and the
/// statistics of its calibration where there are some. What it would have to run is Unsupported. One thread.
class CompressorProbe : public ModelProbe {
public:
    CompressorProbe(
        std::shared_ptr<Compressor> compressor, std::vector<Candidate> candidates, std::stop_token stop,
        std::string whyNoStatistics = "there are no calibration pictures");

    std::span<const LayerFacts> layers() const override { return m_facts; }
    const Graph* graph() const override;
    std::size_t tokenCount() const override { return 0; }
    std::size_t chunkCount() const override { return 0; }
    Result<Tensor> weights(std::size_t layer) override { return tensor(m_facts[layer].tensor); }
    Result<Tensor> tensor(TensorId id) override;
    Result<Tensor> meanSquare(std::size_t layer) override;
    Result<Tensor> mean(std::size_t layer) override;
    Result<Tensor> meanAbsolute(std::size_t layer) override;
    Result<Tensor> maxAbsolute(std::size_t layer) override;
    Result<Tensor> gram(std::size_t layer) override;
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override;
    std::optional<double> timeStep(std::size_t) const override { return std::nullopt; }
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override;
    Result<double> similarity(std::span<const Replaced> replaced, std::size_t pictures) override;
    std::span<const CandidateInfo> candidates() const override { return m_infos; }
    std::uint64_t bytes(std::size_t layer, std::size_t candidate) override;
    Result<Tensor> compressed(std::size_t layer, std::size_t candidate) override;
    Result<CompressedLayer> layerAs(std::size_t layer, std::size_t candidate) override;

protected:
    [[nodiscard]] const Model& model() const { return m_compressor->model(); }
    [[nodiscard]] const std::stop_token& stop() const { return m_stop; }
    [[nodiscard]] LayerChoice choice(std::size_t layer, std::size_t candidate) const
    {
        return choiceFor(model().layers[layer], m_candidates[candidate]);
    }
    /// A tensor of the model, as an executor asks for it.
    [[nodiscard]] Result<Executor::Weights> stored(TensorId id) const;
    /// Errors: InvalidInput (another size than the layer's).
    [[nodiscard]] Result<std::map<TensorId, Tensor>> byTensor(std::span<const Replaced> replaced) const;

private:
    Result<Statistics::OfLayer> statistics(std::size_t layer, Calibration need);

    std::shared_ptr<Compressor> m_compressor;
    std::vector<Candidate> m_candidates;
    std::vector<CandidateInfo> m_infos;
    std::vector<LayerFacts> m_facts;
    std::stop_token m_stop;
    std::string m_whyNoStatistics;
};

} // namespace tritloom
