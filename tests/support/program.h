#pragma once

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

/// A program run to its end.
struct Finished {
    int exitCode = -1;
    QByteArray out, err;
    [[nodiscard]] QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
};

/// home: where the program may keep its files, so that a test meets nothing of an earlier run.
inline Finished
run(const QString& program, const QStringList& arguments, const QString& home = {}, int seconds = 240)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    if (!home.isEmpty())
        environment.insert("XDG_DATA_HOME", home);
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    if (!process.waitForFinished(seconds * 1000)) {
        process.kill();
        process.waitForFinished();
        return {-1, process.readAllStandardOutput(), "no end after " + QByteArray::number(seconds) + " s"};
    }
    return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
}

/// Why a script of tests/interop installed nothing: the last line that it said.
inline QByteArray reasonOf(const Finished& installed)
{
    const QByteArray said = (installed.out + installed.err).trimmed();
    return said.mid(said.lastIndexOf('\n') + 1);
}

/// A file with these bytes; its path again.
inline QString writtenFile(const QString& path, const QByteArray& bytes)
{
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size())
        qFatal("%s is not written", qPrintable(path));
    return path;
}

inline QString cliProgram()
{
    return TRITLOOM_BINARY_DIR "/bin/tritloom-cli";
}

inline QString sampleModel()
{
    return TRITLOOM_SOURCE_DIR "/resources/samples/language/sample.gguf";
}
