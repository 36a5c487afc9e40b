// Ways in and out of the main window: dialogs, drops, and what there is to say of them.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
#include "app/gui/model_name.h"
#include "app/gui/notice.h"
#include "app/gui/pictures/picture_drop.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/widgets/drop_hint.h"

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>

#include <algorithm>

namespace tritloom {

void MainWindow::chooseFile()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a model"), lastFolder("open"),
        tr("Models and projects (%1);;All files (*)").arg(modelPatterns()));
    if (path.isEmpty())
        return;
    setLastFolder("open", path);
    open(path);
}

void MainWindow::chooseFolder()
{
    const QString path =
        QFileDialog::getExistingDirectory(this, tr("Open a model's folder"), lastFolder("open"));
    if (path.isEmpty())
        return;
    setLastFolder("open", path);
    open(path);
}

void MainWindow::tellOf(const OpenedModel& model)
{
    if (!model.problem.isEmpty())
        showNotice(
            m_banner, tr("Changes are not kept on disk: %1").arg(coreWords(model.problem)),
            NoticeKind::Warning);
    QStringList notices;
    for (const QString& notice : model.notices)
        notices << coreWords(notice);
    if (!notices.isEmpty())
        showNotice(
            m_banner, tr("Attention: %1").arg(notices.join(QStringLiteral("; "))), NoticeKind::Warning);
    else if (const std::string& unknown = m_workspace->unknownChoices(); !unknown.empty())
        showNotice(m_banner, tr("Attention: %1").arg(coreWords(unknown)), NoticeKind::Warning);
    else if (m_workspace->offersRowGroups())
        showNotice(
            m_banner,
            tr("GGUF’s blocks do not divide some rows, so groups of a row are offered too, int2row to "
               "int8row: .tritloom and other kinds of file hold them, GGUF does not."),
            NoticeKind::Information);
}

void MainWindow::saveCopy()
{
    QString path = QFileDialog::getSaveFileName(
        this, tr("Save a copy of the project"), lastFolder("project"), tr("Tritloom projects (*.tritproj)"));
    if (path.isEmpty())
        return;
    if (!path.endsWith(QLatin1String(".tritproj")))
        path += QLatin1String(".tritproj");
    setLastFolder("project", path);
    if (const auto saved = m_workspace->saveCopy(path.toStdString()); !saved) {
        showNotice(m_banner, tr("The project was not saved: %1").arg(coreWords(saved.error().message)));
        return;
    }
    m_workspace->document().undoStack().setClean();
    showNotice(m_banner, tr("Saved as %1").arg(path), NoticeKind::Information);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    const QList<QUrl> urls = event->mimeData()->urls();
    const bool local = !urls.isEmpty() && std::ranges::all_of(urls, &QUrl::isLocalFile);
    if (!local)
        return;
    event->acceptProposedAction();
    const auto count = int(urls.size());
    const auto hint = [&] {
        if (m_workspace && arePictures(*m_workspace, urls))
            return tr("Drop to measure on these pictures");
        if (count == 1)
            return tr("Drop to open %1").arg(QFileInfo(urls.front().toLocalFile()).fileName());
        return m_workspace ? tr("Drop to add %n fine-tune(s) of the open model", nullptr, count)
                           : tr("Drop to open a base and its fine-tunes");
    };
    m_dropHint->say(hint());
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent*)
{
    m_dropHint->hide();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    m_dropHint->hide();
    event->acceptProposedAction();
    if (m_workspace && takePictures(*m_workspace, event->mimeData()->urls()))
        return;
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        paths << url.toLocalFile();
    if (paths.size() > 1 && m_workspace) {
        addFineTunes(paths);
        return;
    }
    const QString first = paths.takeFirst();
    open(first);
    m_session->dropped = paths;
}

} // namespace tritloom
