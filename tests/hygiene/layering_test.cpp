#include "tests/hygiene/tree.h"

#include <QLibraryInfo>
#include <QRegularExpression>
#include <QTest>

using namespace tritloom::tree;

namespace {

const QString sharedByPlugins = "plugins/torch/"; // gradients: no plugin itself

/// A folder, and what its files may include from the tree. The longest matching folder decides.
struct Rule {
    const char* folder;
    QStringList own; ///< beginnings of project includes that are allowed
    QStringList qt; ///< modules of Qt whose headers are allowed
    bool vulkan; ///< Vulkan and Highway headers allowed
};

// The table of layers: architecture in one place, enforced.
const std::vector<Rule>& rules()
{
    static const QString core = "core/";
    static const QStringList graph{"core/base/", "core/format/", "core/tensor/", "core/graph/"};
    static const QStringList none;
    static const std::vector<Rule> list{
        {"core/base", {"core/base/"}, none, false},
        {"core/format", {"core/base/", "core/format/"}, none, false},
        {"core/tensor", {"core/base/", "core/format/", "core/tensor/"}, none, false},
        {"core/graph", graph, none, false},
        {"core/file", graph + QStringList{"core/file/"}, none, false},
        {"core/text", graph + QStringList{"core/file/", "core/text/"}, none, false},
        {"core/method", graph + QStringList{"core/method/"}, none, false},
        {"core/backend", graph + QStringList{"core/backend/"}, none, false},
        {"core/allocate", graph + QStringList{"core/method/", "core/allocate/"}, none, false},
        {"core/architecture",
         graph
             + QStringList{"core/file/", "core/text/", "core/method/", "core/backend/", "core/allocate/", "core/architecture/"},
         none, false},
        {"core/image", {"core/base/", "core/image/"}, none, false},
        {"core", {core}, none, false}, // calibrate, evaluate, task, sensitivity, export, store
        {"compute", graph + QStringList{"core/backend/", "compute/", "shaders/"}, none, true},
        {"plugins", graph + QStringList{"core/method/"}, {"QtCore"}, false},
        {"app/session",
         {core, "compute/", "app/session/", "plugins/method_plugin.h"},
         {"QtCore", "QtGui"},
         false},
        {"app/gui",
         {core, "app/session/", "app/gui/"},
         {"QtCore", "QtGui", "QtWidgets", "QtCharts", "QtSvg"},
         false},
        {"app/gui/widgets", // know numbers and colours, no project type
         {"core/method/", "app/session/size_unit.h", "app/gui/widgets/", "app/gui/theme.h",
          "app/gui/number_text.h", "app/gui/plugin_words.h"},
         {"QtCore", "QtGui", "QtWidgets", "QtCharts"},
         false},
        {"app/cli", {core, "app/session/", "app/cli/"}, {"QtCore", "QtGui"}, false},
    };
    return list;
}

const Rule* ruleFor(const QString& path)
{
    const Rule* best = nullptr;
    for (const Rule& rule : rules())
        if (path.startsWith(QString(rule.folder) + "/")
            && (!best || qstrlen(rule.folder) > qstrlen(best->folder)))
            best = &rule;
    return best;
}

/// Where a header of Qt lies decides which of its modules it belongs to.
bool isOfModule(const QString& header, const QStringList& modules)
{
    static const QString folder = QLibraryInfo::path(QLibraryInfo::HeadersPath);
    return std::any_of(modules.begin(), modules.end(), [&](const QString& module) {
        return QFile::exists(folder + "/" + module + "/" + header);
    });
}

bool beginsWithOneOf(const QString& name, const QStringList& beginnings)
{
    return std::any_of(
        beginnings.begin(), beginnings.end(), [&](const QString& begin) { return name.startsWith(begin); });
}

/// A plugin's file sees its own folder and what plugins share, never another plugin; only its shell knows Qt.
bool isAllowedInPlugins(const QString& path, const QString& name)
{
    const QString own = path.section('/', 0, 1) + "/";
    if (name == "plugins/method_plugin.h")
        return path.endsWith("/plugin.cpp");
    return name.startsWith(own) || name.startsWith(sharedByPlugins);
}

/// What is wrong with a file that includes `name`; empty where nothing is.
QString objection(const QString& path, const QString& name)
{
    const Rule* const rule = ruleFor(path);
    if (rule == nullptr)
        return {}; // tests may include anything
    const QString includes = path + " includes " + name;
    static const QRegularExpression project("^(core|compute|plugins|app|shaders|tests)/");
    if (project.match(name).hasMatch() && !beginsWithOneOf(name, rule->own)
        && !(path.startsWith("plugins/") && isAllowedInPlugins(path, name)))
        return includes;
    const bool isPure =
        path.startsWith("plugins/") && !path.endsWith("/plugin.cpp") && !path.endsWith("/method_plugin.h");
    static const QRegularExpression qt("^Q[A-Z]|^Qt");
    if (qt.match(name).hasMatch() && (isPure || !isOfModule(name, rule->qt)))
        return includes + ", of Qt";
    if ((name.startsWith("vulkan/") || name.startsWith("hwy/")) && !rule->vulkan)
        return includes;
    if (path.startsWith("app/session") && name.startsWith("compute/") && !name.endsWith("_backend.h"))
        return includes;
    if (!path.startsWith("core/store") && (name == "sqlite3.h" || name.startsWith("SQLiteCpp")))
        return includes;
    return {};
}

} // namespace

/// Who includes whom, how long files are, what must not stand in them.
class LayeringTest : public QObject {
    Q_OBJECT

private slots:
    void everyIncludeIsAllowed()
    {
        static const QRegularExpression include("^#\\s*include\\s*[<\"]([^>\"]+)[>\"]");
        QStringList broken;
        for (const QString& path : sources())
            for (const QString& line : linesOf(path))
                if (const auto match = include.match(line); match.hasMatch())
                    broken << objection(path, match.captured(1));
        broken.removeAll(QString());
        QVERIFY2(broken.isEmpty(), qPrintable(broken.join('\n')));
    }

    void whatIsForbiddenIsSeen_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("name");
        QTest::addColumn<bool>("isAllowed");
        const auto row = [](const char* path, const char* name, bool isAllowed) {
            QTest::addRow("%s, %s", path, name) << QString(path) << QString(name) << isAllowed;
        };
        row("plugins/gptq/gptq.cpp", "plugins/gptq/row_chunk.h", true);
        row("plugins/gptq/gptq.cpp", "plugins/rtn/rtn.h", false);
        row("plugins/gptq/gptq.cpp", "plugins/torch/gradients.h", true);
        row("plugins/gptq/plugin.cpp", "plugins/method_plugin.h", true);
        row("plugins/gptq/gptq.cpp", "plugins/method_plugin.h", false);
        row("plugins/torch/gradients.cpp", "plugins/rtn/rtn.h", false);
        row("plugins/gptq/gptq.cpp", "core/file/gguf.h", false);
        row("plugins/gptq/plugin.cpp", "QObject", true);
        row("plugins/gptq/gptq.cpp", "QObject", false);
        row("app/session/workspace.cpp", "QUndoStack", true);
        row("app/session/workspace.cpp", "QWidget", false);
        row("app/session/workspace.cpp", "QtWidgets/QWidget", false);
        row("app/session/workspace.cpp", "app/gui/main_window.h", false);
        row("app/cli/lists.cpp", "QApplication", false);
        row("app/gui/main_window.cpp", "QWidget", true);
        row("app/gui/widgets/card.cpp", "app/session/workspace.h", false);
        row("core/graph/graph.cpp", "core/method/allocator.h", false);
        row("core/file/gguf.cpp", "sqlite3.h", false);
    }
    void whatIsForbiddenIsSeen()
    {
        QFETCH(QString, path);
        QFETCH(QString, name);
        QFETCH(bool, isAllowed);
        QCOMPARE(objection(path, name).isEmpty(), isAllowed);
    }

    void noPluginLinksAnother()
    {
        static const QRegularExpression links("target_link_libraries\\(method_(\\w+)([^)]*)\\)"),
            method("\\bmethod_\\w+");
        auto call = links.globalMatch(linesOf("plugins/CMakeLists.txt").join('\n'));
        QVERIFY(call.hasNext());
        while (call.hasNext()) {
            const auto found = call.next();
            QVERIFY2(!found.captured(2).contains(method), qPrintable(found.captured()));
        }
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
        static const QRegularExpression marker("\\b(TO"
                                               "DO|FIX"
                                               "ME|XX"
                                               "X)\\b");
        QStringList found;
        for (const QString& path : sources())
            for (const QString& line : linesOf(path))
                if (marker.match(line).hasMatch())
                    found << path + ": " + line.trimmed();
        QVERIFY2(found.isEmpty(), qPrintable(found.join('\n')));
    }
};

QTEST_APPLESS_MAIN(LayeringTest)
#include "layering_test.moc"
