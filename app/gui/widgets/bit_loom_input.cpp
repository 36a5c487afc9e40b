// Mouse and keyboard of the loom.
#include "app/gui/widgets/bit_loom.h"

#include <QApplication>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double grabDistance = 4; ///< pixels within which a line is under the pointer

} // namespace

bool BitLoom::onBudget(QPointF position) const
{
    if (!m_budget || m_bars.empty())
        return false;
    if (budgetHandle(scene()).adjusted(-2, -2, 2, 2).contains(position))
        return true;
    if (std::abs(position.y() - m_geometry.y(m_budget->bits)) > grabDistance
        || !m_geometry.plot().contains(position))
        return false;
    // Where a bar ends at the line, the bar is meant.
    const int bar = m_geometry.barAt(contentX(position.x()));
    return bar < 0 || std::abs(m_geometry.y(m_bars[std::size_t(bar)].bits) - position.y()) > 2 * grabDistance;
}

void BitLoom::selectRange(int first, int last, int current, bool add)
{
    std::vector<int> bars = add ? selection() : std::vector<int>{};
    for (int i = std::min(first, last); i <= std::max(first, last); ++i)
        bars.push_back(i);
    emit selectionAsked(bars, current);
}

void BitLoom::select(int bar, Qt::KeyboardModifiers modifiers)
{
    if (modifiers & Qt::ShiftModifier) {
        selectRange(m_anchor < 0 ? bar : m_anchor, bar, bar, modifiers & Qt::ControlModifier);
        return;
    }
    m_anchor = bar;
    if (modifiers & Qt::ControlModifier) {
        std::vector<int> bars = selection();
        if (m_selected[std::size_t(bar)] && bars.size() > 1)
            std::erase(bars, bar);
        else
            bars.push_back(bar);
        emit selectionAsked(bars, bar);
        return;
    }
    emit selectionAsked({bar}, bar);
}

void BitLoom::mousePressEvent(QMouseEvent* event)
{
    // The menu that follows is of the bar under the pointer, or of the selection that it belongs to.
    if (event->button() == Qt::RightButton && m_state == State::Idle) {
        const int bar = m_geometry.barAt(contentX(event->position().x()));
        if (bar >= 0 && !m_selected[std::size_t(bar)]) {
            m_anchor = bar;
            emit selectionAsked({bar}, bar);
        }
    }
    if (event->button() != Qt::LeftButton || m_bars.empty())
        return;
    setFocus(Qt::MouseFocusReason);
    const QPointF position = event->position();
    m_pressPosition = position;
    if (onBudget(position)) {
        m_state = State::Budget;
        viewport()->update();
        return;
    }
    const double x = contentX(position.x());
    if (m_geometry.labels().contains(position)) {
        if (const int block = m_geometry.blockAt(x); block >= 0) {
            const LoomGeometry::Block& span = m_geometry.blocks()[std::size_t(block)];
            const bool extend = event->modifiers() & Qt::ShiftModifier && m_anchor >= 0;
            if (extend)
                selectRange(std::min(m_anchor, span.first), std::max(m_anchor, span.last), span.first, false);
            else {
                m_anchor = span.first;
                selectRange(span.first, span.last, span.first, event->modifiers() & Qt::ControlModifier);
            }
        }
        return;
    }
    const int bar = m_geometry.barAt(x);
    const bool inside = m_geometry.plot().left() <= position.x();
    if (bar < 0 || !inside || position.y() < m_geometry.y(m_bars[std::size_t(bar)].bits) - 2 * grabDistance) {
        m_state = State::RubberBand;
        m_rubberBand = QRectF(position, QSizeF(0, 0));
        return;
    }
    m_state = State::Pressed;
    m_pressed = bar;
    m_selectOnRelease = false;
    if (m_selected[std::size_t(bar)] && event->modifiers() == Qt::NoModifier)
        m_selectOnRelease = true; // a pull moves the whole selection, a click takes this bar alone
    else
        select(bar, event->modifiers() & ~Qt::AltModifier);
    m_pressPositionOnAxis = m_geometry.y(m_bars[std::size_t(bar)].bits) - position.y();
}

void BitLoom::mouseMoveEvent(QMouseEvent* event)
{
    const QPointF position = event->position();
    switch (m_state) {
    case State::Idle:
        updateCursor(position, event->modifiers());
        return;
    case State::Pressed:
        if ((position - m_pressPosition).manhattanLength() < QApplication::startDragDistance() / 2.0)
            return;
        m_state = State::Pulling;
        m_selectOnRelease = false;
        emit pullBegan(m_pressed);
        [[fallthrough]];
    case State::Pulling:
        m_alone = event->modifiers() & Qt::AltModifier;
        emit pulledTo(m_geometry.bitsAt(position.y() + m_pressPositionOnAxis), m_alone);
        m_hold.start();
        return;
    case State::Budget:
        emit budgetPulledTo(m_geometry.bitsAt(position.y()));
        return;
    case State::RubberBand:
        m_rubberBand = QRectF(m_pressPosition, position).normalized();
        viewport()->update();
        return;
    }
}

void BitLoom::mouseReleaseEvent(QMouseEvent* event)
{
    if (event->button() != Qt::LeftButton)
        return;
    const State state = std::exchange(m_state, State::Idle);
    m_hold.stop();
    switch (state) {
    case State::Idle:
        break;
    case State::Pressed:
        if (m_selectOnRelease)
            select(m_pressed, Qt::NoModifier);
        break;
    case State::Pulling:
        m_pressed = -1;
        emit pullEnded();
        arrange(); // the axis may need another top now
        break;
    case State::Budget:
        emit budgetReleased();
        break;
    case State::RubberBand: {
        const QRectF band = *std::exchange(m_rubberBand, std::nullopt);
        std::vector<int> bars = event->modifiers() & Qt::ShiftModifier ? selection() : std::vector<int>{};
        for (int i = 0; i < m_geometry.count(); ++i) {
            const QRectF column =
                m_geometry.bar(i, m_bars[std::size_t(i)].bits)
                    .translated(m_geometry.plot().left() - horizontalScrollBar()->value(), 0);
            if (band.width() > 3 && column.intersects(band))
                bars.push_back(i);
        }
        if (!bars.empty()) {
            m_anchor = bars.front();
            emit selectionAsked(bars, bars.front());
        }
        break;
    }
    }
    updateCursor(event->position(), event->modifiers());
    viewport()->update();
}

bool BitLoom::cancel()
{
    const State state = std::exchange(m_state, State::Idle);
    m_hold.stop();
    m_rubberBand.reset();
    m_pressed = -1;
    if (state == State::Pulling) {
        emit pullCancelled();
        arrange();
    } else if (state == State::Budget) {
        emit budgetCancelled();
    }
    viewport()->update();
    return state != State::Idle;
}

void BitLoom::updateCursor(QPointF position, Qt::KeyboardModifiers)
{
    const bool budget = onBudget(position);
    if (std::exchange(m_overBudget, budget) != budget)
        viewport()->update();
    int bar = -1;
    if (!budget && m_geometry.plot().adjusted(0, 0, 0, 12).contains(position))
        bar = m_geometry.barAt(contentX(position.x()));
    const bool onBar =
        bar >= 0 && position.y() >= m_geometry.y(m_bars[std::size_t(bar)].bits) - 2 * grabDistance;
    const bool onBlock =
        m_geometry.labels().contains(position) && m_geometry.blockAt(contentX(position.x())) >= 0;
    viewport()->setCursor(
        budget        ? Qt::SplitVCursor
            : onBar   ? Qt::SizeVerCursor
            : onBlock ? Qt::PointingHandCursor
                      : Qt::ArrowCursor);
    const int hoveredNow = onBar ? bar : -1;
    if (std::exchange(m_hovered, hoveredNow) != hoveredNow)
        emit hovered(hoveredNow);
}

bool BitLoom::event(QEvent* event)
{
    // While something is held, Esc means that and not the window's "cancel what runs".
    if (event->type() == QEvent::ShortcutOverride && m_state != State::Idle
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        return true;
    }
    return QAbstractScrollArea::event(event);
}

bool BitLoom::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::Leave && m_state == State::Idle && std::exchange(m_hovered, -1) != -1)
        emit hovered(-1);
    return QAbstractScrollArea::viewportEvent(event);
}

void BitLoom::wheelEvent(QWheelEvent* event)
{
    const double steps = event->angleDelta().y() / 120.0;
    if (event->modifiers() & Qt::ControlModifier)
        setZoom(m_zoom * std::pow(1.25, steps), event->position().x());
    else
        horizontalScrollBar()->setValue(
            horizontalScrollBar()->value()
            - int((steps + event->angleDelta().x() / 120.0) * horizontalScrollBar()->singleStep()));
    event->accept();
}

void BitLoom::moveCurrent(int to, bool extend)
{
    if (m_bars.empty())
        return;
    to = std::clamp(to, 0, int(m_bars.size()) - 1);
    if (extend) {
        selectRange(m_anchor < 0 ? to : m_anchor, to, to, false);
        return;
    }
    m_anchor = to;
    emit selectionAsked({to}, to);
}

void BitLoom::keyPressEvent(QKeyEvent* event)
{
    if (m_bars.empty()) // nothing that a key could be meant for
        return QAbstractScrollArea::keyPressEvent(event);
    const bool shift = event->modifiers() & Qt::ShiftModifier;
    const bool alone = event->modifiers() & Qt::AltModifier;
    const bool control = event->modifiers() & Qt::ControlModifier;
    const auto jump = [&](int direction) { // to the first bar of the next block
        int to = m_current;
        while (to + direction >= 0 && to + direction < int(m_bars.size())
               && m_bars[std::size_t(to)].block == m_bars[std::size_t(m_current)].block)
            to += direction;
        return to;
    };
    switch (event->key()) {
    case Qt::Key_Left:
        moveCurrent(control ? jump(-1) : m_current - 1, shift);
        return;
    case Qt::Key_Right:
        moveCurrent(control ? jump(+1) : m_current + 1, shift);
        return;
    case Qt::Key_Home:
        moveCurrent(0, shift);
        return;
    case Qt::Key_End:
        moveCurrent(int(m_bars.size()) - 1, shift);
        return;
    case Qt::Key_Up:
        emit stepAsked(+1, alone);
        return;
    case Qt::Key_Down:
        emit stepAsked(-1, alone);
        return;
    case Qt::Key_P:
        emit pinAsked();
        return;
    case Qt::Key_Space:
        emit flipAsked();
        return;
    case Qt::Key_Plus:
    case Qt::Key_Minus:
        if (control) {
            setZoom(m_zoom * (event->key() == Qt::Key_Plus ? 1.25 : 0.8), viewport()->width() / 2.0);
            return;
        }
        break;
    case Qt::Key_Escape:
        if (cancel())
            return;
        break;
    default:
        break;
    }
    if (!control && event->key() >= Qt::Key_0 && event->key() <= Qt::Key_9) {
        emit digitAsked(event->key() - Qt::Key_0, alone);
        return;
    }
    QAbstractScrollArea::keyPressEvent(event);
}

void BitLoom::focusInEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusInEvent(event);
    viewport()->update();
}

void BitLoom::focusOutEvent(QFocusEvent* event)
{
    QAbstractScrollArea::focusOutEvent(event);
    // A window that pops up in the middle of a pull must not leave it open.
    if (m_state == State::Pulling || m_state == State::Budget)
        (void)cancel();
    viewport()->update();
}

} // namespace tritloom
