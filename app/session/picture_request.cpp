#include "app/session/picture_request.h"

#include "app/session/pictures_beside.h"
#include "core/architecture/normalisations.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace tritloom {
namespace {

constexpr std::size_t classified = 200, shown = 8, generated = 4;
constexpr std::size_t largestShown = 256; // restoration runs every layer at full size
// Pictures from text: what some seconds on a processor make.
constexpr std::size_t fromText = 1, stepsFromText = 4, sideFromText = 256;

QString textOf(const std::filesystem::path& path)
{
    return QString::fromStdString(path.string());
}

void takeCount(std::size_t& into, const QJsonObject& object, const char* key)
{
    if (const double value = object.value(key).toDouble(-1); value >= 0 && value < 1e9)
        into = std::size_t(value);
}

} // namespace

PictureOptions windowPictureOptions(const PictureModel& model, const EngineOptions& options)
{
    PictureOptions pictures;
    pictures.device = options.device;
    pictures.threads = options.threads;
    pictures.memoBytes = options.memoBytes / 2; // previews have a session of their own
    pictures.source.limit = model.task == PictureTask::Classification ? classified : shown;
    pictures.source.samples = generated;
    pictures.source.largest =
        model.task == PictureTask::Restoration || model.task == PictureTask::StyleTransfer ? largestShown : 0;
    if (model.promptTokens > 0) {
        pictures.source.samples = fromText;
        pictures.task.steps = stepsFromText;
        if (model.height > sideFromText && sideFromText % model.multiple == 0)
            pictures.pictureSize = sideFromText;
    }
    return pictures;
}

QByteArray pictureSettings(const PictureOptions& options)
{
    const PictureSource& source = options.source;
    QJsonObject object{{"images", textOf(source.images)},    {"labels", textOf(source.labels)},
                       {"limit", qint64(source.limit)},      {"noise", source.noise},
                       {"size", qint64(source.size)},        {"largest", qint64(source.largest)},
                       {"seed", qint64(source.seed)},        {"samples", qint64(source.samples)},
                       {"steps", qint64(options.task.steps)}};
    QJsonArray files;
    for (const auto& file : source.files)
        files.append(textOf(file));
    object["files"] = files;
    const auto usual = usualNormalisations();
    if (const auto way =
            options.normalisation ? std::ranges::find(usual, *options.normalisation) : usual.end();
        way != usual.end())
        object["numbers"] = qint64(way - usual.begin()) + 1;
    if (options.task.sampler)
        object["sampler"] = int(*options.task.sampler) + 1;
    if (options.pictureSize != 0)
        object["side"] = qint64(options.pictureSize);
    if (!options.task.prompt.empty() || !options.task.negativePrompt.empty()
        || options.task.guidance != TaskOptions().guidance) {
        object["prompt"] = QString::fromStdString(options.task.prompt);
        object["negative"] = QString::fromStdString(options.task.negativePrompt);
        object["guidance"] = options.task.guidance;
    }
    if (!options.features.empty())
        object["features"] = QString::fromStdString(options.features);
    if (options.as)
        object["task"] = QString::fromStdString(std::string(nameOf(*options.as)));
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

bool applyPictureSettings(PictureOptions& options, const QByteArray& text)
{
    const QJsonObject object = QJsonDocument::fromJson(text).object();
    if (object.isEmpty())
        return false;
    PictureSource& source = options.source;
    source.images = object["images"].toString().toStdString();
    source.labels = object["labels"].toString().toStdString();
    source.files.clear();
    for (const QJsonValue& file : object["files"].toArray())
        source.files.push_back(file.toString().toStdString());
    takeCount(source.limit, object, "limit");
    takeCount(source.size, object, "size");
    takeCount(source.largest, object, "largest");
    takeCount(source.samples, object, "samples");
    takeCount(options.task.steps, object, "steps");
    takeCount(options.pictureSize, object, "side");
    options.task.sampler.reset();
    if (const qint64 sampler = object["sampler"].toInteger();
        sampler > 0 && sampler <= std::ssize(samplerNames))
        options.task.sampler = SamplerKind(sampler - 1);
    options.task.prompt = object["prompt"].toString().toStdString();
    options.task.negativePrompt = object["negative"].toString().toStdString();
    options.task.guidance = object["guidance"].toDouble(TaskOptions().guidance);
    source.noise = object["noise"].toDouble(source.noise);
    source.seed = std::uint64_t(object["seed"].toInteger(qint64(source.seed)));
    options.normalisation.reset();
    if (const qint64 way = object["numbers"].toInteger();
        way > 0 && std::size_t(way) <= usualNormalisations().size())
        options.normalisation = usualNormalisations()[std::size_t(way - 1)];
    options.features = object["features"].toString().toStdString();
    options.as = pictureTask(object["task"].toString().toStdString());
    return true;
}

std::span<const Normalisation> usualNormalisations()
{
    static constexpr Normalisation ways[] = {
        normalisations::unit, normalisations::bytes, normalisations::signedUnit, normalisations::imageNet};
    return ways;
}

std::string describe(const Normalisation& n)
{
    const auto same = [](const std::array<double, 3>& values) {
        return values[0] == values[1] && values[1] == values[2];
    };
    if (same(n.mean) && same(n.deviation))
        return fmt::format(
            "{}..{}", (0 - n.mean[0]) / n.deviation[0], (n.range - n.mean[0]) / n.deviation[0]);
    return fmt::format("mean {}, deviation {}", fmt::join(n.mean, " "), fmt::join(n.deviation, " "));
}

void applySource(PictureOptions& options, const PictureSource& said)
{
    if (!said.images.empty())
        options.source.images = said.images;
    if (!said.images.empty() || !said.labels.empty())
        options.source.labels = said.labels;
    if (said.limit != 0)
        options.source.limit = said.limit;
}

bool hasPictures(const Model& model, const PictureSource& source)
{
    return model.picture->task == PictureTask::Generation || !source.images.empty() || !source.files.empty()
        || !picturesBeside(model.file->path).evaluation.empty();
}

} // namespace tritloom
