#pragma once

#include "core/evaluate/divergence_meter.h"
#include "core/task/task.h"

namespace tritloom {

/// How good an allocation is on pictures. A value; numbers that the task does not have are absent.
struct PictureEvaluation {
    Allocation allocation;
    std::size_t samplesDone = 0, samplesTotal = 0;
    /// Distance from the reference, mean over pictures. Classification: KL divergence of class probabilities, nats.
    /// Pictures, boxes: squared error over the variance of what the reference makes; generation: that of the predicted
    /// noise, mean over the steps.
    Measured divergence;
    std::optional<Measured> top1, top5, referenceTop1; ///< fractions of the labelled pictures
    std::optional<Measured> loss; ///< mean negative log-likelihood of the right class, nats
    std::optional<Measured> agreement; ///< fraction whose most likely class is the reference's
    std::size_t flips = 0; ///< pictures whose most likely class is not the reference's
    std::optional<Measured> psnr, ssim, referencePsnr, referenceSsim; ///< against the target; means, PSNR in dB
    std::optional<Measured> fidelity; ///< PSNR against what the reference makes, dB
    std::optional<Measured> boxes, referenceBoxes, boxAgreement; ///< detection, see PictureScores
    std::chrono::milliseconds elapsed{};

    [[nodiscard]] bool isComplete() const { return samplesDone == samplesTotal; }
};
/// Means of what is there. samplesTotal, allocation and time are the caller's.
[[nodiscard]] PictureEvaluation summarised(std::span<const PictureScores> scores);

/// Measures allocations of one network on pictures against a reference. One thread.
class PictureSession final : public DivergenceMeter {
public:
    /// reference: what divergence and flips are measured against; null for the model itself, uncompressed.
    PictureSession(
        std::vector<PictureSample> samples, TaskOptions options, std::shared_ptr<NetworkPass> pass,
        std::shared_ptr<NetworkPass> reference = {});

    using OnSample = std::function<void(const PictureEvaluation&, std::size_t sample, const PictureScores&)>;
    /// limit: 0 for all. Errors: Unsupported, Cancelled, InvalidInput (labels, sizes), those of methods.
    [[nodiscard]] Result<PictureEvaluation> evaluate(
        const Allocation& allocation, std::stop_token stop, const OnSample& onSample = {},
        NetworkPass::Keep keep = NetworkPass::Keep::Everything, std::size_t limit = 0);

    /// What evaluate() finds of one sample. Same errors.
    [[nodiscard]] Result<PictureScores>
    score(std::size_t sample, const Allocation& allocation, NetworkPass::Keep keep, std::stop_token stop);

    /// What the model makes of one sample, and the reference: for previews.
    [[nodiscard]] Result<TaskOutput>
    output(std::size_t sample, const Allocation& allocation, NetworkPass::Keep keep, std::stop_token stop);
    [[nodiscard]] Result<TaskOutput> referenceOutput(std::size_t sample, std::stop_token stop);

    [[nodiscard]] Result<Measured>
    divergence(const Allocation& allocation, std::size_t limit, std::stop_token stop) override;
    [[nodiscard]] Key dataKey(std::size_t limit) const override;
    [[nodiscard]] std::string backendNames() const override { return m_pass->executor().backendNames(); }
    [[nodiscard]] Compressor& compressor() override { return m_pass->compressor(); }

    [[nodiscard]] const std::vector<PictureSample>& samples() const { return m_samples; }
    [[nodiscard]] const TaskOptions& options() const { return m_options; }
    [[nodiscard]] NetworkPass& pass() { return *m_pass; }
    /// Of what divergence and flips are measured against; pass() itself where that is the model.
    [[nodiscard]] NetworkPass& referencePass() { return m_reference ? *m_reference : *m_pass; }

private:
    std::vector<PictureSample> m_samples;
    TaskOptions m_options;
    std::shared_ptr<NetworkPass> m_pass, m_reference;
    std::map<std::size_t, TaskOutput> m_expected; ///< of the reference, by sample, while they are small
    std::size_t m_expectedBytes = 0;
    std::map<Key, PictureScores> m_known;
};

} // namespace tritloom
