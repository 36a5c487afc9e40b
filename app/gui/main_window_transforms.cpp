// A model rewritten by transforms takes the place of the open one, and the way back.
#include "app/gui/main_window.h"
#include "app/gui/notice.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/widgets/banner.h"

#include <QFileInfo>

namespace tritloom {

void MainWindow::connectTransforms()
{
    connect(
        &m_workspace->transforms(), &TransformController::finished, this,
        [this](const TransformedProject& made) {
            // The project that sends this is closed by it: not before it is done.
            QMetaObject::invokeMethod(
                this, [this, made] { takeTransformed(made); }, Qt::QueuedConnection);
        });
}

void MainWindow::takeTransformed(const TransformedProject& made)
{
    if (!m_workspace)
        return; // closed meanwhile
    const Original before = m_original.engine
        ? m_original
        : Original{
            m_workspace->engineShared(),
            m_workspace->store() != nullptr ? m_workspace->store()->path() : std::filesystem::path()};
    const std::shared_ptr<Workspace> last = m_workspace; // outlives its pages
    show(Workspace::create(made.engine, m_plugins, made.store), m_title);
    m_workspace->takeOver(*last);
    m_original = before;
    refreshActions();
    refreshTitle();
    m_workspace->evaluation().request(m_workspace->document().allocation());
    QStringList sentences{
        tr("%1 is in place: other weights, the same function. “Back to the original” in the "
           "menu Allocate undoes it.")
            .arg(transformsTitle(*m_workspace))};
    for (const QString& notice : made.notices)
        sentences << notice + QLatin1Char('.');
    if (!made.problem.isEmpty())
        sentences << tr("Changes are not kept on disk: %1").arg(made.problem);
    showNotice(
        m_banner, sentences.join(QLatin1Char(' ')),
        made.problem.isEmpty() ? NoticeKind::Information : NoticeKind::Warning);
}

void MainWindow::backToOriginal()
{
    if (!m_workspace || m_workspace->engine().transforms().empty())
        return;
    if (!m_original.engine) { // opened as a project that had been rewritten: its file has the original
        open(QString::fromStdString(m_workspace->model().file->path.string()));
        return;
    }
    const Original original = std::exchange(m_original, {});
    std::shared_ptr<ProjectStore> store;
    if (!original.store.empty())
        if (auto opened = ProjectStore::open(original.store))
            store = std::move(*opened);
    const std::shared_ptr<Workspace> last = m_workspace;
    show(Workspace::create(original.engine, m_plugins, std::move(store)), m_title);
    m_workspace->takeOver(*last);
    refreshActions();
    refreshTitle();
    m_workspace->evaluation().request(m_workspace->document().allocation());
    showNotice(m_banner, tr("The model is as its file has it."), NoticeKind::Information);
}

} // namespace tritloom
