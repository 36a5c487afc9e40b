#include "app/session/picture_labels.h"

#include "app/session/text_file.h"
#include "core/base/utf8.h"

#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>
#include <map>
#include <set>

namespace tritloom {
namespace {

struct LabelFile {
    std::vector<std::string> names; ///< of a list of classes
    std::map<QString, QString> classOf; ///< by file name, with and without extension
};

Result<LabelFile> readLabels(const std::filesystem::path& path, const std::vector<PictureFile>& files)
{
    const std::string lines = TRY(readTextFile(path));
    std::set<QString> known;
    for (const PictureFile& picture : files)
        known.insert({QFileInfo(picture.path).fileName()});
    for (const PictureFile& picture : files)
        known.insert(picture.stem);
    LabelFile result;
    static const QRegularExpression separator("[,;\\t ]+");
    for (const QString& line : QString::fromStdString(lines).split('\n')) {
        const QString text = line.trimmed();
        if (text.isEmpty())
            continue;
        const QStringList parts = text.split(separator, Qt::SkipEmptyParts);
        if (parts.isEmpty()) // separators alone
            continue;
        const QString name = QFileInfo(parts.first()).fileName();
        if (parts.size() > 1 && (known.contains(name) || known.contains(QFileInfo(name).completeBaseName())))
            result.classOf[name] = result.classOf[QFileInfo(name).completeBaseName()] = parts[1];
        else
            result.names.push_back(text.toStdString());
    }
    if (!result.classOf.empty())
        result.names.clear(); // a header line is no class
    if (result.names.empty() && result.classOf.empty())
        return fail(ErrorCode::InvalidInput, "{}: no labels in this file", path.string());
    return result;
}

/// Where a class of the list stands; entries may go on behind their first word ("n01440764 tench").
std::optional<std::size_t> placeOf(const std::vector<std::string>& names, const QString& text)
{
    const std::string wanted = text.toStdString();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == wanted || names[i].starts_with(wanted + " ") || names[i].starts_with(wanted + ","))
            return i;
    return std::nullopt;
}

QStringList wordsOf(const QString& stem)
{
    static const QRegularExpression separator("[_\\-. ]+");
    return stem.split(separator, Qt::SkipEmptyParts);
}

/// The word of a file name that says the class: that of the list, or the first or last one, whichever repeats
/// more.
std::vector<QString>
classesInNames(const std::vector<PictureFile>& files, const std::vector<std::string>& names)
{
    std::vector<QString> result;
    std::set<QString> first, last;
    for (const PictureFile& file : files) {
        const QStringList words = wordsOf(file.stem);
        QString found;
        for (const QString& word : words)
            if (found.isEmpty() && placeOf(names, word))
                found = word;
        result.push_back(found);
        if (!words.isEmpty()) {
            first.insert(words.first());
            last.insert(words.last());
        }
    }
    if (!names.empty())
        return result;
    const bool useFirst = first.size() <= last.size();
    for (std::size_t i = 0; i < files.size(); ++i) {
        const QStringList words = wordsOf(files[i].stem);
        // A single word is a name, no class; so is a word that no two files share.
        if (words.size() > 1 && std::min(first.size(), last.size()) < files.size())
            result[i] = useFirst ? words.first() : words.last();
    }
    return result;
}

} // namespace

Result<Labels>
labelsOf(const std::vector<PictureFile>& files, const std::filesystem::path& path, std::size_t classCount)
{
    LabelFile given;
    if (!path.empty())
        given = TRY(readLabels(path, files));
    Labels labels;
    std::vector<QString> texts(files.size());
    const auto inside =
        std::ranges::count_if(files, [](const PictureFile& file) { return !file.folder.isEmpty(); });
    const bool inFolders = std::size_t(inside) * 2 > files.size();
    if (!given.classOf.empty()) {
        for (std::size_t i = 0; i < files.size(); ++i) {
            const auto found = given.classOf.find(QFileInfo(files[i].path).fileName());
            const auto stem = given.classOf.find(files[i].stem);
            texts[i] = found != given.classOf.end() ? found->second
                : stem != given.classOf.end()       ? stem->second
                                                    : "";
        }
    } else if (inFolders) {
        labels.areFolders = true;
        for (std::size_t i = 0; i < files.size(); ++i)
            texts[i] = files[i].folder.section('/', 0, 0);
    } else {
        texts = classesInNames(files, given.names);
    }
    std::set<QString> all;
    bool numbers = true;
    for (const QString& text : texts) {
        if (text.isEmpty())
            continue;
        all.insert(text);
        bool isNumber = false;
        text.toUInt(&isNumber);
        numbers = numbers && isNumber;
    }
    labels.names = given.names;
    if (labels.names.empty() && !numbers)
        for (const QString& text : all)
            labels.names.push_back(text.toStdString());
    const bool isList = !given.names.empty(); // which may go on behind the classes that the network knows
    if (classCount > 0 && labels.names.size() > classCount && !isList)
        return fail(
            ErrorCode::InvalidInput,
            "there are {} classes of pictures, the network knows {}: give their order with --labels",
            labels.names.size(), classCount);
    // Names say nothing about the network's order unless all are there.
    if (!given.classOf.empty() && !isList && !labels.names.empty() && labels.names.size() < classCount)
        return fail(
            ErrorCode::InvalidInput,
            "{}: the classes of the pictures ('{}' first) are {} names, the network knows {} classes: give "
            "numbers from 0 to {}, or all names in the network's order, one a line",
            path.string(), printable(labels.names.front()), labels.names.size(), classCount, classCount - 1);
    for (const QString& text : texts) {
        std::optional<std::size_t> place;
        if (!text.isEmpty())
            place = placeOf(labels.names, text);
        if (!place && !text.isEmpty() && numbers)
            place = text.toUInt();
        labels.classes.push_back(place);
    }
    return labels;
}

} // namespace tritloom
