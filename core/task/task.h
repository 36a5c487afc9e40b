#pragma once

#include "core/architecture/picture_model.h"
#include "core/image/picture.h"
#include "core/task/network_pass.h"

#include <span>

namespace tritloom {

/// One picture of an evaluation: what goes in and what should come out, as the task has it.
struct PictureSample {
    std::string name; ///< of its file, or "seed 7"
    Picture given; ///< as the network sees it: its channels, a size it takes, 0..1
    Picture target; ///< super-resolution, restoration, autoencoding: what should come out, 0..1; else empty
    std::optional<std::size_t> label; ///< classification
    std::uint64_t seed = 0; ///< generation: of the starting noise
    Key key; ///< identity of what goes in
};

/// Identity of it, of all its numbers.
[[nodiscard]] Key keyOf(const Normalisation& normalisation);

struct TaskOptions {
    std::size_t steps = 10; ///< generation: of the sampler
    bool clip =
        true; ///< generation: keep the predicted picture in the range of pictures, where the schedule does
    std::optional<SamplerKind> sampler = {}; ///< generation: instead of the schedule's own
    std::string prompt = {}, negativePrompt = {}; ///< generation from text
    double guidance = 7.5; ///< generation from text: e = e_negative + guidance (e_prompt - e_negative)
    friend bool operator==(const TaskOptions&, const TaskOptions&) = default;
};

/// What a network made of a sample. Classification: [logits]. Pictures: [output]. Generation: [picture, then
/// what was predicted at every step, then, behind a decoder, the picture again: its network counts too].
using TaskOutput = std::vector<Tensor>;

/// What the output of a sample tells, alone and beside the reference's. NaN where the task has no such
/// number.
struct PictureScores {
    float divergence = 0; ///< see PictureEvaluation::divergence
    float top1, top5, agrees, referenceTop1; ///< 1 or 0
    float loss; ///< negative log-likelihood of the right class, nats
    float psnr, ssim, referencePsnr, referenceSsim; ///< against the target, dB
    float fidelity; ///< PSNR against what the reference makes, dB; at most 99, which equal pictures get
    float boxes, referenceBoxes; ///< detection: how many, see boxesOf()
    float boxAgreement; ///< detection: F1 of the boxes against the reference's, 1 where neither finds any
    PictureScores();
};

/// One row per task; tasks.cpp holds the only list.
struct TaskRow {
    PictureTask task;
    Result<TaskOutput> (*run)(
        NetworkPass&, const PictureSample&, const TaskOptions&, const Allocation&, NetworkPass::Keep,
        std::stop_token);
    Result<PictureScores> (*judge)(
        const PictureModel&, const PictureSample&, const TaskOutput& reference, const TaskOutput& actual);
    /// What was made, or detection: what was given, with the boxes; empty for classification.
    Picture (*shown)(const PictureModel&, const PictureSample&, const TaskOutput&);
};
[[nodiscard]] const TaskRow& taskRow(PictureTask task);

/// One score a class: what a classifier gives. A single number is the logit of class 1 against class 0.
[[nodiscard]] std::vector<float> classScores(const Tensor& output);
/// Logarithms of class probabilities, whether the network ends with a softmax or not.
[[nodiscard]] std::vector<double> logProbabilities(std::span<const float> outputs);
/// |a - e|^2 / |e - mean(e)|^2 of tensors of one size: what divergence is made of where pictures are.
[[nodiscard]] double relativeError(const Tensor& expected, const Tensor& actual);

/// A picture of 0..1 as the network takes it, [1, C, H, W], and back.
[[nodiscard]] Tensor networkInput(const Picture& picture, const Normalisation& normalisation);
[[nodiscard]] Picture networkPicture(const Tensor& output, const Normalisation& normalisation);

/// One run of a network on the way to a picture.
struct NetworkRun {
    std::size_t step = 0; ///< of the sampler, from 1; 0 before the first, steps + 1 behind the last
    std::size_t part = 0; ///< of the graph
    std::span<const Tensor> given;
    const Tensor& made;
};
using OnRun = std::function<void(const NetworkRun&)>;
/// From seeded noise through the steps of the sampler; diffusion-preview-basics, parts 2 to 4. Same result as
/// TaskRow::run. Errors: those of the network; InvalidInput (steps, a prompt for a network that takes none).
[[nodiscard]] Result<TaskOutput> generatePicture(
    NetworkPass&, std::uint64_t seed, const TaskOptions&, const Allocation&, NetworkPass::Keep,
    std::stop_token, const OnRun& onRun = {});

} // namespace tritloom
