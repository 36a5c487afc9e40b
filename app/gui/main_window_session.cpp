// What the main window has open: how it comes in and goes, also to and from another window.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
#include "app/gui/model_name.h"
#include "app/gui/notice.h"
#include "app/gui/project_tool_bar.h"
#include "app/gui/status_line.h"
#include "app/gui/widgets/banner.h"
#include "app/session/feature_depot.h"

#include <QStackedWidget>

#include <utility>

namespace tritloom {

void MainWindow::connectSession()
{
    connect(&m_session->loader, &ModelLoader::loaded, this, &MainWindow::takeOpened);
    connect(&m_session->history, &ModelHistory::moved, this, [this] {
        m_banner->hide(); // what it says is of the model that is left
        const KeyboardPlace keyboard = keyboardPlace();
        leave();
        enter(PageDocks::Arrangement::AsBefore);
        putKeyboard(keyboard);
        m_announces = true;
        m_workspace->evaluation().request(m_workspace->document().allocation());
    });
    connect(&m_session->history, &ModelHistory::endReached, this, [this] {
        showNotice(
            m_banner,
            tr("The models before this one were let go to spare memory. “Back to the original” in the menu "
               "Allocate "
               "leads to the one that was opened."),
            NoticeKind::Information);
    });
    connect(&m_session->loader, &ModelLoader::failed, this, [this](const QString& why, const QString&) {
        setOpening({});
        m_session->dropped.clear();
        refreshActions();
        showNotice(m_banner, tr("Could not open: %1").arg(coreWords(why)));
    });
}

void MainWindow::takeOpened(const OpenedModel& model)
{
    setOpening({});
    const QStringList dropped = std::exchange(m_session->dropped, {});
    const bool returns = std::exchange(m_session->returns, false) && m_workspace;
    if (m_workspace && !returns && takesListed(model))
        return;
    auto made =
        Workspace::create(model.engine, m_plugins, model.store, returns ? m_workspace->fineTunes() : nullptr);
    made->setOriginalPlace(model.original);
    if (returns) {
        stepTo(std::move(made), tr("Back to the original"));
        m_announces = true;
        return;
    }
    addRecentFile(model.path);
    m_session->openedPath = model.path;
    if (model.base)
        made->fineTunes()->setBase(model.base);
    show(std::move(made), modelName(model.path));
    tellOf(model);
    if (!dropped.isEmpty())
        addFineTunes(dropped);
    // The original's own figures are what every change is held against.
    if (!m_workspace->evaluation().isRunning() && m_workspace->engine().whyNotEvaluated().empty())
        m_workspace->evaluation().request(m_workspace->document().allocation());
    m_announces = true;
}

void MainWindow::setOpening(const QString& name)
{
    m_session->opening = name;
    m_status->setOpening(name, name.isEmpty() ? nullptr : &m_session->loader);
}

void MainWindow::enter(PageDocks::Arrangement arrangement)
{
    m_workspace = m_session->history.present();
    m_stack->setCurrentIndex(1);
    setProperty("busy", true);
    m_docks->fill(*m_workspace, arrangement);
    m_undoGroup.addStack(&m_workspace->document().undoStack());
    m_undoGroup.setActiveStack(&m_workspace->document().undoStack());
    m_toolBar->setWorkspace(m_workspace.get());
    m_status->setWorkspace(m_workspace.get());
    connectWorkspace();
    refreshActions();
    refreshTitle();
}

void MainWindow::leave()
{
    m_scope.reset(); // nobody listens to what is stopped
    m_workspace->leave();
    takeDown();
}

void MainWindow::takeDown()
{
    m_announces = false;
    setProperty("busy", false); // its pages, which would say so, go
    m_scope.reset();
    forgetFeatureNetwork();
    // Pages hold references into the workspace: they go first.
    m_docks->empty();
    m_toolBar->setWorkspace(nullptr);
    m_status->setWorkspace(nullptr);
    m_undoGroup.removeStack(&m_workspace->document().undoStack());
    m_workspace.reset();
}

std::unique_ptr<WindowSession> MainWindow::handOver()
{
    m_session->loader.disconnect(this);
    m_session->history.disconnect(this);
    if (m_workspace)
        takeDown();
    return std::move(m_session);
}

void MainWindow::takeOver(std::unique_ptr<WindowSession> session)
{
    m_session = std::move(session);
    connectSession();
    setOpening(m_session->opening);
    if (!m_session->title.isEmpty())
        enter(PageDocks::Arrangement::OfProject);
    else
        refreshActions();
}

} // namespace tritloom
