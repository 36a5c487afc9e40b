#include "app/session/picture_engine.h"

#include "app/session/late_picture_probe.h"
#include "app/session/one_size.h"
#include "app/session/picture_image.h"
#include "app/session/pictures_beside.h"
#include "app/session/transformed_model.h"
#include "core/architecture/normalisations.h"
#include "core/architecture/onnx/onnx_network.h"
#include "core/base/parallel.h"
#include "core/method/step_shares.h"
#include "core/task/prompt.h"

#include <algorithm>
#include <array>

namespace tritloom {
namespace {

constexpr std::uint64_t firstCalibrationSeed = 1000;
constexpr std::size_t samplesAStep = 4, samplesAStepFromText = 1; ///< those from text take minutes each

std::shared_ptr<Model> withPicture(const Model& model, const PictureModel& picture)
{
    auto copy = std::make_shared<Model>(model);
    copy->picture = picture;
    return copy;
}

/// The network for pictures of another size than it was trained for. Errors: InvalidInput, those of the
/// network.
Result<std::shared_ptr<const Model>> resized(const Model& model, PictureModel picture, std::size_t side)
{
    if (side % picture.multiple != 0)
        return fail(
            ErrorCode::InvalidInput,
            "pictures of {0} x {0}: the network makes sides that are multiples of {1}", side,
            picture.multiple);
    picture.height = picture.width = side;
    auto copy = withPicture(model, picture);
    copy->graph = TRY(graphFor(model, nominalPicture(picture)));
    return copy;
}

Result<std::unique_ptr<PictureSession>> sessionFor(
    std::shared_ptr<const Model> model, std::vector<PictureSample> samples, const PictureOptions& options)
{
    auto compressor = std::make_shared<Compressor>(std::move(model), MethodLookup(), nullptr, 0);
    auto pass = std::make_shared<NetworkPass>(
        std::move(compressor), TRY(makeExecutor(options.device)), std::size_t{1} << 20);
    return std::make_unique<PictureSession>(std::move(samples), options.task, std::move(pass));
}

/// What the networks see on the way from noise to picture: steps as often as they count, the other networks
/// of a pipeline once a picture.
Result<std::vector<ValueMap>> samplesOnTheWay(
    const std::shared_ptr<const Model>& model, const PictureOptions& options,
    std::span<const std::size_t> counts, std::stop_token stop)
{
    std::vector<ValueMap> inputs;
    const auto session = TRY(sessionFor(model, {}, options));
    for (std::size_t n = 0; n < std::ranges::max(counts); ++n)
        TRY(generatePicture(
            session->pass(), firstCalibrationSeed + n, options.task, model->original(),
            NetworkPass::Keep::Nothing, stop, [&](const NetworkRun& run) {
                const bool isStep = run.step > 0 && run.step <= counts.size();
                if (isStep && n >= counts[run.step - 1])
                    return;
                const GraphPart part = model->graph->part(run.part);
                ValueMap& values = inputs.emplace_back();
                for (std::size_t i = 0; i < run.given.size(); ++i)
                    values[part.inputs[i]] = run.given[i];
            }));
    return inputs;
}

/// What an evaluation is judged by when ways of feeding a network are tried: higher is better.
double merit(const PictureEvaluation& evaluation)
{
    return evaluation.top1 ? evaluation.top1->value : evaluation.psnr ? evaluation.psnr->value : 0;
}

} // namespace

std::optional<CalibrationSteps> calibrationSteps(std::string_view name)
{
    constexpr std::array<std::string_view, 3> names{"even", "normal", "features"};
    const auto found = std::ranges::find(names, name);
    return found == names.end() ? std::nullopt : std::optional(CalibrationSteps(found - names.begin()));
}

Result<std::shared_ptr<PictureEngine>> PictureEngine::create(
    std::shared_ptr<const Model> model, MethodLookup methods, PictureOptions options, std::stop_token stop)
{
    // Operators do not say what for; shapes that tell no task may be those of the one that is asked for.
    if (!model->picture && options.as && model->file->operators)
        model = onnx::modelFor(*options.as, *model->file);
    if (!model->picture)
        return fail(
            ErrorCode::Unsupported, "the model cannot be run on pictures: {}", model->whyNotEvaluated);
    setThreadCount(options.threads);
    auto engine = std::make_shared<PictureEngine>();
    PictureModel picture = *model->picture;
    if (options.as && *options.as != picture.task) {
        // Pictures of the same size come out: what for, the operators of a file do not say.
        const auto isPlane = [](PictureTask task) {
            return task == PictureTask::Restoration || task == PictureTask::Autoencoding
                || task == PictureTask::StyleTransfer;
        };
        if (!isPlane(picture.task) || !isPlane(*options.as))
            return fail(
                ErrorCode::InvalidInput, "the network is for {}, it cannot be measured at {}",
                nameOf(picture.task), nameOf(*options.as));
        picture.task = *options.as;
    }
    if (options.source.lowBits && picture.task != PictureTask::Classification)
        return fail(
            ErrorCode::InvalidInput, "lowest bits are shown to classifiers, the network is for {}",
            nameOf(picture.task));
    if (options.source.lowBits && !options.normalisation && !picture.normalisation.isKnown
        && picture.channels == 3)
        // LOTA, as the network that its detector starts from.
        options.normalisation = guessed(normalisations::imageNet);
    if (options.normalisation)
        picture.normalisation = *options.normalisation;
    engine->m_model = withPicture(*model, picture);
    if (picture.task == PictureTask::Generation && options.pictureSize != 0)
        engine->m_model = TRY(resized(*model, picture, options.pictureSize));
    engine->m_options = std::move(options);
    if (engine->m_options.source.images.empty() && engine->m_options.source.files.empty()) {
        const PicturesBeside beside = picturesBeside(model->file->path);
        engine->m_options.source.images = beside.evaluation;
        if (engine->m_options.calibration.empty())
            engine->m_options.calibration = beside.calibration;
    }
    engine->m_pictures = TRY(readPictures(picture, engine->m_options.source));
    for (const std::string& prompt : {engine->m_options.task.prompt, engine->m_options.task.negativePrompt})
        if (const std::size_t lost = tokensLost(*model, prompt); lost > 0)
            engine->m_pictures.notices.push_back(fmt::format(
                "the prompt is longer than the {} tokens of the text encoder, the last {} are left out",
                picture.promptTokens - 2, lost));
    TRY_VOID(engine->settle(stop));
    engine->m_calibration = TRY(engine->calibrationSamples());
    engine->m_compressor = std::make_shared<Compressor>(
        engine->m_model, std::move(methods), TRY(engine->makeStatistics(stop)),
        engine->m_options.memoBytes / 4);
    return engine;
}

// A file of operators does not say how its pictures were prepared. Feeding them wrongly costs a network most
// of its worth, so the usual ways are tried on some pictures whose answer is known.
Result<void> PictureEngine::settle(std::stop_token stop)
{
    const PictureModel& picture = *m_model->picture;
    if (picture.normalisation.isKnown || m_options.normalisation || picture.task == PictureTask::Generation)
        return {};
    if (picture.task == PictureTask::Detection) {
        m_pictures.notices.push_back(fmt::format(
            "pictures are given as {}, a guess: the file does not say how it takes them",
            describe(picture.normalisation)));
        return {};
    }
    std::vector<PictureSample> some;
    const std::size_t most = picture.task == PictureTask::Classification ? 100 : 2;
    for (std::size_t i = 0; i < std::min(most, m_pictures.samples.size()); ++i) {
        const PictureSample& sample =
            m_pictures.samples[i * m_pictures.samples.size() / std::min(most, m_pictures.samples.size())];
        if (sample.label || !sample.target.isEmpty())
            some.push_back(sample);
    }
    if (some.empty())
        return {};
    // Of ways that are as good the first is taken: wide ranges, whose networks bear narrow ones, before
    // narrow.
    std::vector<Normalisation> ways{guessed(normalisations::bytes), picture.normalisation};
    if (picture.task == PictureTask::Classification)
        ways.insert(ways.end(), {guessed(normalisations::imageNet), guessed(normalisations::signedUnit)});
    double best = -1;
    auto given = m_model; // which holds `picture`
    for (const Normalisation& way : ways) {
        PictureModel tried = *m_model->picture;
        tried.normalisation = way;
        auto model = withPicture(*m_model, tried);
        const auto session = TRY(sessionFor(model, some, m_options));
        const auto evaluation = session->evaluate(model->original(), stop, {}, NetworkPass::Keep::Nothing);
        if (!evaluation && evaluation.error().code == ErrorCode::Cancelled)
            return tl::make_unexpected(evaluation.error());
        if (!evaluation || merit(*evaluation) <= best)
            continue;
        best = merit(*evaluation);
        m_model = std::move(model);
    }
    const bool isChance = picture.task == PictureTask::Classification
        && best * double(std::max<std::size_t>(picture.classes, 1)) <= 1;
    if (isChance) { // as good as another: the labels are of other classes, or the pictures of another kind
        m_model = std::move(given);
        m_pictures.notices.push_back(fmt::format(
            "no usual way to give pictures does better than chance on {} of them, so they are given as {}, a "
            "guess: do the classes fit?",
            some.size(), describe(picture.normalisation)));
        return {};
    }
    m_pictures.notices.push_back(fmt::format(
        "pictures are given as {}, which of {} usual ways does best on {} of them",
        describe(m_model->picture->normalisation), ways.size(), some.size()));
    return {};
}

Result<std::vector<PictureSample>> PictureEngine::calibrationSamples() const
{
    const PictureModel& picture = *m_model->picture;
    std::vector<PictureSample> samples;
    if (picture.task == PictureTask::Generation) {
        // Of other seeds than those that are measured.
        const std::size_t count = picture.promptTokens > 0 ? samplesAStepFromText : samplesAStep;
        for (std::uint64_t seed = firstCalibrationSeed; seed < firstCalibrationSeed + count; ++seed) {
            PictureSample& sample = samples.emplace_back();
            sample.name = fmt::format("seed {}", seed);
            sample.seed = seed;
            sample.key = keyOf("seed", seed);
        }
        return samples;
    }
    if (m_options.calibration.empty()) {
        const std::size_t count = std::min(m_options.calibrationCount, m_pictures.samples.size());
        for (std::size_t i = 0; i < count; ++i)
            samples.push_back(m_pictures.samples[i * m_pictures.samples.size() / count]);
    } else {
        PictureSource source = m_options.source;
        source.images = m_options.calibration;
        source.labels.clear();
        source.limit = m_options.calibrationCount;
        samples = TRY(readPictures(picture, source)).samples;
    }
    return ofOneSize(std::move(samples), picture);
}

Result<std::vector<std::size_t>> PictureEngine::samplesOfSteps(std::stop_token stop) const
{
    const std::size_t each = m_model->picture->promptTokens > 0 ? samplesAStepFromText : samplesAStep;
    const std::size_t steps = m_options.task.steps, total = each * steps;
    if (m_options.calibrationSteps == CalibrationSteps::Even)
        return std::vector<std::size_t>(steps, each);
    if (m_options.calibrationSteps == CalibrationSteps::Normal) {
        std::vector<double> times;
        for (std::size_t i = steps; i-- > 0;)
            times.push_back(double(i) / double(std::max<std::size_t>(steps - 1, 1)));
        return wholeCounts(normalShares(times, 0.4, 0.4), total);
    }
    auto compressor = std::make_shared<Compressor>(m_model, MethodLookup(), nullptr, 0);
    auto pass = std::make_unique<NetworkPass>(
        std::move(compressor), TRY(makeExecutor(m_options.device)), std::size_t{1} << 20);
    const auto probe = TRY(PictureProbe::create(
        std::move(pass), {m_calibration.front()}, m_options.task, std::vector<Candidate>(), stop));
    const StepFeatures found = TRY(stepFeatures(*probe, stop));
    return wholeCounts(stepShares(found.features, 0, 1.2).shares, total);
}

Result<std::shared_ptr<Statistics>> PictureEngine::makeStatistics(std::stop_token stop) const
{
    const PictureModel& picture = *m_model->picture;
    Key key = keyOf("calibration", keyOf(picture.normalisation));
    if (picture.task == PictureTask::Generation) {
        const std::vector<std::size_t> counts = TRY(samplesOfSteps(stop));
        key = keyOf(key, m_options.task.prompt, m_options.task.negativePrompt, m_options.task.guidance);
        if (m_options.task.sampler)
            key = keyOf(key, int(*m_options.task.sampler));
        if (m_options.pictureSize != 0)
            key = keyOf(key, std::uint64_t(m_options.pictureSize));
        for (const std::size_t count : counts)
            key = keyOf(key, firstCalibrationSeed, std::uint64_t(count));
        const auto make = [model = m_model, options = m_options, counts](std::stop_token stopped) {
            return samplesOnTheWay(model, options, counts, std::move(stopped));
        };
        return std::make_shared<Statistics>(m_model, make, key, TRY(makeExecutor(m_options.device)));
    }
    for (const PictureSample& sample : m_calibration)
        key = keyOf(key, sample.key);
    const Tensor first = networkInput(m_calibration.front().given, picture.normalisation);
    auto graph = std::make_shared<const Graph>(TRY(graphFor(*m_model, first.type().shape)));
    std::vector<ValueMap> inputs;
    for (const PictureSample& sample : m_calibration)
        inputs.push_back({{graph->inputs[0].value, networkInput(sample.given, picture.normalisation)}});
    return std::make_shared<Statistics>(
        m_model, std::move(inputs), key, std::move(graph), TRY(makeExecutor(m_options.device)));
}

namespace {

/// The network as the transform makes it of what the probe tells.
Result<std::shared_ptr<const Model>> rewritten(
    const Model& model, ModelProbe& probe, const ModelTransform& transform, const Parameters& parameters,
    const MethodContext& context, std::vector<std::string>& notices)
{
    const TransformedModel made = TRY(transform.apply(probe, parameters, context));
    const auto changed = TRY(transformedModel(model, made, notices));
    if (!changed->graph || !model.picture)
        return fail(
            ErrorCode::Unsupported, "the network cannot be run any more: {}", changed->whyNotEvaluated);
    return std::shared_ptr<const Model>(withPicture(*changed, *model.picture));
}

} // namespace

Result<std::shared_ptr<const Model>> transformedNetwork(
    std::shared_ptr<Compressor> compressor, const ModelTransform& transform, const Parameters& parameters,
    std::vector<Candidate> candidates, const MethodContext& context, std::vector<std::string>& notices)
{
    CompressorProbe probe(compressor, std::move(candidates), context.stop);
    return rewritten(compressor->model(), probe, transform, parameters, context, notices);
}

Result<std::shared_ptr<PictureEngine>> PictureEngine::transformed(
    const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
    const MethodContext& context) const
{
    auto engine = std::make_shared<PictureEngine>(*this);
    LatePictureProbe probe(
        m_compressor, candidates, context.stop, [&] { return makeProbe(candidates, context.stop); });
    engine->m_model =
        TRY(rewritten(*m_model, probe, transform, parameters, context, engine->m_pictures.notices));
    engine->m_original = m_original ? m_original : m_model;
    engine->m_compressor = std::make_shared<Compressor>(
        engine->m_model, m_compressor->methods(), TRY(engine->makeStatistics(context.stop)),
        m_options.memoBytes / 4);
    return engine;
}

Result<std::unique_ptr<PictureProbe>>
PictureEngine::makeProbe(std::vector<Candidate> candidates, std::stop_token stop) const
{
    auto pass = std::make_unique<NetworkPass>(
        m_compressor, TRY(makeExecutor(m_options.device)), std::size_t{1} << 20);
    return PictureProbe::create(
        std::move(pass), m_calibration, m_options.task, std::move(candidates), std::move(stop));
}

void PictureEngine::makeThumbnails()
{
    m_thumbnails.clear();
    for (const PictureSample& sample : m_pictures.samples) {
        const QImage image = toImage(sample.target.isEmpty() ? sample.given : sample.target);
        if (image.isNull())
            return;
        m_thumbnails.push_back(image.scaled(
            thumbnailSide, thumbnailSide, Qt::KeepAspectRatio,
            image.width() < thumbnailSide ? Qt::FastTransformation : Qt::SmoothTransformation));
    }
}

Result<std::unique_ptr<PictureSession>>
PictureEngine::makeSession(std::shared_ptr<const Model> reference) const
{
    if (!reference)
        reference = m_original;
    if (!reference)
        return makeSessionOf(m_pictures.samples);
    const auto& mine = *m_model->picture;
    if (!reference->picture || reference->picture->channels != mine.channels
        || reference->picture->scale != mine.scale
        || (mine.task == PictureTask::Classification)
            != (reference->picture->task == PictureTask::Classification)
        || (mine.task == PictureTask::Detection) != (reference->picture->task == PictureTask::Detection))
        return fail(ErrorCode::InvalidInput, "the reference does not do what the model does with pictures");
    PictureModel picture = *reference->picture;
    if (!picture.normalisation.isKnown)
        picture.normalisation = mine.normalisation;
    if (mine.task == PictureTask::Generation) { // of the same size, from the same noise
        picture.height = mine.height;
        picture.width = mine.width;
    }
    auto compressor =
        std::make_shared<Compressor>(withPicture(*reference, picture), MethodLookup(), nullptr, 0);
    auto pass = std::make_shared<NetworkPass>(
        std::move(compressor), TRY(makeExecutor(m_options.device)), m_options.memoBytes / 2);
    auto own =
        std::make_shared<NetworkPass>(m_compressor, TRY(makeExecutor(m_options.device)), m_options.memoBytes);
    return std::make_unique<PictureSession>(
        m_pictures.samples, m_options.task, std::move(own), std::move(pass));
}

Result<std::unique_ptr<PictureSession>> PictureEngine::makeSessionOf(std::vector<PictureSample> samples) const
{
    return makeSessionOf(std::move(samples), m_options.task);
}

Result<std::unique_ptr<PictureSession>>
PictureEngine::makeSessionOf(std::vector<PictureSample> samples, TaskOptions task) const
{
    auto pass =
        std::make_shared<NetworkPass>(m_compressor, TRY(makeExecutor(m_options.device)), m_options.memoBytes);
    return std::make_unique<PictureSession>(std::move(samples), task, std::move(pass));
}

} // namespace tritloom
