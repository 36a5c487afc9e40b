#pragma once

#include "app/gui/model_history.h"
#include "app/gui/model_loader.h"
#include "app/gui/page_docks.h"
#include "app/gui/settings.h"
#include "app/gui/theme.h"
#include "app/session/workspace.h"

#include <QMainWindow>
#include <QPointer>
#include <QUndoGroup>

class QStackedWidget;

namespace tritloom {

class Banner;
class DropHint;
class ProjectToolBar;
class StartPage;
class StatusLine;
struct WindowActions;

/// What is open, and what outlives the window that shows it. GUI thread only.
struct WindowSession {
    QString title, openedPath;
    QString opening; ///< the name of what is being loaded; "": nothing is
    QStringList dropped; ///< fine-tunes to add to it
    bool returns = false; ///< it is the original of what is open
    ModelLoader loader;
    ModelHistory history;
};

/// The window: menus, tool bar, docks made from pages(), status. What a page does is the page's business.
class MainWindow final : public QMainWindow {
    Q_OBJECT

public:
    static constexpr QSize leastSize{960, 600}; ///< pixels

    /// layout: Standard for pictures, which neither use nor touch what a person arranged.
    MainWindow(
        const PluginHost& plugins, Settings settings,
        PageDocks::Layout layout = PageDocks::Layout::Remembered);
    ~MainWindow() override;

    /// pictures: for a network on pictures. Returns at once; opened() or a sentence in the banner follows.
    void open(const QString& path, std::optional<PictureSource> pictures = {});
    /// Shows a project that is open already (pictures, tests).
    void show(std::shared_ptr<Workspace> workspace, const QString& title);
    void closeProject();
    /// Takes the pages down and gives away what is open with all that runs in it, for the next window. This
    /// one has to end before anything else happens.
    [[nodiscard]] std::unique_ptr<WindowSession> handOver();
    void takeOver(std::unique_ptr<WindowSession> session); ///< for a window that nothing is open in
    /// A page of the open project, made now where nobody has seen it yet; null: there is none of that id.
    [[nodiscard]] QWidget* page(const QString& id) { return m_docks->need(id); }
    [[nodiscard]] Workspace* workspace() { return m_workspace.get(); }
    [[nodiscard]] const Settings& settings() const { return m_settings; }
    [[nodiscard]] ModelHistory& history() { return m_session->history; }
    void setSettings(const Settings& settings);
    using QMainWindow::show;

signals:
    void opened(); ///< what open() asked for is there, with the pages that can be seen
    void languageChosen(); ///< settings() has another: a window speaks that in which it was made

protected:
    void closeEvent(QCloseEvent* event) override;
    /// Enter presses the button that has the keyboard, as Space does: Qt leaves it to dialogs.
    void keyPressEvent(QKeyEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

private:
    void connectActions();
    void connectSession();
    void chooseFile();
    void chooseFolder();
    void saveCopy();
    void exportModel();
    void toggleSweep();
    void cancelAll();
    void selectAll();
    void togglePins();
    void refreshActions();
    void refreshBlame(); ///< asked after every change of the document
    void refreshTitle();
    void tellOf(const OpenedModel& model); ///< what was found and mended while it was opened
    void enter(PageDocks::Arrangement arrangement); ///< the history's present model
    void leave(); ///< what runs in it is stopped
    void takeDown(); ///< the pages; what runs goes on
    void setOpening(const QString& name); ///< "": nothing any more
    void stepTo(
        std::shared_ptr<Workspace> next, const QString& text,
        ModelHistory::Keeps keeps = ModelHistory::Keeps::Bits);
    void takeOpened(const OpenedModel& model);
    void connectFineTunes();
    void addFineTunes(); ///< asks which
    void addFineTunes(const QStringList& paths);
    void nextFineTune(int steps);
    void takeFineTune(std::size_t row, const QString& problem);
    /// Whether what was opened is the base of the list, or a fine-tune over it: then it is picked there.
    bool takesListed(const OpenedModel& model);
    [[nodiscard]] QString shownName() const;
    /// Where the keyboard is, for pages that are made anew.
    struct KeyboardPlace {
        QString page, widget;
    };
    [[nodiscard]] KeyboardPlace keyboardPlace() const;
    void putKeyboard(const KeyboardPlace& place);
    void connectWorkspace();
    void connectTransforms();
    void takeTransformed(const TransformedProject& made);
    void backToOriginal();

    const PluginHost& m_plugins;
    Settings m_settings;
    std::optional<Theme> m_theme; ///< that is on the screen
    std::unique_ptr<WindowActions> m_actions;
    QUndoGroup m_undoGroup;
    Banner* m_banner;
    DropHint* m_dropHint;
    QStackedWidget* m_stack;
    StartPage* m_start;
    PageDocks* m_docks;
    ProjectToolBar* m_toolBar;
    StatusLine* m_status;
    bool m_announces = false; ///< opened() is owed
    bool m_stopShown = false; ///< the sweep's button stops it
    std::unique_ptr<WindowSession> m_session;
    std::shared_ptr<Workspace> m_workspace; // outlived by no page: see leave()
    std::unique_ptr<QObject> m_scope; ///< of what listens to m_workspace
};

} // namespace tritloom
