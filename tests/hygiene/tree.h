#pragma once

#include <QDirIterator>
#include <QFile>
#include <QStringList>

/// The source tree as the tests here read it: paths from its root, sorted.
namespace tritloom::tree {

inline QStringList sources()
{
    QStringList files;
    const QString root = TRITLOOM_SOURCE_DIR "/";
    for (const char* folder : {"core", "compute", "plugins", "app", "tests"}) {
        QDirIterator walk(root + folder, {"*.h", "*.cpp"}, QDir::Files, QDirIterator::Subdirectories);
        while (walk.hasNext())
            files << walk.next().mid(root.size());
    }
    files.sort();
    return files;
}

/// None where there is no such file.
inline QStringList linesOf(const QString& path)
{
    QFile file(QString(TRITLOOM_SOURCE_DIR "/") + path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromUtf8(file.readAll()).split('\n');
}

} // namespace tritloom::tree
