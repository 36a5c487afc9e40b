#pragma once

#include "core/evaluate/compressor_probe.h"
#include "core/method/network_probe.h"
#include "core/task/task.h"

namespace tritloom {

/// A network on pictures with its calibration pictures, as transforms, metrics and analyses may ask it.
///
/// Parts are pictures; of a generator they are the steps from noise to picture, sample by sample, each given
/// as the network as stored saw it. Of a pipeline the runs of its other networks follow behind all steps:
/// prompts, latents to decode. One thread.
class PictureProbe final : public CompressorProbe, public NetworkProbe {
public:
    /// pass: of its own, nobody else runs it. Generators run their samples once here. Errors: those of the
    /// network.
    [[nodiscard]] static Result<std::unique_ptr<PictureProbe>> create(
        std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
        std::vector<Candidate> candidates, std::stop_token stop);

    std::size_t tokenCount() const override { return m_parts.size(); }
    std::size_t chunkCount() const override { return m_parts.size(); }
    std::optional<double> timeStep(std::size_t chunk) const override { return m_parts[chunk].time; }
    Result<Tensor> stageInput(std::size_t stage, std::size_t chunk) override;
    Result<Losses> losses(std::span<const Replaced> replaced, std::size_t chunks) override;
    Result<double> similarity(std::span<const Replaced> replaced, std::size_t pictures) override;

    Result<Values> values(std::size_t chunk) override;
    Result<Quality> qualityAs(std::span<const std::size_t> candidates, std::size_t samples) override;
    std::size_t sampleCount() const override { return m_samples.size(); }
    Result<Bytes> given(std::size_t sample) override;
    Result<Bytes> madeAs(std::span<const std::size_t> candidates, std::size_t sample) override;

private:
    struct Part {
        std::vector<Tensor> given; ///< the inputs of the network
        Key key;
        std::size_t sample = 0;
        std::size_t network = 0; ///< part of the graph
        std::optional<double> time;
        Tensor expected; ///< of the network as stored
    };

    PictureProbe(
        std::unique_ptr<NetworkPass> pass, std::vector<PictureSample> samples, TaskOptions options,
        std::vector<Candidate> candidates, std::stop_token stop);
    Result<void> addParts(std::size_t sample, std::vector<Part>& behind);
    [[nodiscard]] Shape pictureOf(const Part& part) const;
    Result<Graph> graphOf(const Part& part, ValueMap& inputs) const;
    Allocation allocationOf(std::span<const std::size_t> candidates) const;
    Result<TaskOutput> made(const Allocation& allocation, std::size_t sample);

    std::unique_ptr<NetworkPass> m_pass;
    std::vector<PictureSample> m_samples;
    std::vector<TaskOutput> m_made; ///< by sample, as stored
    TaskOptions m_options;
    std::vector<Part> m_parts;
};

} // namespace tritloom
