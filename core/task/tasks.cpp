#include "core/task/task.h"

#include "core/evaluate/not_finite_output.h"
#include "core/image/metrics.h"
#include "core/task/detection.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace tritloom {
namespace {

constexpr float none = std::numeric_limits<float>::quiet_NaN();
constexpr double mostFidelity = 99;

Result<TaskOutput> forward(
    NetworkPass& pass, const PictureSample& sample, const TaskOptions&, const Allocation& allocation,
    NetworkPass::Keep keep, std::stop_token stop)
{
    const Tensor input[] = {networkInput(sample.given, pass.model().picture->normalisation)};
    return TaskOutput{TRY(pass.run(input, sample.key, allocation, keep, std::move(stop)))};
}

Result<TaskOutput> sampled(
    NetworkPass& pass, const PictureSample& sample, const TaskOptions& options, const Allocation& allocation,
    NetworkPass::Keep keep, std::stop_token stop)
{
    return generatePicture(pass, sample.seed, options, allocation, keep, std::move(stop));
}

Result<void> checkFinite(const TaskOutput& output)
{
    for (const Tensor& tensor : output)
        for (const float value : tensor.floats())
            if (!std::isfinite(value))
                return outputIsNotFinite();
    return {};
}

/// How many classes are more likely than this one.
std::size_t rankOf(std::span<const float> outputs, std::size_t label)
{
    std::size_t rank = 0;
    for (std::size_t i = 0; i < outputs.size(); ++i)
        rank += outputs[i] > outputs[label] || (outputs[i] == outputs[label] && i < label) ? 1 : 0;
    return rank;
}

Result<PictureScores> judgeClasses(
    const PictureModel&, const PictureSample& sample, const TaskOutput& reference, const TaskOutput& actual)
{
    TRY_VOID(checkFinite(actual));
    const std::vector<float> p = classScores(reference[0]), q = classScores(actual[0]);
    if (p.size() != q.size())
        return fail(
            ErrorCode::InvalidInput, "the reference knows {} classes, the model {}", p.size(), q.size());
    PictureScores scores;
    const std::vector<double> logP = logProbabilities(p), logQ = logProbabilities(q);
    double divergence = 0;
    for (std::size_t i = 0; i < logP.size(); ++i)
        divergence += std::exp(logP[i]) * (logP[i] - logQ[i]);
    scores.divergence = float(std::max(divergence, 0.0));
    const auto best = std::size_t(std::max_element(p.begin(), p.end()) - p.begin());
    scores.agrees = rankOf(q, best) == 0 ? 1.0f : 0.0f;
    if (!sample.label)
        return scores;
    if (*sample.label >= q.size())
        return fail(
            ErrorCode::InvalidInput, "{} is of class {}, the network knows {} classes", sample.name,
            *sample.label, q.size());
    scores.loss = float(-logQ[*sample.label]);
    scores.top1 = rankOf(q, *sample.label) == 0 ? 1.0f : 0.0f;
    scores.top5 = rankOf(q, *sample.label) < 5 ? 1.0f : 0.0f;
    scores.referenceTop1 = best == *sample.label ? 1.0f : 0.0f;
    return scores;
}

Result<PictureScores> judgePictures(
    const PictureModel& model, const PictureSample& sample, const TaskOutput& reference,
    const TaskOutput& actual)
{
    TRY_VOID(checkFinite(actual));
    for (std::size_t i = 0; i < actual.size(); ++i)
        if (i >= reference.size() || reference[i].type().shape != actual[i].type().shape)
            return fail(
                ErrorCode::InvalidInput, "the reference and the model make pictures of different sizes");
    PictureScores scores;
    // Generation: how far each predicted noise is off, over the steps; else how far the picture is.
    const std::size_t first = actual.size() > 1 ? 1 : 0;
    double divergence = 0;
    for (std::size_t i = first; i < actual.size(); ++i)
        divergence += relativeError(reference[i], actual[i]) / double(actual.size() - first);
    scores.divergence = float(divergence);
    const Picture made = rounded8(networkPicture(actual[0], model.normalisation)),
                  expected = rounded8(networkPicture(reference[0], model.normalisation));
    scores.fidelity = float(std::min(mostFidelity, psnr(expected, made)));
    if (actual.size() > 1
        || model.task == PictureTask::StyleTransfer) { // no target but what the reference makes
        scores.ssim = float(ssim(expected, made));
        scores.psnr = scores.fidelity;
    }
    if (sample.target.isEmpty())
        return scores;
    if (!made.sameSize(sample.target))
        return fail(
            ErrorCode::InvalidInput,
            "{}: the network makes {} x {} pixels of {} channels, {} x {} of {} are expected", sample.name,
            made.width, made.height, made.channels, sample.target.width, sample.target.height,
            sample.target.channels);
    // Super-resolution is measured on studio luma without a border as wide as the scale.
    const auto seen = [&](const Picture& picture) {
        return model.task == PictureTask::SuperResolution ? withoutBorder(studioLuma(picture), model.scale)
                                                          : picture;
    };
    const Picture target = seen(sample.target);
    scores.psnr = float(std::min(mostFidelity, psnr(target, seen(made))));
    scores.ssim = float(ssim(target, seen(made)));
    scores.referencePsnr = float(std::min(mostFidelity, psnr(target, seen(expected))));
    scores.referenceSsim = float(ssim(target, seen(expected)));
    return scores;
}

Result<PictureScores> judgeBoxes(
    const PictureModel& model, const PictureSample&, const TaskOutput& reference, const TaskOutput& actual)
{
    TRY_VOID(checkFinite(actual));
    if (reference[0].type().shape != actual[0].type().shape)
        return fail(ErrorCode::InvalidInput, "the reference and the model give boxes at different places");
    PictureScores scores;
    scores.divergence = float(relativeError(reference[0], actual[0]));
    if (model.classes == 0) // nothing tells which boxes count
        return scores;
    const std::vector<Box> expected = boxesOf(reference[0], model.classes),
                           found = boxesOf(actual[0], model.classes);
    scores.boxes = float(found.size());
    scores.referenceBoxes = float(expected.size());
    scores.boxAgreement = float(agreementOf(expected, found));
    return scores;
}

Picture noPicture(const PictureModel&, const PictureSample&, const TaskOutput&)
{
    return {};
}

Picture firstPicture(const PictureModel& model, const PictureSample&, const TaskOutput& output)
{
    return rounded8(networkPicture(output[0], model.normalisation));
}

Picture foundBoxes(const PictureModel& model, const PictureSample& sample, const TaskOutput& output)
{
    return withBoxes(sample.given, boxesOf(output[0], model.classes));
}

} // namespace

Key keyOf(const Normalisation& normalisation)
{
    Key key = keyOf(normalisation.range);
    for (std::size_t c = 0; c < normalisation.mean.size(); ++c)
        key = keyOf(key, normalisation.mean[c], normalisation.deviation[c]);
    return key;
}

std::vector<float> classScores(const Tensor& output)
{
    const auto values = output.floats();
    if (values.size() == 1)
        return {0, values[0]};
    return {values.begin(), values.end()};
}

std::vector<double> logProbabilities(std::span<const float> outputs)
{
    double sum = 0, least = 0;
    for (const float value : outputs) {
        sum += double(value);
        least = std::min(least, double(value));
    }
    std::vector<double> logs(outputs.begin(), outputs.end());
    if (least >= 0 && std::abs(sum - 1) < 1e-3) {
        for (double& value : logs)
            value = std::log(std::max(value, 1e-12));
        return logs;
    }
    const double largest = *std::max_element(logs.begin(), logs.end());
    double total = 0;
    for (const double value : logs)
        total += std::exp(value - largest);
    for (double& value : logs)
        value -= largest + std::log(total);
    return logs;
}

double relativeError(const Tensor& expected, const Tensor& actual)
{
    const auto e = expected.floats(), a = actual.floats();
    const double mean = std::accumulate(e.begin(), e.end(), 0.0) / double(std::max<std::size_t>(e.size(), 1));
    double error = 0, spread = 0;
    for (std::size_t i = 0; i < e.size(); ++i) {
        error += (double(a[i]) - double(e[i])) * (double(a[i]) - double(e[i]));
        spread += (double(e[i]) - mean) * (double(e[i]) - mean);
    }
    return spread > 0 ? error / spread : error > 0 ? 1 : 0;
}

PictureScores::PictureScores()
    : top1(none)
    , top5(none)
    , agrees(none)
    , referenceTop1(none)
    , loss(none)
    , psnr(none)
    , ssim(none)
    , referencePsnr(none)
    , referenceSsim(none)
    , fidelity(none)
    , boxes(none)
    , referenceBoxes(none)
    , boxAgreement(none)
{
}

// The only list of tasks.
const TaskRow& taskRow(PictureTask task)
{
    static constexpr TaskRow rows[] = {
        {PictureTask::Classification, forward, judgeClasses, noPicture},
        {PictureTask::SuperResolution, forward, judgePictures, firstPicture},
        {PictureTask::Restoration, forward, judgePictures, firstPicture},
        {PictureTask::Generation, sampled, judgePictures, firstPicture},
        {PictureTask::Autoencoding, forward, judgePictures, firstPicture},
        {PictureTask::StyleTransfer, forward, judgePictures, firstPicture},
        {PictureTask::Detection, forward, judgeBoxes, foundBoxes},
    };
    return *std::ranges::find(rows, task, &TaskRow::task);
}

Tensor networkInput(const Picture& picture, const Normalisation& n)
{
    std::vector<float> values(picture.values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t c = std::min<std::size_t>(i / picture.plane(), 2);
        values[i] = float((double(picture.values[i]) * n.range - n.mean[c]) / n.deviation[c]);
    }
    return Tensor::adoptFloats({1, picture.channels, picture.height, picture.width}, std::move(values));
}

Picture networkPicture(const Tensor& output, const Normalisation& n)
{
    const Shape& shape = output.type().shape;
    Picture picture(shape[1], shape[2], shape[3]);
    const auto y = output.floats();
    for (std::size_t i = 0; i < picture.values.size(); ++i) {
        const std::size_t c = std::min<std::size_t>(i / picture.plane(), 2);
        picture.values[i] = float((double(y[i]) * n.deviation[c] + n.mean[c]) / n.range);
    }
    return picture;
}

} // namespace tritloom
