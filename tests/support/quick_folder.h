#pragma once

#include <QFileInfo>
#include <QTemporaryDir>

/// A temporary folder in memory where the system has one, for tests that write thousands of files.
class QuickFolder final : public QTemporaryDir {
public:
    QuickFolder()
        : QTemporaryDir(
            QFileInfo(QStringLiteral("/dev/shm")).isWritable() ? QStringLiteral("/dev/shm/tritloom-XXXXXX")
                                                               : QDir::tempPath() + QStringLiteral("/XXXXXX"))
    {
    }
};
