#include "app/cli/picture_commands.h"
#include "app/session/picture_names.h"
#include "core/architecture/normalisations.h"
#include "core/task/low_bits.h"

#include <QDir>
#include <QFileInfo>
#include <QImageReader>
#include <QJsonArray>
#include <QSet>

#include <cmath>

namespace tritloom::cli {
namespace {

/// How much neighbours differ around each pixel, brightest where it is most.
Picture scoreMap(const ByteImage& noise)
{
    Picture map(1, noise.height, noise.width);
    double largest = 0;
    for (std::size_t y = 0; y + 1 < noise.height; ++y)
        for (std::size_t x = 0; x + 1 < noise.width; ++x) {
            map.at(0, y, x) = float(patchScore(noise, y, x, 2, 2));
            largest = std::max(largest, double(map.at(0, y, x)));
        }
    for (float& value : map.values)
        value = largest > 0 ? float(double(value) / largest) : 0;
    return map;
}

/// A classifier of two classes that is shown low bits: class 1 is real.
class Detector {
public:
    static Result<std::unique_ptr<Detector>> open(Context& context, const QString& path)
    {
        auto model = TRY(pictureModel(context, path));
        const bool isDetector = model != nullptr && model->picture
            && model->picture->task == PictureTask::Classification && model->picture->classes == 2;
        if (!isDetector)
            return fail(
                ErrorCode::InvalidInput,
                "{} is no classifier of two classes, which a detector of generated pictures is{}",
                path.toStdString(),
                model != nullptr && !model->whyNotEvaluated.empty() ? ": " + model->whyNotEvaluated : "");
        auto compressor = std::make_shared<Compressor>(std::move(model), MethodLookup(), nullptr, 0);
        return std::make_unique<Detector>(
            NetworkPass(std::move(compressor), TRY(makeExecutor("cpu")), std::size_t{1} << 20));
    }
    explicit Detector(NetworkPass pass)
        : m_pass(std::move(pass))
    {
    }
    /// How likely the picture is real. patch: as detectorPatch() gives it.
    Result<double> real(const ByteImage& patch, std::stop_token stop)
    {
        const PictureModel& model = *m_pass.model().picture;
        Picture view = withChannels(pictureOf(patch), model.channels);
        if (model.height != 0 && model.width != 0
            && (model.height != view.height || model.width != view.width))
            view = resized(view, model.height, model.width);
        const Normalisation how = model.normalisation.isKnown || model.channels != 3
            ? model.normalisation
            : normalisations::imageNet;
        const Tensor input[] = {networkInput(view, how)};
        const Tensor output = TRY(
            m_pass.run(input, Key(), m_pass.model().original(), NetworkPass::Keep::Nothing, std::move(stop)));
        return std::exp(logProbabilities(classScores(output))[1]);
    }

private:
    NetworkPass m_pass;
};

struct Options {
    QString output; ///< empty: nothing is written
    NoiseScale scale = NoiseScale::Scaled;
    std::optional<std::uint64_t> seed; ///< of random patches; else the grid
    Detector* detector = nullptr;
    std::stop_token stop;
};

/// stem: what names of files begin with.
Result<QJsonObject> planesOf(const QString& path, const QString& stem, const Options& options)
{
    const Picture picture = TRY(readPicture(path.toStdString()));
    const ByteImage image = bytesOf(picture), noise = detectorNoise(image, options.scale);
    const BitStatistics statistics = bitStatistics(image);
    const NoisePatch patch =
        strongest(options.seed ? randomPatches(noise, *options.seed) : gridPatches(noise));
    QJsonArray ones;
    for (const double share : statistics.ones)
        ones.append(share);
    const bool isJpeg = QImageReader(path).format() == "jpeg";
    QJsonObject object{
        {"file", path},
        {"ones", ones},
        {"noisy", statistics.noisy},
        {"meanScore", statistics.meanScore},
        {"score", qint64(patch.score)},
        {"top", qint64(patch.top)},
        {"left", qint64(patch.left)},
        {"lossy", isJpeg}};
    if (options.detector != nullptr) {
        const ByteImage coloured = detectorNoise(bytesOf(withChannels(picture, 3)), options.scale);
        const double real = TRY(options.detector->real(detectorPatch(coloured, patch), options.stop));
        if (!std::isfinite(real))
            return fail(
                ErrorCode::InvalidInput,
                "{}: the detector answers with what is no number: are there NaN among its weights?",
                path.toStdString());
        object["real"] = real;
    }
    if (options.output.isEmpty())
        return object;
    const QDir folder(options.output);
    if (!folder.mkpath("."))
        return fail(ErrorCode::Io, "{}: the folder cannot be made", options.output.toStdString());
    QJsonArray files;
    const auto write = [&](const QString& part, const Picture& what) -> Result<void> {
        const QString file = folder.filePath(QString("%1-%2.png").arg(stem, part));
        TRY_VOID(writePicture(what, file.toStdString()));
        files.append(file);
        return {};
    };
    for (int bit = 0; bit < 8; ++bit)
        TRY_VOID(write(QString("bit%1").arg(bit), pictureOf(bitPlane(image, bit))));
    TRY_VOID(write("noise", pictureOf(noise)));
    TRY_VOID(write("score", scoreMap(noise)));
    TRY_VOID(write("patch", pictureOf(detectorPatch(noise, patch))));
    object["files"] = files;
    return object;
}

/// What tells the pictures apart where they are written beside each other: their names without the ending.
QStringList stemsOf(const QStringList& paths)
{
    std::vector<PictureFile> files;
    for (const QString& path : paths)
        files.push_back({QFileInfo(path).absoluteFilePath(), {}, {}});
    QStringList stems;
    for (const std::string& name : namesOf(files)) {
        QStringList parts = QString::fromStdString(name).split(u'/', Qt::SkipEmptyParts);
        if (!parts.isEmpty()) // else "/", which is read as no picture later
            parts.back() = QFileInfo(parts.back()).completeBaseName();
        stems << parts.join(u'-');
    }
    // A picture that is named twice, or endings that differ alone.
    if (QSet<QString>(stems.begin(), stems.end()).size() != stems.size())
        for (qsizetype i = 0; i < stems.size(); ++i)
            stems[i] = QString("%1-%2").arg(i + 1).arg(stems[i]);
    return stems;
}

} // namespace

int planes(Context& context, const QStringList& arguments)
{
    context.addArgument("PICTURE...", "Pictures as they were stored, not resized.");
    context.addOption({{"o", "output"}, "Write planes, noise image, scores and the patch as PNG.", "folder"});
    context.addOption({"threshold", "The noise image has 255 where one of the three lowest bits is set."});
    context.addOption(
        {"detector",
         "A classifier of two classes (1: real) that is shown the patch; ONNX or a known network.", "model"});
    context.addOption({"seed", "64 random patches instead of a grid.", "N"});
    if (!context.parse(arguments, 1, 100000))
        return context.exitCode;
    Options options{
        .output = context.parser.value("output"),
        .scale = NoiseScale::Scaled,
        .seed = {},
        .detector = nullptr,
        .stop = context.stop};
    std::unique_ptr<Detector> detector;
    if (context.parser.isSet("detector")) {
        auto opened = Detector::open(context, context.parser.value("detector"));
        if (!opened)
            return context.fail(opened.error());
        detector = std::move(*opened);
        options.detector = detector.get();
    }
    if (context.parser.isSet("threshold"))
        options.scale = NoiseScale::Thresholded;
    if (context.parser.isSet("seed")) {
        const auto seed = context.seed();
        if (!seed)
            return context.fail(seed.error());
        options.seed = *seed;
    }
    QJsonArray pictures;
    std::vector<QStringList> rows;
    const QStringList paths = context.parser.positionalArguments(), stems = stemsOf(paths);
    for (qsizetype i = 0; i < paths.size(); ++i) {
        const QString& path = paths[i];
        const auto found = planesOf(path, stems[i], options);
        if (!found)
            return context.fail(found.error());
        pictures.append(*found);
        QStringList row{QFileInfo(path).fileName()};
        for (const QJsonValue& share : (*found)["ones"].toArray())
            row << QString::number(share.toDouble(), 'f', 3);
        row << QString::number((*found)["noisy"].toDouble(), 'f', 4)
            << QString::number((*found)["meanScore"].toDouble(), 'f', 0)
            << QString("%1 at %2, %3")
                   .arg((*found)["score"].toInteger())
                   .arg((*found)["left"].toInteger())
                   .arg((*found)["top"].toInteger());
        if (detector)
            row << QString::number((*found)["real"].toDouble(), 'f', 4);
        rows.push_back(row);
        if ((*found)["lossy"].toBool())
            std::fprintf(
                stderr,
                "%s: stored as JPEG, which rewrites the low bits: they tell nothing of where it comes from\n",
                qPrintable(path));
    }
    if (context.json())
        context.print({{"pictures", pictures}});
    else {
        QStringList columns{"picture", "bit 0",         "1",          "2",         "3", "4", "5", "6",
                            "7",       "one of 0 to 2", "mean score", "best score"};
        if (detector)
            columns << "real";
        printTable(columns, rows);
    }
    return Done;
}

} // namespace tritloom::cli
