// Ways in and out of the main window: dialogs and drops.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
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
        tr("Models and projects (*.gguf *.safetensors *.json *.bin *.onnx *.pt *.pth *.hdf5 *.h5 *.tritloom "
           "*.tritproj);;All files (*)"));
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
    if (!local || (urls.size() != 1 && !(m_workspace && m_workspace->model().picture)))
        return;
    event->acceptProposedAction();
    m_dropHint->say(
        m_workspace && arePictures(*m_workspace, urls)
            ? tr("Drop to measure on these pictures")
            : tr("Drop to open %1").arg(QFileInfo(urls.front().toLocalFile()).fileName()));
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
    open(event->mimeData()->urls().front().toLocalFile());
}

} // namespace tritloom
