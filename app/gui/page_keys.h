#pragma once

#include <QObject>
#include <QPointer>

class QAction;
class QMainWindow;
class QMenu;

namespace tritloom {

class PageDocks;
struct Page;

/// Reaching pages by the keyboard: a key of its own for each (Page::key), Ctrl+Tab through those that share
/// an area, F6 through the areas. The keys stand in the menu and in the tooltips of the tabs. GUI thread
/// only.
class PageKeys final : public QObject {
    Q_OBJECT

public:
    PageKeys(QMainWindow& window, PageDocks& docks);
    void addTo(QMenu& menu) const;
    bool eventFilter(QObject* watched, QEvent* event) override; ///< tooltips of tabs

private:
    void refresh(); ///< only pages of the open model have a key
    void go(const Page& page);
    void nextPage(int step);
    void nextArea(int step);

    QMainWindow& m_window;
    PageDocks& m_docks;
    std::vector<std::pair<const Page*, QAction*>> m_actions;
    QAction *m_nextPage, *m_previousPage, *m_nextArea, *m_previousArea;
};

} // namespace tritloom
