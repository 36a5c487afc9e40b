#include "app/cli/picture_commands.h"

#include "core/architecture/normalisations.h"

#include <QJsonArray>

#include <algorithm>
#include <cmath>

namespace tritloom::cli {
namespace {

constexpr const char* taskWords =
    "classification, super-resolution, restoration, generation, autoencoding, style-transfer or detection";

Result<double> numberOption(const Context& context, const QString& name)
{
    bool valid = false;
    const double value = context.parser.value(name).toDouble(&valid);
    if (!valid || !(value >= 0 && value < 1e6))
        return context.misuse(
            "--{} needs a number from 0 on, not '{}'", name.toStdString(),
            context.parser.value(name).toStdString());
    return value;
}

Result<std::array<double, 3>> threeNumbers(const Context& context, const QString& name)
{
    const QStringList parts = context.parser.value(name).split(',', Qt::SkipEmptyParts);
    std::array<double, 3> numbers{};
    for (qsizetype i = 0; i < 3; ++i) {
        bool valid = parts.size() == 1 || parts.size() == 3;
        if (valid)
            numbers[std::size_t(i)] = parts[parts.size() == 1 ? 0 : i].toDouble(&valid);
        if (!valid || !std::isfinite(numbers[std::size_t(i)]))
            return context.misuse(
                "--{} needs one number or three with commas between, not '{}'", name.toStdString(),
                context.parser.value(name).toStdString());
    }
    return numbers;
}

Result<std::optional<Normalisation>> normalisationOf(const Context& context)
{
    if (!context.parser.isSet("range") && !context.parser.isSet("mean") && !context.parser.isSet("std"))
        return std::optional<Normalisation>();
    Normalisation n{.isKnown = true};
    if (context.parser.isSet("range")) {
        const QString range = context.parser.value("range");
        if (range == "-1..1")
            n = normalisations::signedUnit;
        else if (range == "0..255" || range == "255")
            n.range = 255;
        else if (range != "0..1" && range != "1")
            return context.misuse("--range is 0..1, 0..255 or -1..1, not '{}'", range.toStdString());
    }
    if (context.parser.isSet("mean"))
        n.mean = TRY(threeNumbers(context, "mean"));
    if (context.parser.isSet("std"))
        n.deviation = TRY(threeNumbers(context, "std"));
    for (const double value : n.deviation)
        if (constexpr double least = 1e-6; std::abs(value) < least)
            return context.misuse("--std must not be 0 or nearly so, {} is", value);
    return n;
}

Result<std::optional<LowBits>> lowBitsOf(const std::string& way, std::uint64_t seed)
{
    if (way.empty())
        return std::optional<LowBits>();
    if (way == "scaled")
        return LowBits{};
    if (way == "thresholded")
        return LowBits{.scale = NoiseScale::Thresholded, .seed = {}};
    if (way == "random")
        return LowBits{.scale = NoiseScale::Scaled, .seed = seed};
    return fail(ErrorCode::InvalidInput, "--low-bits is scaled, thresholded or random, not '{}'", way);
}

/// --prompt where it was given: other commands have one with a text of their own.
Result<void> readPrompt(const Context& context, TaskOptions& task)
{
    const QCommandLineParser& p = context.parser;
    if (p.isSet("prompt"))
        task.prompt = p.value("prompt").toStdString();
    task.negativePrompt = p.value("negative-prompt").toStdString();
    if (p.isSet("guidance"))
        task.guidance = TRY(numberOption(context, "guidance"));
    if (!p.isSet("sampler"))
        return {};
    const std::string name = p.value("sampler").toStdString();
    const auto* const found = std::ranges::find(samplerNames, name);
    if (found == samplerNames.end())
        return context.misuse("--sampler is {}, not '{}'", fmt::join(samplerNames, ", "), name);
    task.sampler = SamplerKind(found - samplerNames.begin());
    return {};
}

} // namespace

void addPictureOptions(Context& context, bool hasPrompt)
{
    context.addOption({"task", QStringLiteral("What it is for: %1.").arg(taskWords), "name"});
    context.addOption(
        {"images", "The folder to measure on (default: 'evaluation' beside the model).", "folder"});
    context.addOption(
        {"labels",
         "'file,class' lines, or class names in the network's order (default: one folder a class, "
         "or the class in the file name).",
         "file"});
    context.addOption(
        {"low-bits",
         "Classification: show the network the lowest bits only, as LOTA's detector of generated pictures "
         "sees them: scaled, thresholded, or random (scaled, of 64 random patches instead of a grid).",
         "way"});
    context.addOption({"limit", "How many, evenly spread (default: all).", "N"});
    context.addOption(
        {"range", "Numbers the network takes, 0..1, 0..255 or -1..1 (default: as known, or tried).",
         "range"});
    context.addOption({"mean", "Subtracted from each channel, after --range.", "a,b,c"});
    context.addOption({"std", "What each channel is divided by.", "a,b,c"});
    context.addOption({"noise", "Restoration: standard deviation of the noise, of 255.", "sigma"});
    context.addOption(
        {"size",
         "For networks that take any size. Classification, detection: pictures are resized to this side. "
         "Generation: pixels of a side (default: as the network was trained for). Others: measure the middle "
         "of so many pixels (default: all, for autoencoding 256).",
         "N"});
    context.addOption({"steps", "Steps of the sampler (default: 10).", "N"});
    context.addOption(
        {"calibration-steps",
         "Steps that methods learn from: even, normal (cleaner ones more often) or features (by density and "
         "diversity).",
         "way"});
    context.addOption(
        {"calibration-count", "How many methods, metrics and analyses learn from (default: 32).", "N"});
    if (hasPrompt)
        context.addOption({"prompt", "What the pictures should show.", "text"});
    context.addOption({"negative-prompt", "What they should not show.", "text"});
    context.addOption({"guidance", "How strongly the prompt counts (default: 7.5).", "G"});
    context.addOption(
        {"sampler", "ddim, dpm-solver++ or ddpm (default: as the model's folder says).", "name"});
    context.addOption({"samples", "How many pictures (default: 8).", "N"});
}

Result<std::shared_ptr<const Model>> pictureModel(Context& context)
{
    return pictureModel(context, context.parser.positionalArguments()[0]);
}

Result<std::shared_ptr<const Model>> pictureModel(Context& context, const QString& path)
{
    auto model = TRY(context.load(path));
    if (findPictureArchitecture(model->file->architecture()) == nullptr)
        model = nullptr;
    return model;
}

namespace {

/// The task that --task says, else the model's own.
Result<void> checkAppliedTo(Context& context, const Model& model)
{
    std::optional<PictureTask> task = pictureTask(context.parser.value("task").toStdString());
    if (!task && model.picture)
        task = model.picture->task;
    return task ? context.checkApplied(task) : Result<void>(); // opening says why it has none
}

} // namespace

Result<std::shared_ptr<PictureEngine>> openPictureEngine(Context& context, std::shared_ptr<const Model> model)
{
    QCommandLineParser& p = context.parser;
    TRY_VOID(checkAppliedTo(context, *model));
    PictureOptions options;
    options.device = TRY(context.device());
    options.threads = TRY(context.threads());
    options.source.images = p.value("images").toStdString();
    options.source.labels = p.value("labels").toStdString();
    if (model->picture && !hasPictures(*model, options.source))
        return context.misuse("pictures are needed: give a folder of them with --images");
    options.source.limit = TRY(context.countOption("limit", 0));
    options.source.size = TRY(context.countOption("size", 256));
    if (p.isSet("size") && model->picture && model->picture->height != 0 && model->picture->width != 0
        && model->picture->task != PictureTask::Generation)
        return context.misuse(
            "--size means nothing here: the network takes pictures of {} x {} only", model->picture->width,
            model->picture->height);
    options.source.largest = TRY(context.countOption("size", 0));
    options.source.samples = TRY(context.countOption("samples", 8));
    if (p.isSet("noise"))
        options.source.noise = TRY(numberOption(context, "noise"));
    if (p.optionNames().contains("seed"))
        options.source.seed = TRY(context.seed());
    options.source.lowBits =
        TRY(context.asked(lowBitsOf(p.value("low-bits").toStdString(), options.source.seed)));
    options.calibration = p.value("calibration").toStdString();
    options.calibrationCount = TRY(context.countOption("calibration-count", 32));
    if (constexpr std::size_t most = 100'000; options.calibrationCount > most) // each is kept in memory
        return context.misuse("--calibration-count takes at most {}, not {}", most, options.calibrationCount);
    const bool generates = model->picture && model->picture->task == PictureTask::Generation;
    options.task.steps = TRY(context.countOption(
        "steps", generates ? std::min<std::size_t>(10, model->picture->schedule.steps) : 10));
    if (generates && options.task.steps > model->picture->schedule.steps)
        return context.misuse(
            "--steps is at most {} for this model, not {}", model->picture->schedule.steps,
            options.task.steps);
    if (model->picture && model->picture->task == PictureTask::Generation && p.isSet("size"))
        options.pictureSize = options.source.size;
    TRY_VOID(readPrompt(context, options.task));
    options.normalisation = TRY(normalisationOf(context));
    if (p.isSet("calibration-steps")) {
        const auto way = calibrationSteps(p.value("calibration-steps").toStdString());
        if (!way)
            return context.misuse(
                "--calibration-steps is even, normal or features, not '{}'",
                p.value("calibration-steps").toStdString());
        options.calibrationSteps = *way;
    }
    if (p.isSet("task")) {
        options.as = pictureTask(p.value("task").toStdString());
        if (!options.as)
            return context.misuse("--task is {}, not '{}'", taskWords, p.value("task").toStdString());
    }
    auto engine = TRY(PictureEngine::create(
        std::move(model), context.plugins().lookup(), std::move(options), context.stop));
    TRY_VOID(forEachTransform(
        context, [&]() -> const Model& { return *engine->model(); },
        [&](const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
            const MethodContext& work) -> Result<void> {
            engine = TRY(engine->transformed(transform, parameters, std::move(candidates), work));
            return {};
        }));
    return engine;
}

Result<std::shared_ptr<const Model>>
transformedPictureModel(Context& context, std::shared_ptr<const Model> model)
{
    TRY_VOID(checkAppliedTo(context, *model));
    std::vector<std::string> notices;
    TRY_VOID(forEachTransform(
        context, [&]() -> const Model& { return *model; },
        [&](const ModelTransform& transform, const Parameters& parameters, std::vector<Candidate> candidates,
            const MethodContext& work) -> Result<void> {
            auto compressor = std::make_shared<Compressor>(model, context.plugins().lookup(), nullptr, 0);
            model = TRY(
                transformedNetwork(compressor, transform, parameters, std::move(candidates), work, notices));
            return {};
        }));
    tell(notices);
    return model;
}

QJsonObject evaluationJson(const PictureEngine& engine, const PictureEvaluation& evaluation)
{
    const PictureModel& picture = *engine.model()->picture;
    QJsonObject object{
        {"task", QString::fromStdString(std::string(nameOf(picture.task)))},
        {"samples", qint64(evaluation.samplesDone)},
        {"divergence", evaluation.divergence.value},
        {"divergenceStandardError", evaluation.divergence.standardError},
        {"normalisation", QString::fromStdString(describe(picture.normalisation))},
        {"milliseconds", qint64(evaluation.elapsed.count())}};
    const auto put = [&](const char* name, const std::optional<Measured>& value) {
        if (!value)
            return;
        object[name] = value->value;
        object[QString(name) + "StandardError"] = value->standardError;
    };
    put("top1", evaluation.top1);
    put("top5", evaluation.top5);
    put("referenceTop1", evaluation.referenceTop1);
    put("loss", evaluation.loss);
    put("agreement", evaluation.agreement);
    put("psnr", evaluation.psnr);
    put("ssim", evaluation.ssim);
    put("referencePsnr", evaluation.referencePsnr);
    put("referenceSsim", evaluation.referenceSsim);
    put("fidelity", evaluation.fidelity);
    put("boxes", evaluation.boxes);
    put("referenceBoxes", evaluation.referenceBoxes);
    put("boxAgreement", evaluation.boxAgreement);
    if (evaluation.agreement)
        object["flips"] = qint64(evaluation.flips);
    QJsonArray notices;
    for (const std::string& notice : engine.pictures().notices)
        notices.append(QString::fromStdString(notice));
    object["notices"] = notices;
    return object;
}

} // namespace tritloom::cli
