#include "app/gui/widgets/histogram_view.h"

#include "app/gui/theme.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

const QColor curveColors[] = {QColor(0xf0, 0xb4, 0x4c), QColor(0xd8, 0x6a, 0xc8), QColor(0x8f, 0xb8, 0xe8)};

/// A round step that gives about `count` ticks.
double tickStep(double range, int count)
{
    const double raw = range / count, power = std::pow(10, std::floor(std::log10(raw)));
    for (const double factor : {1.0, 2.0, 5.0})
        if (factor * power >= raw)
            return factor * power;
    return 10 * power;
}

} // namespace

HistogramView::HistogramView(QWidget* parent)
    : QWidget(parent)
{
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
    setAccessibleName(tr("Histogram"));
}

void HistogramView::setData(HistogramData fresh)
{
    m_data = std::move(fresh);
    m_largest = 1;
    for (const double count : m_data.bins)
        m_largest = std::max(m_largest, count);
    // Room for the fitted curves too: Laplace is 1.6 times as high as the bell it is fitted to, twice as high
    // as a box. A needle beyond that would make the bins too flat to read, and runs out at the top.
    const double highest = 2.1 * m_largest;
    for (const HistogramData::Curve& curve : m_data.curves)
        for (const double count : curve.values)
            m_largest = std::max(m_largest, std::min(highest, count));
    setAccessibleDescription(
        m_data.bins.empty()
            ? m_data.emptyText
            : tr("%1: values from %2 to %3")
                  .arg(m_data.name)
                  .arg(m_data.minimum, 0, 'g', 4)
                  .arg(m_data.minimum + m_data.binWidth * double(m_data.bins.size()), 0, 'g', 4));
    update();
}

QRectF HistogramView::plot() const
{
    const int line = fontMetrics().height();
    return QRectF(rect()).adjusted(8, line + 8, -8, -(1 + m_legendLines) * line - 12);
}

double HistogramView::heightOf(double count) const
{
    if (count <= 0)
        return 0;
    return m_data.logarithmic ? std::log1p(count) / std::log1p(m_largest) : count / m_largest;
}

double HistogramView::xOf(double value) const
{
    const double range = m_data.binWidth * double(m_data.bins.size());
    return plot().left() + (range > 0 ? (value - m_data.minimum) / range : 0.5) * plot().width();
}

void HistogramView::paintBins(
    QPainter& painter, const std::vector<double>& bins, double minimum, double width, const QColor& color,
    bool filled) const
{
    QPainterPath path;
    const double bottom = plot().bottom();
    path.moveTo(xOf(minimum), bottom);
    for (std::size_t b = 0; b < bins.size(); ++b) {
        const double top = bottom - heightOf(bins[b]) * plot().height();
        path.lineTo(xOf(minimum + width * double(b)), top);
        path.lineTo(xOf(minimum + width * double(b + 1)), top);
    }
    path.lineTo(xOf(minimum + width * double(bins.size())), bottom);
    if (filled)
        painter.fillPath(path, color);
    else
        painter.strokePath(path, QPen(color, 1.4));
}

void HistogramView::paintAxis(QPainter& painter) const
{
    const ThemeColors colors = themeColors(palette());
    const QRectF area = plot();
    painter.setPen(colors.line);
    painter.drawLine(area.bottomLeft(), area.bottomRight());
    const double range = m_data.binWidth * double(m_data.bins.size());
    if (range <= 0)
        return;
    const double step = tickStep(range, std::max(2, int(area.width() / 90)));
    painter.setPen(colors.mutedText);
    for (double tick = std::ceil(m_data.minimum / step) * step; tick <= m_data.minimum + range;
         tick += step) {
        const double x = xOf(tick);
        const QString text = QLocale().toString(std::abs(tick) < step / 1e6 ? 0 : tick, 'g', 3);
        const double width = fontMetrics().horizontalAdvance(text);
        if (x - width / 2 < 0 || x + width / 2 > this->width())
            continue;
        painter.drawText(QPointF(x - width / 2, area.bottom() + fontMetrics().ascent() + 3), text);
    }
}

void HistogramView::paintLevels(QPainter& painter) const
{
    if (m_data.levels.empty())
        return;
    const ThemeColors colors = themeColors(palette());
    const QRectF area = plot();
    QColor shade = colors.bad;
    shade.setAlphaF(0.13f);
    const double left = std::clamp(xOf(double(m_data.levels.front())), area.left(), area.right()),
                 right = std::clamp(xOf(double(m_data.levels.back())), area.left(), area.right());
    painter.fillRect(QRectF(area.left(), area.top(), left - area.left(), area.height()), shade);
    painter.fillRect(QRectF(right, area.top(), area.right() - right, area.height()), shade);
    QColor line = colors.good;
    line.setAlphaF(m_data.levels.size() > 64 ? 0.35f : 0.85f);
    painter.setPen(QPen(line, 1, m_data.levels.size() > 32 ? Qt::SolidLine : Qt::DashLine));
    for (const float level : m_data.levels) {
        const double x = xOf(double(level));
        if (x >= area.left() && x <= area.right())
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    }
}

std::vector<HistogramView::LegendEntry> HistogramView::legend() const
{
    const ThemeColors colors = themeColors(palette());
    std::vector<LegendEntry> entries{{m_data.name, colors.accent, {}}};
    if (!m_data.overlay.empty())
        entries.push_back({m_data.overlayName, palette().color(QPalette::WindowText), {}});
    for (std::size_t c = 0; c < m_data.curves.size(); ++c)
        entries.push_back({m_data.curves[c].name, curveColors[c % std::size(curveColors)], {}});
    if (!m_data.levels.empty())
        entries.push_back({tr("levels of the median block"), colors.good, {}});
    // In as many lines as it takes: every curve has its name.
    constexpr int left = 8, swatch = 17, gap = 13;
    QPoint place(left, 0);
    for (LegendEntry& entry : entries) {
        const int needed = swatch + fontMetrics().horizontalAdvance(entry.text);
        if (place.x() > left && place.x() + needed > width() - left)
            place = {left, place.y() + 1};
        entry.place = place;
        place.rx() += needed + gap;
    }
    return entries;
}

void HistogramView::paintLegend(QPainter& painter, const std::vector<LegendEntry>& entries) const
{
    const int line = fontMetrics().height();
    for (const LegendEntry& entry : entries) {
        const int y =
            height() - fontMetrics().descent() - 3 - (entries.back().place.y() - entry.place.y()) * line;
        painter.fillRect(QRectF(entry.place.x(), y - fontMetrics().ascent() / 2.0 - 1, 12, 4), entry.color);
        painter.setPen(themeColors(palette()).mutedText);
        painter.drawText(entry.place.x() + 17, y, entry.text);
    }
}

void HistogramView::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    if (m_data.bins.empty()) {
        painter.setPen(colors.mutedText);
        painter.drawText(
            rect().adjusted(12, 12, -12, -12), Qt::AlignCenter | Qt::TextWordWrap, m_data.emptyText);
        return;
    }
    const std::vector<LegendEntry> entries = legend();
    m_legendLines = entries.back().place.y() + 1;
    QColor fill = colors.accent;
    fill.setAlphaF(0.65f);
    paintBins(painter, m_data.bins, m_data.minimum, m_data.binWidth, fill, true);
    painter.save();
    painter.setClipRect(plot());
    paintLevels(painter);
    if (!m_data.overlay.empty())
        paintBins(
            painter, m_data.overlay, m_data.overlayMinimum, m_data.overlayBinWidth,
            palette().color(QPalette::WindowText), false);
    for (std::size_t c = 0; c < m_data.curves.size(); ++c) {
        QPainterPath path;
        const std::vector<double>& values = m_data.curves[c].values;
        for (std::size_t b = 0; b < values.size(); ++b) {
            const QPointF point(
                xOf(m_data.minimum + m_data.binWidth * (double(b) + 0.5)),
                plot().bottom() - heightOf(values[b]) * plot().height());
            b == 0 ? path.moveTo(point) : path.lineTo(point);
        }
        painter.strokePath(path, QPen(curveColors[c % std::size(curveColors)], 1.6));
    }
    painter.restore();
    paintAxis(painter);
    paintLegend(painter, entries);
    painter.setPen(colors.mutedText);
    painter.drawText(
        QPointF(plot().left(), fontMetrics().ascent() + 4),
        m_data.logarithmic ? tr("log count") : tr("count"));
}

bool HistogramView::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_data.bins.empty())
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const double share = (help->pos().x() - plot().left()) / plot().width();
    const auto bin = std::size_t(std::clamp(share, 0.0, 1.0) * double(m_data.bins.size() - 1) + 0.5);
    const double low = m_data.minimum + m_data.binWidth * double(bin);
    QToolTip::showText(
        help->globalPos(),
        tr("%1 to %2: %3 weights")
            .arg(
                QLocale().toString(low, 'g', 4), QLocale().toString(low + m_data.binWidth, 'g', 4),
                QLocale().toString(m_data.bins[bin], 'f', 0)),
        this);
    return true;
}

} // namespace tritloom
