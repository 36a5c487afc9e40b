#include "app/cli/model_commands.h"

#include <QCoreApplication>
#include <QDir>
#include <QProcess>

#include <csignal>

namespace tritloom::cli {

// The window is a program of its own: this one must run where no display and no widgets are.
int screenshot(Context& context, const QStringList& arguments)
{
    context.addArgument("MODEL", "The model to show, or 'sample'.");
    context.addOption(
        {"page",
         "layers, loom, preview, distribution, sensitivity, frontier, compare, analyses, methods, text, "
         "pictures, speed, "
         "or window for all of it, window:ID with that page of the lower dock in front, dialog:ID for "
         "export, "
         "allocator, method, transform, blame, preferences, shortcuts or about.",
         "id", "window"});
    context.addOption({"theme", "light or dark.", "theme", "dark"});
    context.addOption({"measure", "Sweep, allocate to the budget and evaluate first."});
    context.addOption(
        {"size", "Width and height in pixels; of the window 960x600 at least.", "WxH", "1280x800"},
        OptionGroup::Own);
    context.addOption(
        {"images", "For a network on pictures: the folder to measure on.", "folder"}, OptionGroup::Own);
    context.addOption({"labels", "Its classes, as 'evaluate' takes them.", "file"}, OptionGroup::Own);
    context.addOption({"limit", "How many pictures, evenly spread (default: all).", "N"}, OptionGroup::Own);
    context.addOption({{"o", "output"}, "The PNG file to write.", "file"});
    if (!context.parse(arguments, 1))
        return context.exitCode;
    if (!context.parser.isSet("output")) {
        std::fputs("-o FILE is needed\n", stderr);
        return WrongUse;
    }
    if (const auto limit = context.countOption("limit", 0); !limit)
        return context.fail(limit.error());
    QProcess window;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("QT_QPA_PLATFORM", "offscreen");
    window.setProcessEnvironment(environment);
    window.setProcessChannelMode(QProcess::ForwardedChannels);
    QStringList more = context.parser.isSet("measure") ? QStringList{"--measure"} : QStringList();
    for (const QString& name : {QString("images"), QString("labels"), QString("limit")})
        if (context.parser.isSet(name))
            more << "--" + name << context.parser.value(name);
    // What this program waits for, an interrupt among it, is for the window to hear too.
    window.setChildProcessModifier([] {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
    });
    window.start(
        QDir(QCoreApplication::applicationDirPath()).filePath("tritloom"),
        more
            + QStringList{
                context.parser.positionalArguments()[0], "--screenshot", context.parser.value("output"),
                "--page", context.parser.value("page"), "--theme", context.parser.value("theme"), "--size",
                context.parser.value("size")});
    if (!window.waitForStarted())
        return context.fail({ErrorCode::NotFound, "the program 'tritloom' is not beside tritloom-cli"});
    while (!window.waitForFinished(200))
        if (context.stop.stop_requested())
            window.terminate();
    if (context.stop.stop_requested())
        return context.fail({ErrorCode::Cancelled, {}});
    if (window.exitStatus() != QProcess::NormalExit) // a fault, or the system needed its memory
        return context.fail({ErrorCode::Io, "the program of the window ended before the picture was taken"});
    if (window.exitCode() == Done && context.json())
        context.print({{"path", context.parser.value("output")}});
    else if (window.exitCode() == Done)
        std::printf("%s\n", qPrintable(context.parser.value("output")));
    return window.exitCode();
}

} // namespace tritloom::cli
