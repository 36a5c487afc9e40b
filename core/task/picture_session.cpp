#include "core/task/picture_session.h"

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr std::size_t mostExpectedBytes = std::size_t{512} << 20;

/// Of pictures that have this score.
RunningMean scoresOf(std::span<const PictureScores> scores, float PictureScores::*field)
{
    RunningMean mean;
    for (const PictureScores& score : scores)
        if (!std::isnan(score.*field))
            mean.add(double(score.*field));
    return mean;
}

std::optional<Measured> meanOf(std::span<const PictureScores> scores, float PictureScores::*field)
{
    const RunningMean found = scoresOf(scores, field);
    return found.count() > 0 ? std::optional(found.mean()) : std::nullopt;
}

std::optional<Measured> shareOf(std::span<const PictureScores> scores, float PictureScores::*field)
{
    const RunningMean found = scoresOf(scores, field);
    return found.count() > 0 ? std::optional(found.share()) : std::nullopt;
}

} // namespace

PictureEvaluation summarised(std::span<const PictureScores> scores)
{
    PictureEvaluation evaluation;
    evaluation.samplesDone = scores.size();
    evaluation.divergence = meanOf(scores, &PictureScores::divergence).value_or(Measured{});
    evaluation.top1 = shareOf(scores, &PictureScores::top1);
    evaluation.top5 = shareOf(scores, &PictureScores::top5);
    evaluation.referenceTop1 = shareOf(scores, &PictureScores::referenceTop1);
    evaluation.loss = meanOf(scores, &PictureScores::loss);
    evaluation.agreement = shareOf(scores, &PictureScores::agrees);
    evaluation.psnr = meanOf(scores, &PictureScores::psnr);
    evaluation.ssim = meanOf(scores, &PictureScores::ssim);
    evaluation.referencePsnr = meanOf(scores, &PictureScores::referencePsnr);
    evaluation.referenceSsim = meanOf(scores, &PictureScores::referenceSsim);
    evaluation.fidelity = meanOf(scores, &PictureScores::fidelity);
    evaluation.boxes = meanOf(scores, &PictureScores::boxes);
    evaluation.referenceBoxes = meanOf(scores, &PictureScores::referenceBoxes);
    evaluation.boxAgreement = shareOf(scores, &PictureScores::boxAgreement);
    for (const PictureScores& score : scores)
        evaluation.flips += score.agrees == 0 ? 1 : 0;
    return evaluation;
}

PictureSession::PictureSession(
    std::vector<PictureSample> samples, TaskOptions options, std::shared_ptr<NetworkPass> pass,
    std::shared_ptr<NetworkPass> reference)
    : m_samples(std::move(samples))
    , m_options(options)
    , m_pass(std::move(pass))
    , m_reference(reference ? std::move(reference) : m_pass)
{
}

Key PictureSession::dataKey(std::size_t limit) const
{
    const PictureModel& picture = *m_pass->model().picture;
    Key key = keyOf(
        "pictures", std::uint64_t(m_options.steps), m_options.clip ? 1 : 0, keyOf(picture.normalisation),
        m_reference->model().key);
    if (picture.task == PictureTask::Generation) // what is made is as large as the network was set to
        key = keyOf(key, std::uint64_t(picture.height), std::uint64_t(picture.width));
    if (m_options.sampler)
        key = keyOf(key, "sampler", int(*m_options.sampler));
    if (m_pass->model().picture->promptTokens > 0)
        key = keyOf(key, "prompt", m_options.prompt, m_options.negativePrompt, m_options.guidance);
    for (std::size_t i = 0; i < m_samples.size() && (limit == 0 || i < limit); ++i)
        key = keyOf(key, m_samples[i].key);
    return key;
}

Result<TaskOutput> PictureSession::referenceOutput(std::size_t sample, std::stop_token stop)
{
    if (const auto known = m_expected.find(sample); known != m_expected.end())
        return known->second;
    const Model& model = m_reference->model();
    TaskOutput output = TRY(taskRow(m_pass->model().picture->task)
                                .run(*m_reference, m_samples[sample], m_options, model.original(),
                                     NetworkPass::Keep::Nothing, std::move(stop)));
    std::size_t bytes = 0;
    for (const Tensor& tensor : output)
        bytes += tensor.bytes().size();
    if (m_expectedBytes + bytes <= mostExpectedBytes) {
        m_expectedBytes += bytes;
        m_expected[sample] = output;
    }
    return output;
}

Result<TaskOutput> PictureSession::output(
    std::size_t sample, const Allocation& allocation, NetworkPass::Keep keep, std::stop_token stop)
{
    // Uncompressed, the model is its own reference.
    if (m_pass == m_reference && allocation == m_pass->model().original())
        return referenceOutput(sample, std::move(stop));
    return taskRow(m_pass->model().picture->task)
        .run(*m_pass, m_samples[sample], m_options, allocation, keep, std::move(stop));
}

Result<PictureScores> PictureSession::score(
    std::size_t sample, const Allocation& allocation, NetworkPass::Keep keep, std::stop_token stop)
{
    const PictureModel& model = *m_pass->model().picture;
    const Key key = keyOf("scores", m_pass->keyOf(m_samples[sample].key, allocation), std::uint64_t(sample));
    if (const auto known = m_known.find(key); known != m_known.end())
        return known->second;
    const TaskOutput expected = TRY(referenceOutput(sample, stop));
    const TaskOutput actual = TRY(output(sample, allocation, keep, stop));
    const PictureScores scores = TRY(taskRow(model.task).judge(model, m_samples[sample], expected, actual));
    if (keep == NetworkPass::Keep::Everything)
        m_known[key] = scores;
    return scores;
}

Result<PictureEvaluation> PictureSession::evaluate(
    const Allocation& allocation, std::stop_token stop, const OnSample& onSample, NetworkPass::Keep keep,
    std::size_t limit)
{
    const auto begin = std::chrono::steady_clock::now();
    const std::size_t total = limit == 0 ? m_samples.size() : std::min(limit, m_samples.size());
    std::vector<PictureScores> done;
    PictureEvaluation evaluation;
    for (std::size_t i = 0; i < total; ++i) {
        if (stop.stop_requested())
            return fail(ErrorCode::Cancelled, "cancelled after {} of {} pictures", i, total);
        done.push_back(TRY(score(i, allocation, keep, stop)));
        // A summary of thousands after each of thousands would cost more than the network.
        if (i + 1 < total && (!onSample || (i + 1) % (1 + total / 200) != 0))
            continue;
        evaluation = summarised(done);
        evaluation.allocation = allocation;
        evaluation.samplesTotal = total;
        evaluation.elapsed
            = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - begin);
        if (onSample)
            onSample(evaluation, i, done.back());
    }
    return evaluation;
}

Result<Measured>
PictureSession::divergence(const Allocation& allocation, std::size_t limit, std::stop_token stop)
{
    return TRY(evaluate(allocation, std::move(stop), {}, NetworkPass::Keep::Nothing, limit)).divergence;
}

} // namespace tritloom
