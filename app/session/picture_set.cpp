#include "app/session/picture_set.h"

#include "app/session/idx_file.h"
#include "app/session/picture_labels.h"
#include "app/session/picture_names.h"
#include "core/image/noise.h"

#include <QDirIterator>
#include <QFileInfo>
#include <QImageReader>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

bool isPictureFile(const QFileInfo& file)
{
    static const auto formats = QImageReader::supportedImageFormats();
    return formats.contains(file.suffix().toLower().toLatin1());
}

std::vector<PictureFile> filesOf(const PictureSource& source)
{
    std::vector<PictureFile> files;
    for (const std::filesystem::path& path : source.files) {
        const QFileInfo file(QString::fromStdString(path.string()));
        files.push_back({file.absoluteFilePath(), "", file.completeBaseName()});
    }
    if (!files.empty())
        return files;
    const QFileInfo root(QString::fromStdString(source.images.string()));
    if (root.exists() && !root.isDir()) // reading says why a pipe is none
        return {{root.absoluteFilePath(), "", root.completeBaseName()}};
    const QDir folder(root.absoluteFilePath());
    QDirIterator walk(
        folder.path(), QDir::Files, QDirIterator::Subdirectories | QDirIterator::FollowSymlinks);
    while (walk.hasNext()) {
        const QFileInfo file(walk.next());
        if (isPictureFile(file))
            files.push_back(
                {file.absoluteFilePath(), QFileInfo(folder.relativeFilePath(file.absoluteFilePath())).path(),
                 file.completeBaseName()});
    }
    for (PictureFile& file : files)
        if (file.folder == ".")
            file.folder.clear();
    std::sort(files.begin(), files.end(), [](const PictureFile& a, const PictureFile& b) {
        return a.path < b.path;
    });
    return files;
}

Key keyOfPicture(const Picture& picture)
{
    return keyOf(
        "picture", std::uint64_t(picture.channels), std::uint64_t(picture.height),
        std::uint64_t(picture.width),
        std::string_view(
            reinterpret_cast<const char*>(picture.values.data()), picture.values.size() * sizeof(float)));
}

/// As Pillow's bicubic resampling shrinks bytes.
constexpr Resampling pillow{.cubic = -0.5, .antialias = true, .round8 = true, .mirrored = false};

/// The size a classifier takes: large pictures are shrunk to a short side of 8/7 of it and their middle is
/// taken, as ImageNet classifiers are measured; small ones are stretched.
Picture fitted(const PictureModel& model, Picture picture, std::size_t& changed)
{
    picture = withChannels(picture, model.channels);
    const std::size_t height = model.height, width = model.width;
    if (height == 0 || width == 0 || (picture.height == height && picture.width == width))
        return picture;
    ++changed;
    if (height < 160 || width < 160)
        return resized(picture, height, width, pillow);
    const std::size_t side = std::max(height, width) * 8 / 7;
    // The ends of a long strip are cut away below: they are not enlarged first, which could take all memory.
    const std::size_t longest = 8 * std::min(picture.width, picture.height);
    picture = centreCrop(picture, std::min(picture.height, longest), std::min(picture.width, longest));
    const bool wide = picture.width > picture.height;
    const std::size_t shortSide = std::min(picture.width, picture.height),
                      longSide = std::max(picture.width, picture.height);
    const std::size_t other = longSide * side / shortSide;
    return centreCrop(resized(picture, wide ? side : other, wide ? other : side, pillow), height, width);
}

/// The largest size in both directions that the network takes.
Picture cutToMultiple(const Picture& picture, std::size_t multiple)
{
    if (multiple <= 1)
        return picture;
    return cropped(picture, 0, 0, picture.height / multiple * multiple, picture.width / multiple * multiple);
}

/// What the network is given of a picture as it is stored.
Picture
givenOf(const PictureModel& model, const PictureSource& source, const Picture& picture, std::size_t& changed)
{
    if (!source.lowBits)
        return fitted(model, picture, changed);
    const Picture view = withChannels(detectorView(picture, *source.lowBits), model.channels);
    const std::size_t height = model.height == 0 ? view.height : model.height,
                      width = model.width == 0 ? view.width : model.width;
    return height == view.height && width == view.width ? view : resized(view, height, width);
}

/// What there is to be said about pictures whose lowest bits are looked at.
void noteLowBits(PictureSet& set, std::size_t lossy, std::size_t read)
{
    if (lossy > 0)
        set.notices.push_back(fmt::format(
            "{} of {} pictures are stored as JPEG, which rewrites the lowest bits{}", lossy, read,
            lossy < read ? ": a detector may tell the formats apart, save all in one way first" : ""));
    if (const auto& names = set.classNames; names.size() == 2)
        set.notices.push_back(
            fmt::format("'{}' counts as generated (class 0), '{}' as real (class 1)", names[0], names[1]));
}

Result<PictureSet>
classified(const PictureModel& model, const PictureSource& source, const std::vector<PictureFile>& files)
{
    PictureSet set;
    std::size_t changed = 0, lossy = 0;
    const auto idx = files.empty() ? TRY(readIdx(source.images)) : std::nullopt;
    if (idx) {
        for (const std::size_t i : chosen(idx->pictures.size(), source.limit)) {
            PictureSample sample{.name = fmt::format("picture {}", i), .given = {}};
            sample.given = givenOf(model, source, idx->pictures[i], changed);
            if (!idx->labels.empty())
                sample.label = idx->labels[i];
            set.samples.push_back(std::move(sample));
        }
    } else {
        Labels labels = TRY(labelsOf(files, source.labels, model.classes));
        set.classNames = std::move(labels.names);
        if (source.labels.empty() && !set.classNames.empty() && set.classNames.size() < model.classes)
            set.notices.push_back(fmt::format(
                "the pictures have {} classes, the network knows {}: theirs count as its first ones in the "
                "order of the alphabet unless --labels gives the order",
                set.classNames.size(), model.classes));
        // Beside folders of classes lie sheets and the like, which are no pictures of the set.
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < files.size(); ++i)
            if (labels.classes[i] || !labels.areFolders)
                members.push_back(i);
        if (members.empty() && !files.empty())
            return fail(
                ErrorCode::InvalidInput,
                "{}: none of its {} pictures lies in a folder that {} has as a class", source.images.string(),
                files.size(), source.labels.filename().string());
        if (members.size() < files.size())
            set.notices.push_back(fmt::format(
                "{} pictures outside of the class folders were left out", files.size() - members.size()));
        const std::vector<std::string> names = namesOf(files);
        for (const std::size_t at : chosen(members.size(), source.limit)) {
            const std::size_t i = members[at];
            PictureSample sample{
                .name = names[i],
                .given = givenOf(model, source, TRY(readPicture(files[i].path.toStdString())), changed)};
            sample.label = labels.classes[i];
            lossy += source.lowBits && QImageReader(files[i].path).format() == "jpeg" ? 1 : 0;
            set.samples.push_back(std::move(sample));
        }
    }
    if (source.lowBits)
        noteLowBits(set, lossy, set.samples.size());
    const auto labelled =
        std::ranges::count_if(set.samples, [](const PictureSample& s) { return s.label.has_value(); });
    if (labelled == 0 && !set.samples.empty())
        set.notices.push_back("no picture has a class, so only the difference to the reference is measured");
    else if (std::size_t(labelled) < set.samples.size())
        set.notices.push_back(fmt::format(
            "{} of {} pictures have no class", set.samples.size() - std::size_t(labelled),
            set.samples.size()));
    if (changed > 0)
        set.notices.push_back(fmt::format(
            "{} of {} pictures were resized to {} x {}", changed, set.samples.size(), model.width,
            model.height));
    return set;
}

/// Detectors see whole pictures, stretched to their size.
Result<PictureSet>
detected(const PictureModel& model, const PictureSource& source, const std::vector<PictureFile>& files)
{
    PictureSet set;
    std::size_t changed = 0;
    const std::vector<std::string> names = namesOf(files);
    for (const std::size_t i : chosen(files.size(), source.limit)) {
        PictureSample sample{.name = names[i], .given = {}};
        sample.given = withChannels(TRY(readPicture(files[i].path.toStdString())), model.channels);
        const std::size_t height = model.height == 0 ? sample.given.height : model.height,
                          width = model.width == 0 ? sample.given.width : model.width;
        if (height != sample.given.height || width != sample.given.width) {
            ++changed;
            sample.given = resized(sample.given, height, width, pillow);
        }
        set.samples.push_back(std::move(sample));
    }
    if (changed > 0)
        set.notices.push_back(fmt::format(
            "{} of {} pictures were stretched to {} x {}", changed, set.samples.size(), model.width,
            model.height));
    return set;
}

bool isNamed(const PictureFile& file, const QString& word)
{
    return file.folder.split('/').contains(word, Qt::CaseInsensitive);
}

void noteCut(PictureSet& set, std::size_t cut, const PictureSource& source)
{
    if (cut > 0)
        set.notices.push_back(fmt::format(
            "of {} of {} pictures the middle is taken, at most {} x {} pixels", cut, set.samples.size(),
            source.largest, source.largest));
}

/// HR and LR_x4 folders side by side are pairs; other pictures are shrunk.
Result<PictureSet>
superResolved(const PictureModel& model, const PictureSource& source, const std::vector<PictureFile>& files)
{
    PictureSet set;
    std::vector<PictureFile> high, low;
    const QString scale = QString("x%1").arg(model.scale);
    for (const PictureFile& file : files) {
        if (isNamed(file, "HR"))
            high.push_back(file);
        else if (
            file.folder.contains("LR", Qt::CaseInsensitive)
            && file.folder.contains(scale, Qt::CaseInsensitive))
            low.push_back(file);
    }
    std::size_t cut = 0;
    const bool paired = !high.empty() && high.size() == low.size();
    if (high.empty())
        high = files;
    const std::vector<std::string> names = namesOf(high);
    for (const std::size_t i : chosen(high.size(), source.limit)) {
        Picture target = withChannels(TRY(readPicture(high[i].path.toStdString())), model.channels);
        if (source.largest != 0 && !paired
            && (target.height > source.largest || target.width > source.largest)) {
            target = centreCrop(target, source.largest, source.largest);
            ++cut;
        }
        PictureSample sample{.name = names[i], .given = {}};
        sample.target = cutToMultiple(target, model.scale * std::max<std::size_t>(model.multiple, 1));
        if (sample.target.isEmpty())
            return fail(
                ErrorCode::InvalidInput, "{}: {} x {} pixels are too few", sample.name, target.width,
                target.height);
        if (paired) {
            sample.given = withChannels(TRY(readPicture(low[i].path.toStdString())), model.channels);
            if (sample.given.height != sample.target.height / model.scale
                || sample.given.width != sample.target.width / model.scale)
                return fail(
                    ErrorCode::InvalidInput, "{} has {} x {} pixels, which is not a {}th of {}",
                    low[i].path.toStdString(), sample.given.width, sample.given.height, model.scale,
                    sample.name);
        } else {
            sample.given = rounded8(resized(
                sample.target, sample.target.height / model.scale, sample.target.width / model.scale,
                {.cubic = -0.5, .antialias = true, .round8 = false, .mirrored = true}));
        }
        set.samples.push_back(std::move(sample));
    }
    noteCut(set, cut, source);
    if (!paired)
        set.notices.push_back(
            fmt::format("the pictures were shrunk {} times each way by bicubic resampling", model.scale));
    return set;
}

Result<PictureSet>
restored(const PictureModel& model, const PictureSource& source, const std::vector<PictureFile>& files)
{
    PictureSet set;
    const bool noisy = model.task == PictureTask::Restoration,
               restyled = model.task == PictureTask::StyleTransfer;
    const double noise = source.noise > 0 ? source.noise : model.noise > 0 ? model.noise : 25;
    std::size_t cut = 0;
    const std::vector<std::string> names = namesOf(files);
    for (const std::size_t i : chosen(files.size(), source.limit)) {
        PictureSample sample{.name = names[i], .given = {}};
        Picture picture = withChannels(TRY(readPicture(files[i].path.toStdString())), model.channels);
        if (model.height != 0 && model.width != 0)
            picture = centreCrop(picture, model.height, model.width);
        else if (!noisy && !restyled)
            picture = centreCrop(picture, source.size, source.size);
        else if (source.largest != 0 && (picture.height > source.largest || picture.width > source.largest)) {
            picture = centreCrop(picture, source.largest, source.largest);
            ++cut;
        }
        sample.target = cutToMultiple(picture, model.multiple);
        if (sample.target.isEmpty() || (model.height != 0 && sample.target.height != model.height)
            || (model.width != 0 && sample.target.width != model.width))
            return fail(
                ErrorCode::InvalidInput, "{}: {} x {} pixels are too few", sample.name, picture.width,
                picture.height);
        sample.given = sample.target;
        if (restyled)
            sample.target = {}; // only the network itself says how it should look
        if (noisy) {
            const std::vector<float> numbers = NormalNoise(source.seed + i).draw(sample.given.values.size());
            for (std::size_t p = 0; p < numbers.size(); ++p)
                sample.given.values[p] += float(noise / 255) * numbers[p];
        }
        set.samples.push_back(std::move(sample));
    }
    noteCut(set, cut, source);
    if (noisy)
        set.notices.push_back(
            fmt::format("noise of {} / 255 was added to the pictures, seed {}", noise, source.seed));
    return set;
}

} // namespace

bool holdsPictures(const std::filesystem::path& path)
{
    const QFileInfo info(QString::fromStdString(path.string()));
    if (!info.isDir())
        return isPictureFile(info);
    QDirIterator walk(info.absoluteFilePath(), QDir::Files, QDirIterator::Subdirectories);
    bool found = false;
    for (int seen = 0; walk.hasNext() && seen < 2000; ++seen) { // runs on the window's thread
        const QFileInfo file(walk.next());
        const QString suffix = file.suffix().toLower();
        if (suffix == "safetensors" || suffix == "onnx" || suffix == "gguf"
            || file.fileName() == "config.json")
            return false;
        found = found || isPictureFile(file) || file.fileName().contains("idx3-ubyte");
    }
    return found;
}

Result<std::vector<std::filesystem::path>> pictureFiles(const PictureSource& source)
{
    const std::vector<PictureFile> files = filesOf(source);
    if (files.empty())
        return fail(ErrorCode::NotFound, "{}: there is no picture in this folder", source.images.string());
    std::vector<std::filesystem::path> paths;
    for (const std::size_t i : chosen(files.size(), source.limit))
        paths.emplace_back(files[i].path.toStdString());
    return paths;
}

Result<PictureSet> readPictures(const PictureModel& network, const PictureSource& source)
{
    PictureSet set;
    PictureModel model = network;
    if (model.task == PictureTask::Classification || model.task == PictureTask::Detection) {
        // Of any size: the one that was asked for, as it was trained for one.
        model.height = model.height == 0 ? source.largest : model.height;
        model.width = model.width == 0 ? source.largest : model.width;
    }
    if (model.task == PictureTask::Generation) {
        for (std::size_t i = 0; i < source.samples; ++i) {
            PictureSample sample{.name = fmt::format("seed {}", source.seed + i), .given = {}};
            sample.seed = source.seed + i;
            sample.key = keyOf("seed", sample.seed);
            set.samples.push_back(std::move(sample));
        }
        return set;
    }
    if (source.images.empty() && source.files.empty())
        return fail(ErrorCode::InvalidInput, "pictures are needed: give a folder of them with --images");
    if (std::error_code none; source.files.empty() && !std::filesystem::exists(source.images, none))
        return fail(ErrorCode::NotFound, "{}: there is no such file or folder", source.images.string());
    const std::vector<PictureFile> files = filesOf(source);
    if (model.task == PictureTask::Classification)
        set = TRY(classified(model, source, files));
    else if (model.task == PictureTask::SuperResolution)
        set = TRY(superResolved(model, source, files));
    else if (model.task == PictureTask::Detection)
        set = TRY(detected(model, source, files));
    else
        set = TRY(restored(model, source, files));
    if (set.samples.empty())
        return fail(ErrorCode::NotFound, "{}: there is no picture in this folder", source.images.string());
    for (PictureSample& sample : set.samples)
        sample.key = keyOfPicture(sample.given);
    return set;
}

} // namespace tritloom
