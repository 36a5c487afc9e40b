// What of the main window follows the state of what is open, its actions and its title; and its own key.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
#include "app/gui/recipes/blame_dialog.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/window_actions.h"
#include "app/gui/window_wiring.h"
#include "app/session/running_work.h"

#include <QAbstractButton>
#include <QApplication>
#include <QKeyEvent>

namespace tritloom {

void MainWindow::refreshActions()
{
    const bool sweeping = m_workspace && m_workspace->sensitivity().isRunning();
    m_actions->sweep->setIconText(sweeping ? tr("Stop") : tr("Sensitivity"));
    for (QAction* const action : m_actions->ofProject())
        action->setEnabled(m_workspace != nullptr);
    m_actions->sweep->setText(sweeping ? tr("Stop measuring") : tr("Measure &sensitivity"));
    const QString whyNot = m_workspace ? whyNotMeasured(*m_workspace) : QString();
    m_actions->sweep->setEnabled(m_workspace && whyNot.isEmpty());
    m_actions->allocate->setEnabled(m_workspace && canAllocate(*m_workspace));
    const auto tip = [&](QAction& action, const QString& what) {
        action.setToolTip(
            action.isEnabled() || whyNot.isEmpty() ? what : tr("Cannot be measured: %1").arg(whyNot));
    };
    tip(*m_actions->sweep, tr("Measure what each layer costs in each format, one at a time"));
    tip(*m_actions->allocate, tr("Distribute the budget by measured sensitivity; pinned layers stay"));
    if (std::exchange(m_stopShown, sweeping)
        != sweeping) // asked for every frame of a drag, and icons are drawn anew
        applyIcons(*m_actions, m_settings.resolvedTheme(), sweeping);
    refreshBlame();
    m_actions->cancel->setEnabled(
        m_session->loader.isLoading()
        || (m_workspace
            && (sweeping || m_workspace->evaluation().isRunning() || m_workspace->analyses().job().isRunning()
                || m_workspace->metric().job().isRunning() || m_workspace->transforms().job().isRunning()
                || m_workspace->exporter().isRunning() || !RunningWork::of(*m_workspace).running().empty())));
    const bool hasTunes = m_workspace && m_workspace->fineTunes()->beside(m_workspace->model(), 1);
    m_actions->nextTune->setEnabled(hasTunes);
    m_actions->previousTune->setEnabled(hasTunes);
    m_actions->original->setEnabled(m_workspace && !m_workspace->engine().transforms().empty());
    m_actions->allocator->setToolTip(
        m_workspace && m_workspace->allocator() != AllocatorChoice()
            ? tr("How to allocate: not the standard way")
            : tr("How to allocate: allocator, costs, a second budget"));
}

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    auto* const button = qobject_cast<QAbstractButton*>(QApplication::focusWidget());
    const bool isEnter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (isEnter && event->modifiers() == (event->modifiers() & Qt::KeypadModifier) && !event->isAutoRepeat()
        && button != nullptr && isAncestorOf(button))
        button->click();
    else
        QMainWindow::keyPressEvent(event);
}

void MainWindow::refreshBlame()
{
    const QString whyNot = m_workspace ? whyNoBlame(*m_workspace) : QString();
    m_actions->blame->setEnabled(m_workspace && whyNot.isEmpty());
    m_actions->blame->setToolTip(whyNot.isEmpty() ? tr("Find the layers that carry the loss") : whyNot);
}

void MainWindow::refreshTitle()
{
    const QString transforms = m_workspace ? transformsTitle(*m_workspace) : QString();
    const QString name = shownName();
    const QString model = transforms.isEmpty() ? name : QStringLiteral("%1 + %2").arg(name, transforms);
    setWindowTitle(name.isEmpty() ? tr("Tritloom") : tr("%1[*] — Tritloom").arg(model));
    setWindowModified(m_workspace && !m_workspace->document().undoStack().isClean());
}

} // namespace tritloom
