#include <QDirIterator>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

namespace {

/// A folder, and what its files may include from the tree. The longest matching folder decides.
struct Rule {
    const char* folder;
    QStringList own; ///< beginnings of project includes that are allowed
    bool qt; ///< Qt headers allowed
    bool vulkan; ///< Vulkan and Highway headers allowed
};

// The table of layers: architecture in one place, enforced.
const std::vector<Rule>& rules()
{
    static const QString core = "core/";
    static const std::vector<Rule> list{
        {"core/base", {"core/base/"}, false, false},
        {"core/format", {"core/base/", "core/format/"}, false, false},
        {"core/tensor", {"core/base/", "core/format/", "core/tensor/"}, false, false},
        {"core/graph", {"core/base/", "core/format/", "core/tensor/", "core/graph/"}, false, false},
        {"core/file", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/file/"}, false, false},
        {"core/text", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/file/", "core/text/"}, false, false},
        {"core/method", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/method/"}, false, false},
        {"core/backend", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/backend/"}, false, false},
        {"core/allocate", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/method/", "core/allocate/"}, false, false},
        {"core/architecture",
         {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/file/", "core/text/", "core/method/",
          "core/backend/", "core/allocate/", "core/architecture/"},
         false, false},
        {"core/image", {"core/base/", "core/image/"}, false, false},
        {"core/store", {core}, false, false},
        {"core", {core}, false, false}, // calibrate, evaluate, task, sensitivity, export
        {"compute", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/backend/", "compute/", "shaders/"}, false, true},
        {"plugins", {"core/base/", "core/format/", "core/tensor/", "core/graph/", "core/method/", "plugins/"}, true, false},
        {"app/session", {core, "compute/", "app/session/", "plugins/method_plugin.h"}, true, false},
        {"app/gui", {core, "app/session/", "app/gui/"}, true, false},
        {"app/cli", {core, "app/session/", "app/cli/"}, true, false},
    };
    return list;
}

const Rule* ruleFor(const QString& path)
{
    const Rule* best = nullptr;
    for (const Rule& rule : rules())
        if (path.startsWith(QString(rule.folder) + "/") && (!best || qstrlen(rule.folder) > qstrlen(best->folder)))
            best = &rule;
    return best;
}

QStringList sources()
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

QStringList linesOf(const QString& path)
{
    QFile file(QString(TRITLOOM_SOURCE_DIR "/") + path);
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QString::fromUtf8(file.readAll()).split('\n');
}

} // namespace

/// Reads the tree itself: who includes whom, how long files are, what must not stand in them.
class LayeringTest : public QObject {
    Q_OBJECT

private slots:
    void everyIncludeIsAllowed()
    {
        static const QRegularExpression include("^#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
        QStringList broken;
        for (const QString& path : sources()) {
            const Rule* const rule = ruleFor(path);
            if (rule == nullptr)
                continue; // tests may include anything
            for (const QString& line : linesOf(path)) {
                const auto match = include.match(line);
                if (!match.hasMatch())
                    continue;
                const QString name = match.captured(1);
                static const QRegularExpression project("^(core|compute|plugins|app|shaders|tests)/");
                if (project.match(name).hasMatch()) {
                    const bool allowed = std::any_of(
                        rule->own.begin(), rule->own.end(), [&](const QString& begin) { return name.startsWith(begin); });
                    if (!allowed)
                        broken << path + " includes " + name;
                }
                // plugins/<m>/<m>.cpp is pure; only the shell knows Qt.
                const bool shell = !path.startsWith("plugins/") || path.endsWith("plugin.cpp") || path.endsWith("method_plugin.h");
                static const QRegularExpression qt("^Q[A-Z]|^Qt");
                if (qt.match(name).hasMatch() && !(rule->qt && shell))
                    broken << path + " includes Qt's " + name;
                if ((name.startsWith("vulkan/") || name.startsWith("hwy/")) && !rule->vulkan)
                    broken << path + " includes " + name;
                if (path.startsWith("app/session") && name.startsWith("compute/") && !name.endsWith("_backend.h"))
                    broken << path + " includes " + name;
                if (!path.startsWith("core/store") && (name == "sqlite3.h" || name.startsWith("SQLiteCpp")))
                    broken << path + " includes " + name;
            }
        }
        QVERIFY2(broken.isEmpty(), qPrintable(broken.join('\n')));
    }

    void filesStayShort()
    {
        QStringList tooLong;
        for (const QString& path : sources()) {
            const auto lines = linesOf(path).size();
            if (lines > 400)
                tooLong << QString("%1: %2 lines").arg(path).arg(lines);
        }
        QVERIFY2(tooLong.isEmpty(), qPrintable("split these:\n" + tooLong.join('\n')));
    }

    void nothingIsLeftForLater()
    {
        static const QRegularExpression marker("\\b(TO" "DO|FIX" "ME|XX" "X)\\b");
        QStringList found;
        for (const QString& path : sources())
            for (const QString& line : linesOf(path))
                if (marker.match(line).hasMatch())
                    found << path + ": " + line.trimmed();
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }

    void everyFolderSaysWhatItIs()
    {
        constexpr int screen = 60; // lines
        QStringList wrong;
        const auto check = [&](const QString& folder) {
            QFile file(QString(TRITLOOM_SOURCE_DIR "/%1/README.md").arg(folder));
            if (!file.open(QIODevice::ReadOnly))
                wrong << folder + " has none";
            else if (const auto lines = file.readAll().count('\n'); lines > screen)
                wrong << QString("%1 has %2 lines").arg(folder).arg(lines);
        };
        for (const char* folder : {"core", "compute", "shaders", "plugins", "app", "resources", "tests", "installer"}) {
            check(folder);
            if (qstrcmp(folder, "plugins") == 0)
                continue; // each of them says what it is in its plugin.json
            const QDir inside(QString(TRITLOOM_SOURCE_DIR "/%1").arg(folder));
            for (const QString& name : inside.entryList(QDir::Dirs | QDir::NoDotAndDotDot))
                check(QString("%1/%2").arg(folder, name));
        }
        QVERIFY2(wrong.isEmpty(), qPrintable("README.md: " + wrong.join(", ")));
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "layering_test.moc"
