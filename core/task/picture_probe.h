#pragma once

#include "core/method/model_probe.h"
#include "core/sensitivity/candidate.h"
#include "core/task/task.h"

namespace tritloom {

/// A network on pictures with its calibration pictures, as transforms, metrics and analyses may ask it.
///
/// Parts are pictures; of a generator they are the steps from noise to picture, sample by sample, each given
/// as the network as stored saw it. One thread.
class PictureProbe final : public ModelProbe {
public:
    /// pass: of its own, nobody else runs it. Generators run their samples once here. Errors: those of the
    /// network.
    [[nodiscard]] static Result<std::unique_ptr<PictureProbe>> create(
        std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
        std::vector<Candidate> candidates, std::stop_token stop);

    std::span<const LayerFacts> layers() const override { return m_facts; }
    const Graph* graph() const override { return &*model().graph; }
    std::size_t tokenCount() const override { return m_parts.size(); }
    std::size_t chunkCount() const override { return m_parts.size(); }
    std::optional<double> timeStep(std::size_t chunk) const override { return m_parts[chunk].time; }
    Result<Tensor> weights(std::size_t layer) override { return tensor(m_facts[layer].tensor); }
    Result<Tensor> tensor(TensorId id) override { return materialise(model().tensor(id)); }
    Result<Tensor> meanSquare(std::size_t layer) override;
    Result<Tensor> meanAbsolute(std::size_t layer) override;
    Result<Tensor> maxAbsolute(std::size_t layer) override;
    Result<Tensor> gram(std::size_t layer) override;
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override;
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override;
    Result<double> similarity(std::span<const Replaced> replaced, std::size_t pictures) override;
    std::span<const CandidateInfo> candidates() const override { return m_infos; }
    std::uint64_t bytes(std::size_t layer, std::size_t candidate) override;
    Result<Tensor> compressed(std::size_t layer, std::size_t candidate) override;

private:
    struct Part {
        std::vector<Tensor> given; ///< the inputs of the network
        Key key;
        std::size_t sample = 0;
        std::optional<double> time;
        Tensor expected; ///< of the network as stored
    };

    PictureProbe(
        std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
        std::vector<Candidate> candidates, std::stop_token stop);
    Result<void> addParts(std::size_t sample);
    [[nodiscard]] const Model& model() const { return m_pass->model(); }
    Result<Statistics::OfLayer> statistics(std::size_t layer, Calibration need);
    Result<void> put(std::span<const Replaced> replaced);

    std::unique_ptr<NetworkPass> m_pass;
    std::vector<PictureSample> m_samples;
    std::vector<TaskOutput> m_made; ///< by sample, as stored
    TaskOptions m_options;
    std::vector<Candidate> m_candidates;
    std::vector<CandidateInfo> m_infos;
    std::vector<LayerFacts> m_facts;
    std::vector<Part> m_parts;
    std::stop_token m_stop;
};

} // namespace tritloom
