#include "app/gui/screenshot.h"

#include "app/gui/main_window.h"
#include "app/gui/page.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QDockWidget>
#include <QElapsedTimer>

#include <algorithm>

namespace tritloom {
namespace {

const QString windowWith = QStringLiteral("window:"), dialogOf = QStringLiteral("dialog:");
/// Actions of the menus that open a dialog without asking for a file first.
constexpr const char* dialogs[] = {"export", "allocator",   "method",    "transform",
                                   "blame",  "preferences", "shortcuts", "about"};
constexpr int atLeast = 500, atMost = 60000, settling = 100; ///< milliseconds

/// Whether something that is seen says of itself that more is on its way: the pages of a window that are
/// still being made, pictures that are read or run through a network.
bool isBusy(const QWidget& widget)
{
    const auto says = [](const QWidget& one) { return one.isVisible() && one.property("busy").toBool(); };
    if (says(widget))
        return true;
    return std::ranges::any_of(
        widget.findChildren<QWidget*>(), [&](const QWidget* child) { return says(*child); });
}

tl::unexpected<Error> noSuchPage(const QString& id)
{
    return fail(
        ErrorCode::NotFound, "no page is called '{}': use one of {}", id.toStdString(),
        pageIds().join(QStringLiteral(", ")).toStdString());
}

} // namespace

QImage settledPictureOf(QWidget& widget, Workspace& workspace)
{
    widget.setAttribute(Qt::WA_DontShowOnScreen);
    widget.show();
    QElapsedTimer time;
    time.start();
    const auto waits = [&] {
        return workspace.evaluation().isBusy() || workspace.text().isRunning()
            || workspace.distribution().isRunning() || workspace.speed().isRunning()
            || workspace.sensitivity().isRunning() || workspace.metric().job().isRunning()
            || workspace.analyses().job().isRunning() || workspace.picturePreview().isRunning()
            || workspace.pictures().isLoading() || isBusy(widget);
    };
    const auto settle = [] {
        QElapsedTimer since;
        for (since.start(); since.elapsed() < settling;)
            QApplication::processEvents(QEventLoop::AllEvents, 10);
    };
    do {
        while (time.elapsed() < atLeast || (waits() && time.elapsed() < atMost))
            QApplication::processEvents(QEventLoop::AllEvents | QEventLoop::WaitForMoreEvents, 50);
        // What came last has asked for its room, or for more work, with the next events.
        settle();
    } while (waits() && time.elapsed() < atMost);
    return widget.grab().toImage();
}

QSize leastSizeOf(const QString& pageId)
{
    const bool isAlone =
        std::ranges::any_of(pages(), [&](const Page& page) { return pageId == QLatin1String(page.id); });
    return isAlone ? QSize(1, 1) : MainWindow::leastSize;
}

QStringList pageIds()
{
    QStringList ids{QStringLiteral("window")};
    for (const Page& page : pages())
        ids << QLatin1String(page.id);
    for (const Page& page : pages())
        if (page.area == Page::Area::Bottom)
            ids << windowWith + QLatin1String(page.id);
    for (const char* const action : dialogs)
        ids << dialogOf + QLatin1String(action);
    return ids;
}

Result<QImage> grabPage(
    std::shared_ptr<Workspace> workspace, const QString& pageId, Theme theme, QSize size,
    const QString& title)
{
    applyTheme(theme);
    const QString inFront = pageId.startsWith(windowWith) ? pageId.mid(windowWith.size()) : QString();
    const QString action = pageId.startsWith(dialogOf) ? pageId.mid(dialogOf.size()) : QString();
    if (pageId == QLatin1String("window") || !inFront.isEmpty() || !action.isEmpty()) {
        Settings settings;
        settings.theme = theme == Theme::Dark ? QStringLiteral("dark") : QStringLiteral("light");
        const PluginHost& plugins = workspace->plugins();
        MainWindow window(plugins, settings, PageDocks::Layout::Standard);
        Workspace& shown = *workspace;
        window.show(std::move(workspace), title);
        window.resize(size);
        if (!inFront.isEmpty()) {
            auto* const dock = window.findChild<QDockWidget*>(QStringLiteral("dock.") + inFront);
            if (dock == nullptr)
                return noSuchPage(pageId);
            // A dock comes to the front once the window has laid its docks out.
            window.setAttribute(Qt::WA_DontShowOnScreen);
            window.QWidget::show();
            QApplication::processEvents();
            dock->raise();
        }
        if (action.isEmpty())
            return settledPictureOf(window, shown);
        (void)settledPictureOf(window, shown); // what the dialog is opened over
        if (auto* const opens = window.findChild<QAction*>(QStringLiteral("action.") + action))
            opens->trigger(); // not all of them open one for every model
        for (QDialog* const dialog : window.findChildren<QDialog*>())
            if (dialog->isVisible())
                return settledPictureOf(*dialog, shown);
        return fail(
            ErrorCode::Unsupported, "{}: it does not open for the model as it is{}", pageId.toStdString(),
            shown.isUnchanged() ? ": see --measure" : "");
    }
    for (const Page& page : pages()) {
        if (pageId != QLatin1String(page.id))
            continue;
        QWidget frame;
        QWidget* const widget = page.make(*workspace, &frame);
        frame.resize(size);
        widget->resize(size);
        return settledPictureOf(frame, *workspace);
    }
    return noSuchPage(pageId);
}

} // namespace tritloom
