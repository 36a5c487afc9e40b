// Fine-tunes over the base that is open: added, and one put in the place of the other.
#include "app/gui/core_words.h"
#include "app/gui/main_window.h"
#include "app/gui/model_name.h"
#include "app/gui/notice.h"
#include "app/gui/settings.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/window_actions.h"

#include <QAction>
#include <QApplication>
#include <QFileDialog>

namespace tritloom {

void MainWindow::connectFineTunes()
{
    FineTunes& tunes = *m_workspace->fineTunes();
    // Queued: a page may ask for what takes the page itself away.
    const auto refresh = [this] {
        m_docks->refreshShown();
        refreshActions();
        refreshTitle();
    };
    connect(&tunes, &FineTunes::changed, m_scope.get(), refresh, Qt::QueuedConnection);
    const auto tell = [this](const QString& why) {
        showNotice(m_banner, tr("Could not open: %1").arg(coreWords(why)));
    };
    connect(&tunes, &FineTunes::failed, m_scope.get(), tell);
    connect(&tunes, &FineTunes::refused, m_scope.get(), [tell](const QStringList& why) {
        QStringList sentences;
        for (const QString& one : why)
            sentences << coreWords(one);
        tell(sentences.join(QStringLiteral(". ")));
    });
    connect(
        &tunes, &FineTunes::picked, m_scope.get(),
        [this](std::size_t row, const QString& problem) { takeFineTune(row, problem); },
        Qt::QueuedConnection);
}

void MainWindow::addFineTunes()
{
    const QStringList paths = QFileDialog::getOpenFileNames(
        this, tr("Add fine-tunes"), lastFolder("open"),
        tr("Differences to a base (*.tritloom *.pt *.pth *.bin);;All files (*)"));
    if (paths.isEmpty())
        return;
    setLastFolder("open", paths.front());
    addFineTunes(paths);
}

void MainWindow::addFineTunes(const QStringList& paths)
{
    m_banner->hide();
    std::vector<std::filesystem::path> files;
    for (const QString& path : paths)
        files.emplace_back(path.toStdString());
    m_workspace->fineTunes()->add(files);
}

void MainWindow::nextFineTune(int steps)
{
    FineTunes& tunes = *m_workspace->fineTunes();
    if (const auto row = tunes.beside(m_workspace->model(), steps))
        tunes.pick(*row, m_workspace->engine());
}

void MainWindow::takeFineTune(std::size_t row, const QString& problem)
{
    if (!m_workspace || row >= m_workspace->fineTunes()->rows().size())
        return; // closed or taken off the list meanwhile
    const FineTune tune = m_workspace->fineTunes()->rows()[row];
    const bool isShown = tune.model->key == m_workspace->model().key;
    if (isShown)
        emit opened();
    if (!tune.engine || isShown || m_session->history.returnsTo(*tune.model))
        return;
    m_banner->hide();
    stepTo(
        Workspace::create(tune.engine, m_plugins, tune.store, m_workspace->fineTunes()),
        tr("Fine-tune: %1").arg(modelName(QString::fromStdString(tune.path.string()))),
        ModelHistory::Keeps::ItsOwn);
    if (!problem.isEmpty())
        showNotice(
            m_banner, tr("Changes are not kept on disk: %1").arg(coreWords(problem)), NoticeKind::Warning);
    m_announces = true;
}

bool MainWindow::takesListed(const OpenedModel& model)
{
    FineTunes& tunes = *m_workspace->fineTunes();
    const std::shared_ptr<const Model> base = tunes.rows().front().model, opened = model.engine->model();
    const bool isTune = base && base->file == model.base;
    const bool isProject = model.path.endsWith(QLatin1String(".tritproj"));
    const bool isBase = base && !isProject && !tunes.isEmpty() && tunes.rowOf(*opened) == 0U
        && base->key == opened->key; // else it has changed since
    if (!isTune && !isBase)
        return false;
    addRecentFile(model.path);
    if (isTune) {
        const std::size_t row = tunes.adopt(model.engine, model.store);
        m_docks->refreshShown(); // the list is to be seen in what follows too
        takeFineTune(row, model.problem);
    } else {
        tunes.pick(0, m_workspace->engine());
    }
    refreshActions();
    return true;
}

QString MainWindow::shownName() const
{
    return m_workspace && !m_workspace->fineTunes()->isEmpty()
        ? modelName(QString::fromStdString(m_workspace->model().file->path.string()))
        : m_session->title;
}

MainWindow::KeyboardPlace MainWindow::keyboardPlace() const
{
    const QWidget* const focused = QApplication::focusWidget();
    for (const Page& page : pages()) {
        const PageHolder* const holder = m_docks->holderOf(page);
        if (holder != nullptr && focused != nullptr && holder->isAncestorOf(focused))
            return {QLatin1String(page.id), focused->objectName()};
    }
    return {};
}

void MainWindow::putKeyboard(const KeyboardPlace& place)
{
    if (place.page.isEmpty())
        return;
    (void)m_docks->need(QStringLiteral("loom")); // which takes the keyboard as it is made
    QWidget* const page = m_docks->need(place.page);
    if (page == nullptr)
        return;
    auto* const widget = place.widget.isEmpty() ? nullptr : page->findChild<QWidget*>(place.widget);
    (widget != nullptr ? widget : page)->setFocus();
}

} // namespace tritloom
