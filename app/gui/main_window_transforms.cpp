// A model rewritten by transforms takes the place of the open one, and the way back.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
#include "app/gui/notice.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/widgets/banner.h"

#include <QFileInfo>

namespace tritloom {

void MainWindow::connectTransforms()
{
    connect(
        &m_workspace->transforms(), &TransformController::finished, m_scope.get(),
        [this](const TransformedProject& made) {
            // The project that sends this is left by it: not before it is done.
            QMetaObject::invokeMethod(
                this, [this, made] { takeTransformed(made); }, Qt::QueuedConnection);
        });
}

void MainWindow::stepTo(std::shared_ptr<Workspace> next, const QString& text, ModelHistory::Keeps keeps)
{
    const std::shared_ptr<Workspace> last = m_workspace; // outlives its pages
    const KeyboardPlace keyboard = keyboardPlace();
    leave();
    m_session->history.step(std::move(next), text, keeps);
    last->cancelAll(); // its last step asked for figures
    enter(PageDocks::Arrangement::AsBefore);
    putKeyboard(keyboard);
    m_workspace->evaluation().request(m_workspace->document().allocation());
}

void MainWindow::takeTransformed(const TransformedProject& made)
{
    if (!m_workspace)
        return; // closed meanwhile
    std::shared_ptr<Workspace> next =
        Workspace::create(made.engine, m_plugins, made.store, m_workspace->fineTunes());
    const QString title = transformsTitle(*next);
    stepTo(std::move(next), tr("Transform: %1").arg(title));
    QStringList sentences{
        tr("%1 is in place. Undo takes it back, and so does “Back to the original” in the menu Allocate.")
            .arg(title)};
    for (const QString& notice : made.notices)
        sentences << coreWords(notice) + QLatin1Char('.');
    if (!made.problem.isEmpty())
        sentences << tr("Changes are not kept on disk: %1").arg(coreWords(made.problem));
    showNotice(
        m_banner, sentences.join(QLatin1Char(' ')),
        made.problem.isEmpty() ? NoticeKind::Information : NoticeKind::Warning);
}

void MainWindow::backToOriginal()
{
    if (!m_workspace || m_workspace->engine().transforms().empty())
        return;
    const std::shared_ptr<Workspace> original = m_session->history.original();
    if (!original) { // opened as a project that had been rewritten: its file has the original
        open(QString::fromStdString(m_workspace->model().file->path.string()));
        m_session->returns = true;
        return;
    }
    stepTo(
        Workspace::create(
            original->engineShared(), m_plugins, original->storeShared(), m_workspace->fineTunes()),
        tr("Back to the original"));
    showNotice(m_banner, tr("The model is as its file has it."), NoticeKind::Information);
}

} // namespace tritloom
