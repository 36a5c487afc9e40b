#include "app/gui/main_window.h"

#include "app/gui/about.h"
#include "app/gui/core_words.h"
#include "app/gui/evaluation/original_row.h"
#include "app/gui/export/export_dialog.h"
#include "app/gui/model_name.h"
#include "app/gui/notice.h"
#include "app/gui/plugin_windows.h"
#include "app/gui/preferences_dialog.h"
#include "app/gui/project_tool_bar.h"
#include "app/gui/recipes/blame_dialog.h"
#include "app/gui/recipes/difference_dialog.h"
#include "app/gui/start_page.h"
#include "app/gui/status_line.h"
#include "app/gui/transforms/transform_dialog.h"
#include "app/gui/tunes/tunes_page.h"
#include "app/gui/widgets/banner.h"
#include "app/gui/widgets/drop_hint.h"
#include "app/gui/window_actions.h"
#include "app/gui/window_wiring.h"
#include "app/session/feature_depot.h"
#include "app/session/running_work.h"

#include <QCloseEvent>
#include <QFileInfo>
#include <QMenu>
#include <QScreen>
#include <QSettings>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace tritloom {

MainWindow::MainWindow(const PluginHost& plugins, Settings settings, PageDocks::Layout layout)
    : m_plugins(plugins)
    , m_settings(
          (applyTheme(settings.resolvedTheme()), std::move(settings))) // widgets made below take its font
    , m_banner(new Banner(this))
    , m_dropHint(new DropHint(this))
    , m_stack(new QStackedWidget(this))
    , m_start(new StartPage(this))
    , m_status(new StatusLine(this))
{
    setObjectName(QStringLiteral("mainWindow"));
    setAcceptDrops(true);
    setMinimumSize(leastSize);
    auto* const centre = new QWidget(this);
    // What the docks leave of the narrowest window: a wider centre would push them out of it, and what is
    // not seen counts too.
    for (QWidget* const middle : {static_cast<QWidget*>(m_start), centre})
        middle->setMinimumWidth(300);
    auto* const centreColumn = new QVBoxLayout(centre);
    centreColumn->setContentsMargins(0, 0, 0, 0);
    m_stack->addWidget(m_start);
    m_stack->addWidget(centre);
    auto* const whole = new QWidget(this);
    auto* const column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_banner);
    column->addWidget(m_stack, 1);
    setCentralWidget(whole);
    m_docks = new PageDocks(*this, *centreColumn, layout);
    m_actions = std::make_unique<WindowActions>(*this, m_undoGroup, *m_docks);
    m_actions->sweep->setIconText(tr("Sensitivity")); // the longer of two: its button keeps this width
    m_toolBar = new ProjectToolBar(
        plugins,
        {m_actions->open, m_actions->undo, m_actions->redo, m_actions->allocate, m_actions->allocator,
         m_actions->sweep, m_actions->exportModel},
        this);
    addToolBar(m_toolBar);
    setStatusBar(m_status);
    connectActions();
    setSettings(m_settings);
    // The first time as large as is comfortable, with room for the frame where the screen is smaller.
    resize(QSize(1440, 900).boundedTo(screen()->availableSize() - QSize(16, 48)));
    if (layout == PageDocks::Layout::Remembered)
        restoreGeometry(QSettings().value("window/geometry").toByteArray());
    for (const QString& problem : plugins.problems())
        showNotice(m_banner, tr("A method could not be loaded: %1").arg(problem), NoticeKind::Warning);
    refreshActions();
    refreshTitle();
}

MainWindow::~MainWindow()
{
    closeProject();
}

void MainWindow::connectActions()
{
    const auto on = [this](QAction* action, auto member) {
        connect(action, &QAction::triggered, this, member);
    };
    on(m_actions->open, &MainWindow::chooseFile);
    on(m_actions->openFolder, &MainWindow::chooseFolder);
    connect(m_actions->samples, &QMenu::triggered, this, [this](const QAction* sample) {
        open(sample->data().toString());
    });
    on(m_actions->addTunes, [this] { addFineTunes(); });
    on(m_actions->nextTune, [this] { nextFineTune(1); });
    on(m_actions->previousTune, [this] { nextFineTune(-1); });
    on(m_actions->closeProject, &MainWindow::closeProject);
    on(m_actions->saveCopy, &MainWindow::saveCopy);
    on(m_actions->exportModel, &MainWindow::exportModel);
    on(m_actions->loadRecipe, [this] { loadRecipe(*m_workspace, this); });
    on(m_actions->saveRecipe, [this] { saveRecipe(*m_workspace, this); });
    on(m_actions->compareRecipe, [this] { compareRecipe(*m_workspace, this); });
    on(m_actions->blame, [this] { blameMeanLoss(*m_workspace, this); });
    on(m_actions->quit, &QWidget::close);
    on(m_actions->selectAll, &MainWindow::selectAll);
    on(m_actions->pin, &MainWindow::togglePins);
    on(m_actions->allocate, [this] { allocateOnceMeasured(*m_workspace, *this); });
    for (const auto& [action, kind] :
         {std::pair{m_actions->method, PluginKind::LayerMethod},
          {m_actions->allocator, PluginKind::Allocator},
          {m_actions->transform, PluginKind::ModelTransform}})
        on(action, [this, kind = kind] { usePlugin(*this, *m_workspace, kind, {}); });
    on(m_actions->original, &MainWindow::backToOriginal);
    on(m_actions->sweep, &MainWindow::toggleSweep);
    on(m_actions->cancel, &MainWindow::cancelAll);
    on(m_actions->resetLayout, [this] { m_docks->resetLayout(); });
    on(m_actions->zoomIn, [this] { zoomLoom(*this, 1.25); });
    on(m_actions->zoomOut, [this] { zoomLoom(*this, 0.8); });
    on(m_actions->about, [this] { showAbout(this); });
    on(m_actions->shortcuts, [this] { showShortcuts(this); });
    on(m_actions->preferences, [this] {
        auto* const dialog = new PreferencesDialog(m_settings, this);
        connect(dialog, &PreferencesDialog::settingsChosen, this, [this](const Settings& chosen) {
            storeSettings(chosen);
            setSettings(chosen);
        });
        dialog->open();
    });
    for (const auto& [action, theme] :
         {std::pair{m_actions->themeDark, "dark"},
          {m_actions->themeLight, "light"},
          {m_actions->themeSystem, "system"}})
        on(action, [this, theme = theme] {
            Settings changed = m_settings;
            changed.theme = QLatin1String(theme);
            storeSettings(changed);
            setSettings(changed);
        });
    connect(m_actions->recent, &QMenu::aboutToShow, this, [this] {
        fillRecentMenu(*m_actions->recent, [this](const QString& path) { open(path); });
    });
    connect(m_status, &StatusLine::cancelAsked, this, &MainWindow::cancelAll);
    connect(m_start, &StartPage::openAsked, this, &MainWindow::chooseFile);
    connect(m_start, &StartPage::sampleAsked, m_actions->openSample, &QAction::trigger);
    connect(m_start, &StartPage::fileAsked, this, [this](const QString& path) { open(path); });
    connect(&m_undoGroup, &QUndoGroup::cleanChanged, this, &MainWindow::refreshTitle);
    connect(&m_loader, &ModelLoader::loaded, this, [this](const OpenedModel& model) {
        m_status->setOpening({});
        const QStringList dropped = std::exchange(m_dropped, {});
        if (m_workspace && !m_returns && takesListed(model))
            return;
        auto made = Workspace::create(
            model.engine, m_plugins, model.store,
            m_returns && m_workspace ? m_workspace->fineTunes() : nullptr);
        made->setOriginalPlace(model.original);
        if (std::exchange(m_returns, false) && m_workspace) {
            stepTo(std::move(made), tr("Back to the original"));
            m_announces = true;
            return;
        }
        addRecentFile(model.path);
        m_openedPath = model.path;
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
    });
    connect(&m_history, &ModelHistory::moved, this, [this] {
        m_banner->hide(); // what it says is of the model that is left
        const KeyboardPlace keyboard = keyboardPlace();
        leave();
        enter(PageDocks::Arrangement::AsBefore);
        putKeyboard(keyboard);
        m_announces = true;
        m_workspace->evaluation().request(m_workspace->document().allocation());
    });
    connect(&m_history, &ModelHistory::endReached, this, [this] {
        showNotice(
            m_banner,
            tr("The models before this one were let go to spare memory. “Back to the original” in the menu "
               "Allocate "
               "leads to the one that was opened."),
            NoticeKind::Information);
    });
    connect(m_docks, &PageDocks::pageMade, this, [this](QWidget* page) {
        wirePage(*this, *page, *m_actions);
        connectMethods(*this, *m_workspace, *page);
        if (const auto* const tunes = qobject_cast<TunesPage*>(page))
            connect(tunes, &TunesPage::addAsked, m_actions->addTunes, &QAction::trigger);
        if (const auto* const row = page->findChild<OriginalRow*>())
            connect(row, &OriginalRow::openAsked, this, [this](const QString& path) { open(path); });
    });
    connect(m_docks, &PageDocks::settled, this, [this] {
        setProperty("busy", false); // whoever takes a picture of the window waits for this
        if (std::exchange(m_announces, false))
            emit opened();
    });
    connect(&m_loader, &ModelLoader::failed, this, [this](const QString& why, const QString&) {
        m_status->setOpening({});
        m_dropped.clear();
        refreshActions();
        showNotice(m_banner, tr("Could not open: %1").arg(coreWords(why)));
    });
}

void MainWindow::setSettings(const Settings& settings)
{
    m_settings = settings;
    const Theme theme = settings.resolvedTheme();
    if (std::exchange(m_theme, theme) != theme) // a palette set anew loses what widgets coloured themselves
        applyTheme(theme);
    applyIcons(*m_actions, theme, m_stopShown);
    m_actions->themeDark->setChecked(settings.theme == QLatin1String("dark"));
    m_actions->themeLight->setChecked(settings.theme == QLatin1String("light"));
    m_actions->themeSystem->setChecked(settings.theme == QLatin1String("system"));
}

void MainWindow::open(const QString& path, std::optional<PictureSource> pictures)
{
    m_banner->hide();
    m_returns = false;
    m_dropped.clear();
    m_status->setOpening(modelName(path), &m_loader);
    m_loader.load(path.toStdString(), m_plugins, m_settings.engineOptions(), std::move(pictures),
                  m_workspace ? m_workspace->fineTunes()->rows().front().model : nullptr);
    refreshActions();
}

void MainWindow::show(std::shared_ptr<Workspace> workspace, const QString& title)
{
    closeProject();
    m_title = title;
    m_history.begin(std::move(workspace));
    enter(PageDocks::Arrangement::OfProject);
}

void MainWindow::enter(PageDocks::Arrangement arrangement)
{
    m_workspace = m_history.present();
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
    m_announces = false;
    setProperty("busy", false); // its pages, which would say so, go
    m_scope.reset();
    m_workspace->leave();
    forgetFeatureNetwork();
    // Pages hold references into the workspace: they go first.
    m_docks->empty();
    m_toolBar->setWorkspace(nullptr);
    m_status->setWorkspace(nullptr);
    m_undoGroup.removeStack(&m_workspace->document().undoStack());
    m_workspace.reset();
}

void MainWindow::connectWorkspace()
{
    m_scope = std::make_unique<QObject>(); // what listens for as long as this one is looked at
    QObject* const scope = m_scope.get();
    const auto refresh = [this] { refreshActions(); };
    connectTransforms();
    connectFineTunes();
    connect(&m_workspace->document(), &AllocationDocument::changed, scope, [this] { refreshBlame(); });
    connect(m_workspace.get(), &Workspace::allocatorChanged, scope, refresh);
    connect(m_workspace.get(), &Workspace::allocationNoticed, scope, [this](const QString& what) {
        showNotice(m_banner, coreWords(what), NoticeKind::Information);
    });
    for (Job const* const job :
         {&m_workspace->analyses().job(), &m_workspace->metric().job(), &m_workspace->transforms().job()})
        connect(job, &Job::runningChanged, scope, refresh);
    connect(&RunningWork::of(*m_workspace), &RunningWork::changed, scope, refresh);
    connect(&m_workspace->exporter(), &ExportController::runningChanged, scope, refresh);
    connect(m_workspace.get(), &Workspace::saveFailed, scope, [this](const QString& why) {
        showNotice(m_banner, tr("Changes are not kept on disk: %1").arg(coreWords(why)), NoticeKind::Warning);
    });
    connect(m_workspace.get(), &Workspace::allocationFailed, scope, [this](const QString& why) {
        showNotice(m_banner, tr("Nothing was allocated: %1").arg(coreWords(why)));
    });
    connect(&m_workspace->pictures(), &PicturesController::failed, scope, [this](const QString& why) {
        showNotice(m_banner, tr("The pictures could not be taken: %1").arg(coreWords(why)));
    });
    connect(&m_workspace->pictures(), &PicturesController::changed, scope, refresh);
    const auto forget = [this] { m_banner->hideError(); };
    connect(&m_workspace->pictures(), &PicturesController::changed, scope, forget);
    connect(&m_workspace->document().undoStack(), &QUndoStack::indexChanged, scope, forget);
    connect(&m_workspace->sensitivity(), &SensitivityController::failed, scope, [this](const QString& why) {
        showNotice(m_banner, tr("Sensitivity was not measured: %1").arg(coreWords(why)));
    });
    connect(&m_workspace->sensitivity(), &SensitivityController::runningChanged, scope, refresh);
    connect(&m_workspace->sensitivity(), &SensitivityController::tableChanged, scope, refresh);
    connect(&m_workspace->evaluation(), &EvaluationController::started, scope, refresh);
    connect(&m_workspace->evaluation(), &EvaluationController::finished, scope, refresh);
}

void MainWindow::closeProject()
{
    if (!m_workspace)
        return;
    leave();
    m_history.clear();
    m_title.clear();
    m_stack->setCurrentIndex(0);
    m_start->refresh();
    refreshActions();
    refreshTitle();
}

void MainWindow::exportModel()
{
    auto* const dialog = new ExportDialog(*m_workspace, shownName(), this);
    dialog->open();
}

void MainWindow::toggleSweep()
{
    SensitivityController& sensitivity = m_workspace->sensitivity();
    if (sensitivity.isRunning())
        sensitivity.cancel();
    else
        sensitivity.start();
}

void MainWindow::cancelAll()
{
    if (m_loader.isLoading()) {
        m_loader.cancel();
        m_returns = false;
        m_status->setOpening({});
        refreshActions();
    }
    if (m_workspace)
        m_workspace->cancelAll();
}

void MainWindow::selectAll()
{
    std::vector<LayerId> layers;
    for (std::size_t i = 0; i < m_workspace->model().layers.size(); ++i)
        layers.push_back(LayerId(i));
    m_workspace->selection().set(std::move(layers), m_workspace->selection().current());
}

void MainWindow::togglePins()
{
    const auto& layers = m_workspace->selection().layers();
    const auto& pinned = m_workspace->document().pinned();
    const bool all =
        std::all_of(layers.begin(), layers.end(), [&](LayerId id) { return pinned[std::size_t(id)]; });
    m_workspace->document().setPinned(layers, !all);
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    QSettings().setValue("window/geometry", saveGeometry());
    closeProject();
    event->accept();
}

} // namespace tritloom
