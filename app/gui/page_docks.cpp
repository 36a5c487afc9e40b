#include "app/gui/page_docks.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QMainWindow>
#include <QMenu>
#include <QSettings>
#include <QTabBar>
#include <QVBoxLayout>

namespace tritloom {
namespace {

constexpr int layoutVersion = 1; ///< another number forgets layouts that no longer make sense

Qt::DockWidgetArea areaOf(Page::Area area)
{
    return area == Page::Area::Left ? Qt::LeftDockWidgetArea
        : area == Page::Area::Right ? Qt::RightDockWidgetArea
                                    : Qt::BottomDockWidgetArea;
}

} // namespace

PageDocks::PageDocks(QMainWindow& window, QVBoxLayout& centre)
    : QObject(&window)
    , m_window(window)
    , m_centre(centre)
{
    // As in the drawing: left and right go down to the status bar, the bottom lies under the loom.
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    window.setCorner(Qt::BottomRightCorner, Qt::RightDockWidgetArea);
    window.setTabPosition(Qt::BottomDockWidgetArea, QTabWidget::North);
    window.setDockOptions(QMainWindow::AllowTabbedDocks | QMainWindow::AllowNestedDocks);
    for (const Page& page : pages()) {
        if (page.area == Page::Area::Centre)
            continue;
        auto* const dock = new QDockWidget(QCoreApplication::translate("Pages", page.title), &window);
        dock->setObjectName(QStringLiteral("dock.") + QLatin1String(page.id));
        if (page.area == Page::Area::Bottom)
            dock->setTitleBarWidget(new QWidget(dock)); // its tab says it already
        m_docks.emplace_back(&page, dock);
    }
    arrange();
    for (const auto& [page, dock] : m_docks)
        dock->hide();
}

void PageDocks::arrange()
{
    QDockWidget* firstBottom = nullptr;
    for (const auto& [page, dock] : m_docks) {
        dock->setFloating(false);
        m_window.addDockWidget(areaOf(page->area), dock);
        if (page->area != Page::Area::Bottom)
            continue;
        if (firstBottom != nullptr)
            m_window.tabifyDockWidget(firstBottom, dock);
        else
            firstBottom = dock;
    }
    if (firstBottom != nullptr)
        firstBottom->raise();
}

void PageDocks::resetLayout()
{
    arrange();
    QList<QDockWidget*> sides, bottom;
    QList<int> widths, heights;
    for (const auto& [page, dock] : m_docks) {
        dock->show();
        if (page->area == Page::Area::Bottom) {
            bottom << dock;
            heights << m_window.height() * 42 / 100;
        } else {
            sides << dock;
            widths << (page->area == Page::Area::Left ? 316 : 322);
        }
    }
    m_window.resizeDocks(sides, widths, Qt::Horizontal);
    if (!bottom.isEmpty()) {
        m_window.resizeDocks({bottom.front()}, {heights.front()}, Qt::Vertical);
        bottom.front()->raise();
    }
}

void PageDocks::fill(Workspace& workspace)
{
    empty();
    for (const Page& page : pages())
        if (page.area == Page::Area::Centre) {
            m_central.push_back(page.make(workspace, m_centre.parentWidget()));
            m_centre.addWidget(m_central.back(), 1);
        }
    for (const auto& [page, dock] : m_docks)
        dock->setWidget(page->make(workspace, dock));
    m_filled = true;
    const QByteArray stored = QSettings().value("window/layout").toByteArray();
    if (stored.isEmpty() || !m_window.restoreState(stored, layoutVersion))
        resetLayout();
    for (QTabBar* const bar : m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar->setExpanding(false);
        bar->setDocumentMode(true);
    }
}

void PageDocks::empty()
{
    if (!std::exchange(m_filled, false))
        return;
    store();
    for (const auto& [page, dock] : m_docks) {
        delete dock->widget();
        dock->hide();
    }
    for (QWidget* const widget : std::exchange(m_central, {}))
        delete widget;
}

void PageDocks::store() const
{
    QSettings().setValue("window/layout", m_window.saveState(layoutVersion));
}

void PageDocks::addToggles(QMenu& menu) const
{
    for (const auto& [page, dock] : m_docks)
        menu.addAction(dock->toggleViewAction());
}

} // namespace tritloom
