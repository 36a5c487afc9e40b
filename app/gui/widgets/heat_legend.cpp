#include "app/gui/widgets/heat_legend.h"

#include "app/gui/theme.h"
#include "app/gui/widgets/heat_map.h"

#include <QPainter>

namespace tritloom {
namespace {

constexpr int stripWidth = 72, stripHeight = 9, gap = 6, noteGap = 14;

} // namespace

HeatLegend::HeatLegend(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("heatLegend"));
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

void HeatLegend::setEnds(const QString& low, const QString& high)
{
    if (low == m_low && high == m_high)
        return;
    m_low = low;
    m_high = high;
    changed();
}

void HeatLegend::setNote(const QString& note)
{
    if (note == m_note)
        return;
    m_note = note;
    changed();
}

void HeatLegend::changed()
{
    setAccessibleName(m_low.isEmpty() ? QString() : tr("Colours from %1 to %2").arg(m_low, m_high));
    setAccessibleDescription(m_note);
    updateGeometry();
    update();
}

QSize HeatLegend::sizeHint() const
{
    int width = 0;
    if (!m_low.isEmpty())
        width += fontMetrics().horizontalAdvance(m_low) + fontMetrics().horizontalAdvance(m_high) + stripWidth
            + 2 * gap;
    if (!m_note.isEmpty())
        width += (width > 0 ? noteGap : 0) + heatMarkSide + gap + fontMetrics().horizontalAdvance(m_note);
    return {width, fontMetrics().height() + 2};
}

void HeatLegend::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors colors = themeColors(palette());
    painter.setPen(colors.mutedText);
    int x = 0;
    const auto write = [&](const QString& text) {
        const int width = fontMetrics().horizontalAdvance(text);
        painter.drawText(QRect(x, 0, width + 1, height()), Qt::AlignVCenter, text);
        x += width + gap;
    };
    if (!m_note.isEmpty()) {
        const int top = (height() - heatMarkSide) / 2;
        painter.save();
        drawHeatMark(
            painter, QRect(x, top, heatMarkSide, heatMarkSide), palette().color(QPalette::WindowText));
        painter.restore();
        x += heatMarkSide + gap;
        write(m_note);
        x += noteGap - gap;
    }
    if (m_low.isEmpty())
        return;
    write(m_low);
    const int top = (height() - stripHeight) / 2;
    for (int i = 0; i < stripWidth; ++i)
        painter.fillRect(x + i, top, 1, stripHeight, colors.heat(double(i) / (stripWidth - 1)));
    x += stripWidth + gap;
    write(m_high);
}

} // namespace tritloom
