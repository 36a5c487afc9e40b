#include "app/gui/page_keys.h"

#include "app/gui/page_docks.h"

#include <QAction>
#include <QApplication>
#include <QCoreApplication>
#include <QHelpEvent>
#include <QMainWindow>
#include <QMenu>
#include <QTabBar>
#include <QToolTip>

#include <algorithm>

namespace tritloom {
namespace {

QString titleOf(const Page& page)
{
    return QCoreApplication::translate("Pages", page.title);
}

/// The keyboard goes to where it was in the page, else to the first thing that takes it.
void focusIn(QWidget& page)
{
    QWidget* target = page.focusWidget();
    for (QWidget* next = &page; target == nullptr;) {
        next = next->nextInFocusChain();
        if (next == &page) {
            page.setFocus(Qt::ShortcutFocusReason); // nothing in it takes keys yet
            return;
        }
        if (page.isAncestorOf(next) && next->isVisible() && next->isEnabled()
            && (next->focusPolicy() & Qt::TabFocus) != 0)
            target = next;
    }
    target->setFocus(Qt::ShortcutFocusReason);
}

} // namespace

PageKeys::PageKeys(QMainWindow& window, PageDocks& docks)
    : QObject(&window)
    , m_window(window)
    , m_docks(docks)
    , m_nextPage(new QAction(tr("&Next page"), this))
    , m_previousPage(new QAction(tr("P&revious page"), this))
    , m_nextArea(new QAction(tr("Next &area"), this))
    , m_previousArea(new QAction(tr("Previous ar&ea"), this))
{
    for (const Page& page : pages()) {
        auto* const action = new QAction(titleOf(page), this);
        action->setObjectName(QStringLiteral("action.page.") + QLatin1String(page.id));
        action->setShortcut(page.key);
        connect(action, &QAction::triggered, this, [this, &page] { go(page); });
        m_actions.emplace_back(&page, action);
    }
    m_nextPage->setShortcut(Qt::CTRL | Qt::Key_Tab);
    m_previousPage->setShortcut(Qt::CTRL | Qt::SHIFT | Qt::Key_Tab);
    m_nextArea->setShortcut(Qt::Key_F6);
    m_previousArea->setShortcut(Qt::SHIFT | Qt::Key_F6);
    m_nextPage->setObjectName(QStringLiteral("action.nextPage"));
    m_previousPage->setObjectName(QStringLiteral("action.previousPage"));
    m_nextArea->setObjectName(QStringLiteral("action.nextArea"));
    m_previousArea->setObjectName(QStringLiteral("action.previousArea"));
    connect(m_nextPage, &QAction::triggered, this, [this] { nextPage(1); });
    connect(m_previousPage, &QAction::triggered, this, [this] { nextPage(-1); });
    connect(m_nextArea, &QAction::triggered, this, [this] { nextArea(1); });
    connect(m_previousArea, &QAction::triggered, this, [this] { nextArea(-1); });
    connect(&docks, &PageDocks::filledChanged, this, &PageKeys::refresh);
    refresh();
}

void PageKeys::addTo(QMenu& menu) const
{
    for (const auto& [page, action] : m_actions)
        menu.addAction(action);
    menu.addSeparator();
    menu.addActions({m_nextPage, m_previousPage, m_nextArea, m_previousArea});
}

void PageKeys::refresh()
{
    for (const auto& [page, action] : m_actions) {
        action->setVisible(m_docks.isShown(*page)); // an action that is not there has no key either
        action->setEnabled(m_docks.isFilled());
    }
    for (QAction* const action : {m_nextPage, m_previousPage, m_nextArea, m_previousArea})
        action->setEnabled(m_docks.isFilled());
    for (QTabBar* const bar : m_window.findChildren<QTabBar*>(QString(), Qt::FindDirectChildrenOnly)) {
        bar->removeEventFilter(this);
        bar->installEventFilter(this);
    }
}

void PageKeys::go(const Page& page)
{
    if (QWidget* const shown = m_docks.raise(page))
        focusIn(*shown);
}

void PageKeys::nextPage(int step)
{
    // Those of the bottom take turns; elsewhere one page fills its area.
    std::vector<const Page*> turn;
    for (const auto& [page, action] : m_actions)
        if (page->area == Page::Area::Bottom && m_docks.isOpen(*page))
            turn.push_back(page);
    if (turn.empty())
        return;
    const auto now = std::ranges::find_if(turn, [&](const Page* page) { return m_docks.isSeen(*page); });
    const auto count = std::ptrdiff_t(turn.size());
    const std::ptrdiff_t at = now == turn.end() ? -1 : now - turn.begin();
    go(*turn[std::size_t((at + step + count) % count)]);
}

void PageKeys::nextArea(int step)
{
    std::vector<const Page*> turn; // what can be seen, in the order of the list
    for (const auto& [page, action] : m_actions)
        if (m_docks.isSeen(*page))
            turn.push_back(page);
    if (turn.empty())
        return;
    const QWidget* const focused = QApplication::focusWidget();
    const auto now = std::ranges::find_if(turn, [&](const Page* page) {
        const QWidget* const shown = m_docks.holderOf(*page);
        return shown != nullptr && focused != nullptr && shown->isAncestorOf(focused);
    });
    const auto count = std::ptrdiff_t(turn.size());
    const std::ptrdiff_t at = now == turn.end() ? (step > 0 ? -1 : 0) : now - turn.begin();
    go(*turn[std::size_t((at + step + count) % count)]);
}

bool PageKeys::eventFilter(QObject* watched, QEvent* event)
{
    auto* const bar = qobject_cast<QTabBar*>(watched);
    if (bar == nullptr || event->type() != QEvent::ToolTip)
        return QObject::eventFilter(watched, event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const QString title = bar->tabText(bar->tabAt(help->pos()));
    for (const auto& [page, action] : m_actions)
        if (action->isVisible() && title == titleOf(*page)) {
            QToolTip::showText(
                help->globalPos(),
                tr("%1 (%2)").arg(title, action->shortcut().toString(QKeySequence::NativeText)), bar);
            return true;
        }
    return QObject::eventFilter(watched, event);
}

} // namespace tritloom
