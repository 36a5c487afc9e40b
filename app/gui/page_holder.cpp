#include "app/gui/page_holder.h"

#include <QCoreApplication>
#include <QScrollArea>
#include <QVBoxLayout>

#include <utility>

namespace tritloom {

PageHolder::PageHolder(const Page& page, Workspace& workspace, Room room, QWidget* parent)
    : QWidget(parent)
    , m_row(page)
    , m_workspace(workspace)
    , m_room(room)
{
    setObjectName(QStringLiteral("page.") + QLatin1String(page.id));
    auto* const column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    setMinimumSize(1, 1); // a dock without a size complains
}

QWidget* PageHolder::make()
{
    if (m_page != nullptr)
        return m_page;
    if (m_room == Room::Scrolls) {
        auto* const scroll = new QScrollArea(this);
        scroll->setFrameShape(QFrame::NoFrame);
        scroll->setWidgetResizable(true);
        scroll->setAccessibleName(QCoreApplication::translate("Pages", m_row.title)); // it takes focus itself
        m_page = m_row.make(m_workspace, scroll);
        scroll->setWidget(m_page);
        m_inside = scroll;
    } else {
        m_page = m_inside = m_row.make(m_workspace, this);
    }
    QSizePolicy kept = m_inside->sizePolicy();
    kept.setRetainSizeWhenHidden(true); // docks must not move when another tab is chosen
    m_inside->setSizePolicy(kept);
    m_inside->setVisible(m_seen);
    setMinimumSize(0, 0); // from here on the page says it
    layout()->addWidget(m_inside);
    emit made(m_page);
    return m_page;
}

void PageHolder::setSeen(bool seen)
{
    if (std::exchange(m_seen, seen) == seen)
        return;
    if (m_inside != nullptr)
        m_inside->setVisible(seen);
    else if (seen)
        emit wanted();
}

} // namespace tritloom
