#include "app/gui/picture_mode.h"
#include "app/gui/screenshot.h"
#include "app/gui/window_host.h"
#include "app/session/near_word.h"
#include "core/base/parallel.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QFileInfo>
#include <QIcon>

#include <csignal>

using namespace tritloom;

int main(int argc, char** argv)
{
    QApplication application(argc, argv);
    letPoolGiveWay();
    QCoreApplication::setApplicationName(QStringLiteral("tritloom"));
    QCoreApplication::setOrganizationName(QStringLiteral("tritloom"));
    QCoreApplication::setApplicationVersion(QStringLiteral(TRITLOOM_VERSION));
    QGuiApplication::setDesktopFileName(QStringLiteral("org.tritloom.Tritloom"));

    Settings settings = loadSettings();
    Language language;
    language.speak(settings.language);

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QApplication::translate("main", "A studio for compressing neural networks"));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument(
        QStringLiteral("model"),
        QApplication::translate("main", "A model file, a model's folder or a project"),
        QStringLiteral("[model]"));
    const QCommandLineOption theme(
        QStringLiteral("theme"), QApplication::translate("main", "Colours of the window: light or dark"),
        QStringLiteral("theme"));
    parser.addOption(theme);
    parser.addOptions({
        {QStringLiteral("images"),
         QApplication::translate("main", "For a network on pictures: the folder to measure on"),
         QStringLiteral("folder")},
        {QStringLiteral("labels"),
         QApplication::translate(
             "main",
             "Classes: 'file,class' lines, or names in the network's order (default: one folder a class, or "
             "the class in the file name)"),
         QStringLiteral("file")},
        {QStringLiteral("limit"), QApplication::translate("main", "How many pictures, evenly spread"),
         QStringLiteral("N")},
    });
    parser.addOptions({
        {QStringLiteral("screenshot"),
         QApplication::translate("main", "Write a picture of the window and end"), QStringLiteral("file")},
        {QStringLiteral("page"),
         QApplication::translate("main", "With --screenshot: a page instead of the window"),
         QStringLiteral("id"), QStringLiteral("window")},
        {QStringLiteral("size"), QApplication::translate("main", "With --screenshot: pixels"),
         QStringLiteral("WxH"), QStringLiteral("1280x800")},
        {QStringLiteral("measure"),
         QApplication::translate("main", "With --screenshot: sweep, allocate and evaluate first")},
    });
    parser.process(application);
    std::optional<PictureSource> pictures;
    if (parser.isSet(QStringLiteral("images")) || parser.isSet(QStringLiteral("labels"))
        || parser.isSet(QStringLiteral("limit"))) {
        const auto pathOf = [&](const QString& option) -> std::filesystem::path {
            return parser.isSet(option) ? QFileInfo(parser.value(option)).absoluteFilePath().toStdString()
                                        : std::string();
        };
        pictures.emplace();
        pictures->images = pathOf(QStringLiteral("images"));
        pictures->labels = pathOf(QStringLiteral("labels"));
        pictures->limit = parser.value(QStringLiteral("limit")).toULongLong();
    }
    if (parser.isSet(QStringLiteral("screenshot"))) {
        const QStringList size = parser.value(QStringLiteral("size")).split(QLatin1Char('x'));
        const QSize pixels(size.value(0).toInt(), size.value(1).toInt());
        if (pixels.width() < 200 || pixels.height() < 150 || pixels.width() > 8000
            || pixels.height() > 8000) {
            fprintf(stderr, "--size takes pixels from 200x150 to 8000x8000\n");
            return 2;
        }
        if (const QSize least = leastSizeOf(parser.value(QStringLiteral("page")));
            pixels.width() < least.width() || pixels.height() < least.height()) {
            fprintf(
                stderr, "--size: the window takes %dx%d pixels at least, not %dx%d\n", least.width(),
                least.height(), pixels.width(), pixels.height());
            return 2;
        }
        if (!pageIds().contains(parser.value(QStringLiteral("page")))) {
            const QString page = parser.value(QStringLiteral("page"));
            std::vector<std::string> known;
            for (const QString& id : pageIds())
                known.push_back(id.toStdString());
            fprintf(
                stderr, "no page is called '%s'%s\n", qPrintable(page),
                didYouMean(
                    page.toStdString(), known,
                    ": use one of " + pageIds().join(QStringLiteral(", ")).toStdString())
                    .c_str());
            return 2;
        }
        const QStringList model = parser.positionalArguments();
        return takePicture(
            {.model = model.isEmpty() ? QStringLiteral("sample") : model.front(),
             .file = parser.value(QStringLiteral("screenshot")),
             .page = parser.value(QStringLiteral("page")),
             .theme = parser.isSet(theme) ? parser.value(theme) : QStringLiteral("dark"),
             .size = pixels,
             .pictures = pictures,
             .measured = parser.isSet(QStringLiteral("measure"))});
    }
    if (parser.isSet(theme)) {
        settings.theme = parser.value(theme);
        if (settings.theme != QLatin1String("light") && settings.theme != QLatin1String("dark")) {
            fprintf(
                stderr, "%s\n", qPrintable(QApplication::translate("main", "--theme takes light or dark")));
            return 2;
        }
    }
    (void)settings.resolvedTheme(); // looks at the desktop's palette before a theme replaces it

    std::signal(SIGXFSZ, SIG_IGN); // a limit on file sizes is an error to report, not an end
    const PluginHost plugins;
    WindowHost host(plugins, settings, language);
    QGuiApplication::setWindowIcon(QIcon(QStringLiteral(":/icons/tritloom.svg")));
    host.window().show();
    const QStringList models = parser.positionalArguments();
    if (!models.isEmpty())
        host.window().open(QFileInfo(models.front()).absoluteFilePath(), pictures);
    return QApplication::exec();
}
