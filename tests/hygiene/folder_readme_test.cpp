#include "tests/hygiene/tree.h"

#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRegularExpression>
#include <QSet>
#include <QTest>

#include <algorithm>
#include <array>

using namespace tritloom::tree;

namespace {

/// Folders whose README.md is that of a folder above them, and why that is enough.
struct Exception {
    const char* below; ///< begins their paths
    const char* because;
};
constexpr std::array exceptions{
    Exception{"plugins/", "plugin.json is the title card; plugins/index.md has a line for each, held below"},
    Exception{"resources/icons/", "one set of icons, light and dark"},
    Exception{"resources/samples/picture/", "pictures; folders of classes are named as the classes"},
    Exception{"tests/fuzz/corpus/", "seeds of the target that a folder is named after"},
};

bool isException(const QString& folder)
{
    return folder != "plugins/torch" && std::ranges::any_of(exceptions, [&](const Exception& row) {
               return folder.startsWith(row.below);
           });
}

/// The roots of the tree and all folders below them that hold files.
QStringList folders()
{
    QStringList found;
    const QString root = TRITLOOM_SOURCE_DIR "/";
    for (const char* top :
         {"core", "compute", "shaders", "plugins", "app", "resources", "tests", "installer"}) {
        found << top;
        QDirIterator walk(root + top, QDir::Dirs | QDir::NoDotAndDotDot, QDirIterator::Subdirectories);
        while (walk.hasNext())
            if (const QDir folder(walk.next()); !folder.entryList(QDir::Files).isEmpty())
                found << folder.path().mid(root.size());
    }
    return found;
}

/// The first sentence.
QString sentenceOf(const QString& text)
{
    static const QRegularExpression end("\\.(?= |$)");
    const auto found = end.match(text);
    return found.hasMatch() ? text.left(found.capturedStart()) : text;
}

/// plugins/index.md as it has to be: what each plugin.json says.
QString pluginIndex()
{
    constexpr std::array kinds{
        "layer-method", "model-transform", "sensitivity-metric", "allocator", "analysis"};
    QDir plugins(TRITLOOM_SOURCE_DIR "/plugins");
    std::array<QString, kinds.size()> lists;
    for (const QString& folder : plugins.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name)) {
        QFile file(plugins.filePath(folder + "/plugin.json"));
        if (!file.open(QIODevice::ReadOnly))
            continue; // torch
        const QJsonObject about = QJsonDocument::fromJson(file.readAll()).object();
        const auto kind = std::ranges::find(kinds, about["kind"].toString());
        if (kind == kinds.end())
            return folder + " is of no kind";
        lists[std::size_t(kind - kinds.begin())] +=
            QString("* `%1`: %2. %3.\n")
                .arg(folder, about["title"].toString(), sentenceOf(about["summary"].toString()));
    }
    QString text = "# All plugins\n\nFrom each `plugin.json`; `TRITLOOM_UPDATE_GOLDEN=1 "
                   "build/release/tests/folder_readme_test` writes it anew.\n";
    for (std::size_t k = 0; k < kinds.size(); ++k)
        text += QString("\n## %1\n\n").arg(kinds[k]) + lists[k];
    return text;
}

} // namespace

/// Every folder says what it is, in a README.md of at most a screen.
class FolderReadmeTest : public QObject {
    Q_OBJECT

private slots:
    void everyFolderSaysWhatItIs()
    {
        constexpr int screen = 60; // lines
        QStringList wrong;
        for (const QString& folder : folders()) {
            QFile file(QString(TRITLOOM_SOURCE_DIR "/%1/README.md").arg(folder));
            const bool isThere = file.open(QIODevice::ReadOnly);
            if (!isThere && !isException(folder))
                wrong << folder + " has none";
            else if (const auto lines = isThere ? file.readAll().count('\n') : 0; lines > screen)
                wrong << QString("%1 has %2 lines").arg(folder).arg(lines);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable("README.md: " + wrong.join(", ")));
    }

    /// A source that a README names is in the tree, there or elsewhere; what it links to is where it says.
    void whatTheyNameIsThere()
    {
        static const QRegularExpression source(
            "`([A-Za-z0-9][A-Za-z0-9_./-]*\\.(h|cpp|comp|glsl|cmake|sh|mjs|py|sql))`");
        QSet<QString> ends; // of the paths of all files: "gguf.h", "file/gguf.h", "core/file/gguf.h"
        QStringList wrong;
        for (const QString& folder : folders())
            for (const QString& name :
                 QDir(QString(TRITLOOM_SOURCE_DIR "/") + folder).entryList(QDir::Files)) {
                const QString path = folder + "/" + name;
                const QStringList parts = path.split('/');
                for (qsizetype from = 0; from < parts.size(); ++from)
                    ends << parts.mid(from).join('/');
            }
        QVERIFY(ends.contains("hygiene/tree.h") && !ends.contains("giene/tree.h"));
        static const QRegularExpression link("\\]\\(([^):#]+)\\)");
        for (const QString& folder : QStringList{"."} + folders()) {
            const QString text = linesOf(folder + "/README.md").join('\n');
            auto found = source.globalMatch(text);
            while (found.hasNext())
                if (const QString name = found.next().captured(1); !ends.contains(name))
                    wrong << QString("%1 names %2").arg(folder, name);
            found = link.globalMatch(text);
            while (found.hasNext())
                if (const QString to = found.next().captured(1);
                    !QFile::exists(QString(TRITLOOM_SOURCE_DIR "/%1/%2").arg(folder, to)))
                    wrong << QString("%1 leads to %2").arg(folder, to);
        }
        QVERIFY2(wrong.isEmpty(), qPrintable(wrong.join('\n')));
    }

    void everyPluginHasItsLine()
    {
        const QString path = "plugins/index.md", expected = pluginIndex();
        if (qEnvironmentVariableIntValue("TRITLOOM_UPDATE_GOLDEN") != 0) {
            QFile file(TRITLOOM_SOURCE_DIR "/" + path);
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(expected.toUtf8());
        }
        QCOMPARE(linesOf(path), expected.split('\n'));
    }
};

QTEST_APPLESS_MAIN(FolderReadmeTest)
#include "folder_readme_test.moc"
