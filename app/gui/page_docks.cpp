#include "app/gui/page_docks.h"

#include "app/gui/kept_layout.h"

#include <QAction>
#include <QCoreApplication>
#include <QDockWidget>
#include <QEvent>
#include <QMainWindow>
#include <QMenu>
#include <QTabBar>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

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

PageDocks::PageDocks(QMainWindow& window, QVBoxLayout& centre, Layout layout)
    : QObject(&window)
    , m_window(window)
    , m_centre(centre)
    , m_layout(layout)
{
    // As in the drawing: left and right go down to the status bar, the bottom lies under the loom.
    window.setCorner(Qt::BottomLeftCorner, Qt::LeftDockWidgetArea);
    giveCorner();
    window.setTabPosition(Qt::BottomDockWidgetArea, QTabWidget::North);
    window.setDockOptions(QMainWindow::AllowTabbedDocks | QMainWindow::AllowNestedDocks);
    for (const Page& page : pages()) {
        if (page.area == Page::Area::Centre)
            continue;
        auto* const dock = new QDockWidget(QCoreApplication::translate("Pages", page.title), &window);
        dock->setObjectName(QStringLiteral("dock.") + QLatin1String(page.id));
        if (page.area == Page::Area::Bottom)
            dock->setTitleBarWidget(new QWidget(dock)); // its tab says it already
        dock->installEventFilter(this);
        m_docks.emplace_back(&page, dock);
    }
    // A timer and no posted event: those are all delivered before a key or a click is looked at.
    m_next.setInterval(0);
    connect(&m_next, &QTimer::timeout, this, &PageDocks::makeNext);
    arrange();
    for (const auto& [page, dock] : m_docks)
        dock->hide();
    window.installEventFilter(this);
}

void PageDocks::giveCorner()
{
    constexpr int narrow = 1200; // pixels: what the sides leave of less holds no row of tabs
    const Qt::DockWidgetArea owner =
        m_window.width() < narrow ? Qt::BottomDockWidgetArea : Qt::RightDockWidgetArea;
    if (m_window.corner(Qt::BottomRightCorner) != owner)
        m_window.setCorner(Qt::BottomRightCorner, owner);
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
    for (const auto& [page, dock] : m_docks)
        dock->setVisible(isShown(*page));
    raiseFront();
    if (m_window.isVisible())
        applySizes();
    else
        m_sizesPending = true; // sizes given to a window that has none yet are lost
}

void PageDocks::raiseFront()
{
    QDockWidget* front = nullptr;
    for (const auto& [page, dock] : m_docks)
        if (page->area == Page::Area::Bottom && isShown(*page)
            && (front == nullptr
                || (page->applies != nullptr && m_workspace != nullptr && m_workspace->model().picture)))
            front = dock;
    if (front != nullptr)
        front->raise();
}

bool PageDocks::isShown(const Page& page) const
{
    return m_workspace == nullptr || page.applies == nullptr || page.applies(*m_workspace);
}

void PageDocks::hideOthers()
{
    for (const auto& [page, dock] : m_docks) {
        const bool shown = isShown(*page);
        dock->toggleViewAction()->setVisible(shown);
        if (!shown)
            dock->hide();
    }
}

void PageDocks::applySizes()
{
    if (std::exchange(m_sizesPending, false))
        raiseFront(); // tabs that nobody saw yet have forgotten it
    QList<QDockWidget*> sides;
    QList<int> widths;
    for (const auto& [page, dock] : m_docks) {
        if (page->area == Page::Area::Bottom)
            continue;
        sides << dock;
        // A wide window gives its tables more columns, the rest goes to the loom.
        widths << std::clamp(m_window.width() * (page->area == Page::Area::Left ? 22 : 21) / 100, 280, 420);
    }
    m_window.resizeDocks(sides, widths, Qt::Horizontal);
    shareLeft();
    for (const auto& [page, dock] : m_docks)
        if (page->area == Page::Area::Bottom) {
            // Pictures want to be seen, and their networks have few layers.
            const bool pictures = m_workspace != nullptr && m_workspace->model().picture.has_value();
            m_window.resizeDocks({dock}, {m_window.height() * (pictures ? 52 : 42) / 100}, Qt::Vertical);
            break;
        }
}

void PageDocks::shareLeft()
{
    QList<QDockWidget*> column;
    QList<int> parts;
    for (const auto& [page, dock] : m_docks)
        if (page->area == Page::Area::Left && isShown(*page)) {
            column << dock;
            parts << (column.size() == 1 ? 62 : 38); // the table of layers is the longer one
        }
    if (column.size() > 1)
        m_window.resizeDocks(column, parts, Qt::Vertical);
}

QDockWidget* PageDocks::seenBottom() const
{
    for (const auto& [page, dock] : m_docks)
        if (page->area == Page::Area::Bottom && isSeen(*page) && !dock->isFloating()
            && m_window.dockWidgetArea(dock) == Qt::BottomDockWidgetArea)
            return dock;
    return nullptr;
}

void PageDocks::aimAtShare()
{
    m_heightOfShare = 0;
    if (m_share == 0 || std::exchange(m_aims, true))
        return;
    const auto settle = [this] {
        if (!m_aims) // else one more is on its way
            m_heightOfShare = m_window.height();
    };
    const auto aim = [this, settle] {
        m_aims = false;
        if (QDockWidget* const bottom = seenBottom()) {
            int wanted = int(std::lround(m_share * m_window.height()));
            for (const QTabBar* const bar :
                 m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly))
                if (bar->isVisible() && bar->tabText(bar->currentIndex()) == bottom->windowTitle())
                    wanted += bar->height(); // what is asked for holds it too
            m_window.resizeDocks({bottom}, {wanted}, Qt::Vertical);
        }
        QTimer::singleShot(50, this, settle); // once docks have heard of it
    };
    QMetaObject::invokeMethod(this, aim, Qt::QueuedConnection);
}

void PageDocks::takeShare()
{
    const QDockWidget* const dock = seenBottom();
    m_share = dock == nullptr ? 0 : double(dock->height()) / m_window.height();
    m_heightOfShare = m_window.height();
}

bool PageDocks::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == &m_window && event->type() == QEvent::Show && m_sizesPending)
        QMetaObject::invokeMethod(this, &PageDocks::applySizes, Qt::QueuedConnection);
    if (watched == &m_window && event->type() == QEvent::Resize) {
        giveCorner();
        aimAtShare();
    } else if (
        event->type() == QEvent::Resize && watched == seenBottom() && m_window.height() == m_heightOfShare)
        takeShare(); // somebody drags the line between, or a layout was put back
    if (event->type() == QEvent::Show || event->type() == QEvent::Hide || event->type() == QEvent::Move
        || event->type() == QEvent::Resize)
        if (auto* const dock = qobject_cast<QDockWidget*>(watched))
            if (auto* const holder = qobject_cast<PageHolder*>(dock->widget()))
                // Qt leaves a dock behind another tab "visible" and puts it outside of the window.
                holder->setSeen(
                    event->type() != QEvent::Hide && dock->isVisible() && dock->geometry().right() >= 0
                    && dock->geometry().bottom() >= 0);
    return QObject::eventFilter(watched, event);
}

PageHolder* PageDocks::hold(const Page& page, QWidget* parent)
{
    auto* const holder = new PageHolder(
        page, *m_workspace,
        // In a narrow window a wide page scrolls instead of pushing the docks beside it.
        page.area == Page::Area::Bottom ? PageHolder::Room::Scrolls : PageHolder::Room::Given, parent);
    connect(holder, &PageHolder::made, this, &PageDocks::pageMade);
    connect(holder, &PageHolder::wanted, this, [this, holder] {
        if (std::ranges::find(m_waiting, holder) == m_waiting.end())
            m_waiting.push_back(holder);
        m_next.start();
    });
    m_holders.push_back(holder);
    return holder;
}

void PageDocks::makeNext()
{
    while (!m_waiting.empty()) {
        PageHolder* const holder = m_waiting.front();
        m_waiting.erase(m_waiting.begin());
        if (!holder->isSeen() || holder->page() != nullptr)
            continue; // another tab came before it, or somebody asked
        holder->make();
        return;
    }
    m_next.stop();
    takeShare();
    emit settled();
}

QWidget* PageDocks::need(const QString& id)
{
    for (PageHolder* const holder : m_holders)
        if (id == QLatin1String(holder->row().id))
            return holder->make();
    return nullptr;
}

PageHolder* PageDocks::holderOf(const Page& page) const
{
    const auto found = std::ranges::find_if(m_holders, [&](auto* holder) { return &holder->row() == &page; });
    return found == m_holders.end() ? nullptr : *found;
}

QWidget* PageDocks::raise(const Page& page)
{
    PageHolder* const holder = holderOf(page);
    if (holder == nullptr)
        return nullptr;
    for (const auto& [row, dock] : m_docks)
        if (row == &page) {
            dock->show();
            dock->raise();
        }
    return holder->make();
}

bool PageDocks::isOpen(const Page& page) const
{
    const auto found = std::ranges::find(m_docks, &page, [](const auto& dock) { return dock.first; });
    return holderOf(page) != nullptr && (found == m_docks.end() || !found->second->isHidden());
}

bool PageDocks::isSeen(const Page& page) const
{
    const PageHolder* const holder = holderOf(page);
    return holder != nullptr && holder->isSeen();
}

QWidget* PageDocks::inside(const Page& page, QDockWidget* dock)
{
    if (isShown(page))
        return hold(page, dock);
    auto* const nothing = new QWidget(dock);
    nothing->setMinimumSize(1, 1); // a dock without a size complains
    return nothing;
}

void PageDocks::refreshShown()
{
    for (const auto& [page, dock] : m_docks) {
        PageHolder* const holder = holderOf(*page);
        if (m_workspace == nullptr || isShown(*page) == (holder != nullptr))
            continue;
        std::erase(m_holders, holder);
        std::erase(m_waiting, holder);
        delete dock->widget();
        dock->setWidget(inside(*page, dock));
        dock->setVisible(isShown(*page));
    }
    hideOthers();
    shareLeft();
    emit filledChanged();
}

void PageDocks::fill(Workspace& workspace, Arrangement arrangement)
{
    empty();
    m_workspace = &workspace;
    for (const Page& page : pages())
        if (page.area == Page::Area::Centre) {
            PageHolder* const holder = hold(page, m_centre.parentWidget());
            m_centre.addWidget(holder, 1);
            holder->setSeen(true);
        }
    for (const auto& [page, dock] : m_docks)
        dock->setWidget(inside(*page, dock));
    m_filled = true;
    const QByteArray stored = arrangement == Arrangement::AsBefore ? m_last
        : m_layout == Layout::Remembered                           ? keptLayout(workspace)
                                                                   : QByteArray();
    if (stored.isEmpty() || !m_window.restoreState(stored, layoutVersion))
        resetLayout();
    giveCorner(); // a layout brings that of the window it was kept of
    hideOthers(); // a layout may come from a project of another kind
    for (QTabBar* const bar : m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar->setExpanding(false);
        bar->setDocumentMode(true);
        bar->setElideMode(Qt::ElideNone); // a narrow window scrolls its tabs: half a name is no name
        bar->setUsesScrollButtons(true);
    }
    m_next.start();
    emit filledChanged();
}

void PageDocks::empty()
{
    if (!std::exchange(m_filled, false))
        return;
    store();
    m_last = m_window.saveState(layoutVersion);
    m_next.stop();
    m_waiting.clear();
    m_workspace = nullptr;
    for (PageHolder* const holder : std::exchange(m_holders, {}))
        delete holder;
    for (const auto& [page, dock] : m_docks) {
        delete dock->widget();
        dock->hide();
    }
    emit filledChanged();
}

void PageDocks::store() const
{
    if (m_layout == Layout::Remembered && m_workspace != nullptr) // without a model everything is hidden
        keepLayout(*m_workspace, m_window.saveState(layoutVersion));
}

void PageDocks::addToggles(QMenu& menu) const
{
    for (const auto& [page, dock] : m_docks)
        menu.addAction(dock->toggleViewAction());
}

} // namespace tritloom
