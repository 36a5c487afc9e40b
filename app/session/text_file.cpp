#include "app/session/text_file.h"

#include <QSaveFile>

namespace tritloom {
namespace {

auto notWritten(const QSaveFile& file)
{
    return fail(
        ErrorCode::Io, "{} could not be written: {}", file.fileName().toStdString(),
        file.errorString().toStdString());
}

} // namespace

Result<void> writeTextFile(const QString& path, const std::string& text)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)
        || file.write(text.data(), qint64(text.size())) != qint64(text.size()) || !file.commit())
        return notWritten(file);
    return {};
}

Result<void> checkWritable(const QString& path)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly))
        return notWritten(file);
    return {}; // without commit() nothing changes
}

std::string csvCell(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos)
        return text;
    std::string cell = "\"";
    for (const char c : text)
        cell.append(c == '"' ? 2 : 1, c);
    return cell + "\"";
}

} // namespace tritloom
