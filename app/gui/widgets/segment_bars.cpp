#include "app/gui/widgets/segment_bars.h"

#include "app/gui/theme.h"

#include <QPainter>

#include <algorithm>

namespace tritloom {
namespace {

constexpr int rowHeight = 24, barHeight = 13, limitRow = 17;

} // namespace

SegmentBars::SegmentBars(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void SegmentBars::setBars(std::vector<Bar> bars)
{
    m_bars = std::move(bars);
    updateGeometry();
    update();
}

void SegmentBars::setLimit(std::optional<double> value, const QString& label, bool exceeded)
{
    m_limit = value;
    m_limitLabel = label;
    m_exceeded = exceeded;
    update();
}

QSize SegmentBars::sizeHint() const
{
    return {200, int(m_bars.size()) * rowHeight + limitRow};
}

void SegmentBars::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    double titleWidth = 0, figureWidth = 0, largest = 0;
    for (const Bar& bar : m_bars) {
        titleWidth = std::max(titleWidth, fontMetrics().horizontalAdvance(bar.title) + 10.0);
        figureWidth = std::max(figureWidth, fontMetrics().horizontalAdvance(bar.figure) + 8.0);
        double sum = 0;
        for (const Segment& segment : bar.segments)
            sum += segment.value;
        largest = std::max(largest, sum);
    }
    if (largest <= 0)
        return;
    // A limit far beyond the bars would flatten them; then it is named, with an arrow, at the edge.
    const bool limitInside = m_limit && *m_limit <= 2.5 * largest;
    const double scaleTo = limitInside ? std::max(largest, *m_limit) : largest;
    const QRectF area(
        titleWidth, 0, std::max(20.0, width() - titleWidth - figureWidth), m_bars.size() * rowHeight);
    double top = (rowHeight - barHeight) / 2.0;
    for (const Bar& bar : m_bars) {
        painter.setPen(colors.mutedText);
        painter.drawText(
            QRectF(0, top - 4, titleWidth, barHeight + 8), Qt::AlignLeft | Qt::AlignVCenter, bar.title);
        double x = area.left();
        painter.setPen(Qt::NoPen);
        for (const Segment& segment : bar.segments) {
            const double span = segment.value / scaleTo * area.width();
            painter.setBrush(segment.color);
            if (span > 0.5)
                painter.drawRoundedRect(QRectF(x, top, std::max(1.0, span - 1), barHeight), 2, 2);
            x += span;
        }
        painter.setPen(palette().color(QPalette::WindowText));
        painter.drawText(
            QRectF(area.right(), top - 4, figureWidth, barHeight + 8), Qt::AlignRight | Qt::AlignVCenter,
            bar.figure);
        top += rowHeight;
    }
    if (!m_limit)
        return;
    const QColor color = m_exceeded ? colors.bad : colors.good;
    painter.setPen(QPen(color, 1.2, Qt::DashLine));
    const double x = limitInside ? area.left() + *m_limit / scaleTo * area.width() : area.right();
    if (limitInside)
        painter.drawLine(QPointF(x, 2), QPointF(x, area.bottom()));
    painter.setPen(color);
    const QString label = limitInside ? m_limitLabel : m_limitLabel + QStringLiteral(" →");
    const double labelWidth = fontMetrics().horizontalAdvance(label) + 4;
    const double left = std::clamp(x - labelWidth / 2, 0.0, std::max(0.0, width() - labelWidth));
    painter.drawText(QRectF(left, area.bottom(), labelWidth, limitRow), Qt::AlignCenter, label);
}

} // namespace tritloom
