#include "app/gui/widgets/bit_loom.h"

#include "app/gui/widgets/bit_loom_accessible.h"

#include <QAccessible>
#include <QFontDatabase>
#include <QPaintEvent>
#include <QPainter>
#include <QScrollBar>

#include <algorithm>
#include <cmath>

namespace tritloom {

BitLoom::BitLoom(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    installLoomAccessibility();
    setFrameShape(QFrame::NoFrame);
    setFocusPolicy(Qt::StrongFocus);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    viewport()->setMouseTracking(true);
    viewport()->setAutoFillBackground(false);
    setMinimumHeight(180);
    m_hold.setSingleShot(true);
    m_hold.setInterval(300);
    connect(&m_hold, &QTimer::timeout, this, &BitLoom::pullHeld);
}

void BitLoom::setBars(std::vector<LoomBar> bars)
{
    m_bars = std::move(bars);
    m_selected.assign(m_bars.size(), false);
    m_ghosts.clear();
    m_current = m_bars.empty() ? -1 : 0;
    m_anchor = m_current;
    m_callout = {};
    arrange();
}

void BitLoom::updateBars(const std::vector<std::pair<int, LoomBar>>& bars)
{
    bool otherAxis = false;
    for (const auto& [index, bar] : bars) {
        LoomBar& known = m_bars[std::size_t(index)];
        otherAxis = otherAxis || (known.bits > 16.01) != (bar.bits > 16.01);
        const bool otherValue = known.bits != bar.bits || known.pinned != bar.pinned;
        known = bar;
        if (otherValue && QAccessible::isActive()) {
            QAccessibleValueChangeEvent change(this, bar.bits);
            change.setChild(index);
            QAccessible::updateAccessibility(&change);
        }
    }
    // During a pull the axis must not change under the hand.
    if (otherAxis && m_state != State::Pulling)
        arrange();
    viewport()->update();
}

void BitLoom::setSelection(const std::vector<int>& bars, int current)
{
    std::fill(m_selected.begin(), m_selected.end(), false);
    for (const int bar : bars)
        m_selected[std::size_t(bar)] = true;
    const bool moved = current != m_current;
    m_current = current;
    if (moved) {
        ensureVisible(current);
        if (hasFocus() && QAccessible::isActive()) {
            QAccessibleEvent focus(this, QAccessible::Focus);
            focus.setChild(current);
            QAccessible::updateAccessibility(&focus);
        }
    }
    viewport()->update();
}

std::vector<int> BitLoom::selection() const
{
    std::vector<int> bars;
    for (std::size_t i = 0; i < m_selected.size(); ++i)
        if (m_selected[i])
            bars.push_back(int(i));
    return bars;
}

void BitLoom::setMean(const std::optional<LoomLine>& mean)
{
    m_mean = mean;
    viewport()->update();
}

void BitLoom::setBudget(const std::optional<LoomLine>& budget)
{
    m_budget = budget;
    viewport()->update();
}

void BitLoom::setGhosts(std::vector<double> bits)
{
    m_ghosts = std::move(bits);
    viewport()->update();
}

void BitLoom::setStops(std::vector<double> bits)
{
    m_stops = std::move(bits);
    viewport()->update();
}

void BitLoom::setCallout(LoomCallout callout)
{
    m_callout = std::move(callout);
    viewport()->update();
}

void BitLoom::askForBits(int index, double bits)
{
    emit bitsAsked(index, bits);
}

QFont BitLoom::monospace() const
{
    QFont mono(QStringLiteral("JetBrains Mono"));
    mono.setStyleHint(QFont::Monospace);
    mono.setPixelSize(std::max(9, QFontInfo(font()).pixelSize() - 2));
    return mono;
}

void BitLoom::arrange()
{
    m_geometry = LoomGeometry(m_bars, viewport()->size(), m_zoom, QFontMetrics(monospace()).height());
    const int page = int(m_geometry.plot().width());
    horizontalScrollBar()->setPageStep(page);
    horizontalScrollBar()->setSingleStep(std::max(8, page / 12));
    horizontalScrollBar()->setRange(0, std::max(0, int(m_geometry.contentWidth()) - page));
    viewport()->update();
}

void BitLoom::setZoom(double zoom, double aroundX)
{
    zoom = std::clamp(zoom, 1.0, 64.0);
    if (zoom == m_zoom)
        return;
    const double before = m_geometry.contentWidth();
    const double at = contentX(aroundX);
    m_zoom = zoom;
    arrange();
    if (before > 0)
        horizontalScrollBar()->setValue(
            int(at * m_geometry.contentWidth() / before - (aroundX - m_geometry.plot().left())));
}

double BitLoom::contentX(double x) const
{
    return x - m_geometry.plot().left() + horizontalScrollBar()->value();
}

QString BitLoom::cutText()
{
    return tr("slanted lines: wider in truth than drawn");
}

QRect BitLoom::barRect(int index) const
{
    const QRectF bar = m_geometry.bar(index, m_geometry.axisTop());
    return bar.translated(m_geometry.plot().left() - horizontalScrollBar()->value(), 0).toRect();
}

int BitLoom::yOf(double bits) const
{
    return int(std::lround(m_geometry.y(bits)));
}

LoomScene BitLoom::scene() const
{
    return {
        .bars = m_bars,
        .geometry = m_geometry,
        .selected = m_selected,
        .current = m_current,
        .focus = hasFocus(),
        .scroll = double(horizontalScrollBar()->value()),
        .ghosts = m_ghosts,
        .stops = m_stops,
        .dragged = m_state == State::Pulling ? m_pressed : -1,
        .mean = m_mean,
        .budget = m_budget,
        .budgetActive = m_overBudget || m_state == State::Budget,
        .rubberBand = m_rubberBand,
        .callout = m_callout,
        .font = font(),
        .monospace = monospace(),
        .background = palette().color(QPalette::Base),
        .text = palette().color(QPalette::Text),
        .colors = themeColors(palette())};
}

void BitLoom::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    paintLoom(painter, scene(), viewport()->rect());
}

void BitLoom::resizeEvent(QResizeEvent*)
{
    arrange();
}

void BitLoom::scrollContentsBy(int, int)
{
    viewport()->update();
}

void BitLoom::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::FontChange || event->type() == QEvent::PaletteChange)
        arrange();
    QAbstractScrollArea::changeEvent(event);
}

void BitLoom::ensureVisible(int bar)
{
    if (bar < 0 || bar >= m_geometry.count())
        return;
    const QRectF body = m_geometry.bar(bar, 1);
    QScrollBar* const scroll = horizontalScrollBar();
    if (body.left() < scroll->value())
        scroll->setValue(int(body.left()) - 12);
    else if (body.right() > scroll->value() + m_geometry.plot().width())
        scroll->setValue(int(body.right() - m_geometry.plot().width()) + 12);
}

} // namespace tritloom
