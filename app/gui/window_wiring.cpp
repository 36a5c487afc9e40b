#include "app/gui/window_wiring.h"

#include "app/gui/allocation/loom_page.h"
#include "app/gui/core_words.h"
#include "app/gui/evaluation/preview_page.h"
#include "app/gui/model_name.h"
#include "app/gui/notice.h"
#include "app/gui/pictures/pictures_page.h"
#include "app/gui/settings.h"
#include "app/gui/window_actions.h"
#include "app/session/workspace.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>
#include <QIcon>
#include <QMainWindow>
#include <QMenu>
#include <QTreeView>

#include <algorithm>

namespace tritloom {

void applyIcons(WindowActions& actions, Theme theme, bool sweeping)
{
    const auto icon = [theme](const char* name) { return themeIcon(name, theme); };
    actions.open->setIcon(icon("open"));
    actions.samples->setIcon(icon("sample"));
    actions.undo->setIcon(icon("undo"));
    actions.redo->setIcon(icon("redo"));
    actions.allocate->setIcon(icon("allocate"));
    actions.allocator->setIcon(icon("settings"));
    actions.sweep->setIcon(icon(sweeping ? "stop" : "sweep"));
    actions.pin->setIcon(icon("pin"));
    // On the accent colour of its button the other theme's strokes are the ones that can be seen.
    actions.exportModel->setIcon(QIcon(
        theme == Theme::Dark ? QStringLiteral(":/icons/light/export.svg")
                             : QStringLiteral(":/icons/dark/export.svg")));
    actions.recent->setIcon(icon("recent"));
}

void fillRecentMenu(QMenu& menu, const std::function<void(const QString&)>& open)
{
    menu.clear();
    menu.setToolTipsVisible(true);
    for (const QString& path : recentFiles()) {
        const QFileInfo info(path);
        QAction* const action =
            menu.addAction(QString(modelName(path)).replace(QLatin1Char('&'), QLatin1String("&&")));
        action->setToolTip(QDir::toNativeSeparators(path));
        action->setEnabled(info.exists());
        QObject::connect(action, &QAction::triggered, &menu, [open, path] { open(path); });
    }
    if (menu.isEmpty())
        menu.addAction(QCoreApplication::translate("WindowActions", "Nothing opened yet"))->setEnabled(false);
    menu.addSeparator();
    QAction* const forget = menu.addAction(QCoreApplication::translate("WindowActions", "Forget them"));
    forget->setEnabled(!recentFiles().isEmpty());
    QObject::connect(forget, &QAction::triggered, &menu, [] { clearRecentFiles(); });
}

void zoomLoom(QMainWindow& window, double factor)
{
    if (auto* const page = window.findChild<LoomPage*>())
        page->loom().setZoom(page->loom().zoom() * factor, page->loom().width() / 2.0);
}

QString whyNotMeasured(Workspace& workspace)
{
    if (workspace.model().picture && workspace.model().whyNotEvaluated.empty()
        && !workspace.engine().pictures())
        return QCoreApplication::translate(
            "WindowActions", "there are no pictures yet, choose some on the page Pictures");
    return coreWords(workspace.engine().whyNotEvaluated());
}

bool canAllocate(Workspace& workspace)
{
    return !workspace.allocator().metric.id.empty() || workspace.sensitivity().table().knownCount() > 0
        || workspace.engine().whyNotEvaluated().empty();
}

void allocateOnceMeasured(Workspace& workspace, QWidget& window)
{
    SensitivityController& sensitivity = workspace.sensitivity();
    const bool byTable =
        workspace.allocator().metric.id.empty() && workspace.engine().whyNotEvaluated().empty();
    // A sweep that was stopped half-way goes on first: of some layers it knows nothing.
    const auto isDone = [](const SensitivityCell& cell) { return cell.known || !cell.failure.empty(); };
    const auto isKnown = [&](const auto& row) { return std::ranges::any_of(row, isDone); };
    if (!byTable || (!sensitivity.isRunning() && std::ranges::all_of(sensitivity.table().cells, isKnown))) {
        workspace.requestAllocation();
        return;
    }
    const QString name = QStringLiteral("allocatesOnceMeasured");
    if (sensitivity.findChild<QObject*>(name) == nullptr) { // asked twice is not done twice
        auto* const waiting = new QObject(&sensitivity);
        waiting->setObjectName(name);
        QObject::connect(
            &sensitivity, &SensitivityController::runningChanged, waiting, [&workspace, waiting, isDone] {
                if (workspace.sensitivity().isRunning())
                    return;
                delete waiting;
                if (std::ranges::all_of(workspace.sensitivity().table().cells, [&](const auto& row) {
                        return std::ranges::all_of(row, isDone);
                    }))
                    workspace.requestAllocation();
            });
    }
    if (!sensitivity.isRunning())
        sensitivity.start();
    if (sensitivity.isRunning())
        showNotice(
            &window,
            QCoreApplication::translate(
                "WindowActions",
                "Sensitivity is being measured; the budget is distributed when that is done."),
            NoticeKind::Information);
}

void wirePage(QMainWindow& window, QWidget& page, const WindowActions& actions)
{
    auto* const loom = window.findChild<LoomPage*>();
    auto* const preview = window.findChild<PreviewPage*>();
    auto* const pictures = window.findChild<PicturesPage*>();
    if (&page == loom) {
        loom->loom().setFocus();
        loom->loom().addActions({actions.method, actions.pin, actions.selectAll, actions.blame});
        loom->loom().setContextMenuPolicy(Qt::ActionsContextMenu);
    }
    // Pages come in any order; whichever is the later of two finds the other, and takes its state.
    if (loom != nullptr && preview != nullptr && (&page == loom || &page == preview)) {
        QObject::connect(loom, &LoomPage::originalShown, preview, &PreviewPage::showOriginal);
        QObject::connect(preview, &PreviewPage::originalAsked, loom, &LoomPage::setOriginalShown);
        if (loom->isOriginalShown())
            preview->showOriginal(true);
    }
    if (loom != nullptr && pictures != nullptr && (&page == loom || &page == pictures)) {
        QObject::connect(loom, &LoomPage::originalShown, pictures, &PicturesPage::showOriginal);
        if (loom->isOriginalShown())
            pictures->showOriginal(true);
    }
    if (auto* const table = page.findChild<QTreeView*>(QStringLiteral("layerTable"))) {
        table->addActions({actions.method, actions.pin, actions.blame});
        table->setContextMenuPolicy(Qt::ActionsContextMenu);
    }
}

} // namespace tritloom
