#include "app/session/text_file.h"

#include <QSaveFile>

namespace tritloom {

Result<void> writeTextFile(const QString& path, const std::string& text)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)
        || file.write(text.data(), qint64(text.size())) != qint64(text.size()) || !file.commit())
        return fail(
            ErrorCode::Io, "{} could not be written: {}", path.toStdString(),
            file.errorString().toStdString());
    return {};
}

} // namespace tritloom
