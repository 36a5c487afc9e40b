#include "app/gui/widgets/loom_painter.h"

#include <QFontMetricsF>
#include <QLocale>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double pillHeight = 18;

QColor faded(QColor color, double alpha)
{
    color.setAlphaF(float(alpha));
    return color;
}

/// What `faded` looks like on a plain background, without blending: of translucent rectangles as large as a
/// bar the raster engine makes work for a thread pool and waits for it, which takes long where others
/// compute.
QColor mixed(const QColor& color, const QColor& background, double share)
{
    const auto mix = [share](float a, float b) { return float(share) * a + float(1 - share) * b; };
    return QColor::fromRgbF(
        mix(color.redF(), background.redF()), mix(color.greenF(), background.greenF()),
        mix(color.blueF(), background.blueF()));
}

QString tickText(double bits)
{
    return QLocale().toString(bits, 'g', 3);
}

void paintAxis(QPainter& painter, const LoomScene& scene)
{
    const QRectF plot = scene.geometry.plot();
    painter.setFont(scene.monospace);
    for (const double tick : loom_axis::ticks()) {
        if (tick > scene.geometry.axisTop())
            break;
        const double y = std::round(scene.geometry.y(tick)) + 0.5;
        painter.setPen(scene.colors.grid);
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
        painter.setPen(scene.colors.mutedText);
        painter.drawText(
            QRectF(0, y - 10, plot.left() - 8, 20), Qt::AlignRight | Qt::AlignVCenter, tickText(tick));
    }
}

/// The axis goes on behind the bars, faintly.
void paintGridOverBars(QPainter& painter, const LoomScene& scene)
{
    const QRectF plot = scene.geometry.plot();
    painter.setPen(faded(scene.colors.grid, 0.2));
    for (const double tick : loom_axis::ticks()) {
        const double y = std::round(scene.geometry.y(tick)) + 0.5;
        if (tick <= scene.geometry.axisTop())
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y));
    }
}

void paintLock(QPainter& painter, QPointF centre, const QColor& color)
{
    painter.setPen(QPen(color, 1.2));
    painter.setBrush(Qt::NoBrush);
    painter.drawArc(QRectF(centre.x() - 2, centre.y() - 4.5, 4, 6), 0, 180 * 16);
    painter.fillRect(QRectF(centre.x() - 3, centre.y() - 1, 6, 4.5), color);
}

void paintBar(QPainter& painter, const LoomScene& scene, int index, bool anySelected)
{
    const LoomBar& bar = scene.bars[std::size_t(index)];
    const bool selected = scene.selected[std::size_t(index)];
    const QRectF body = scene.geometry.bar(index, bar.bits);
    const QColor color = scene.colors.bits(bar.bits);
    const double strength = selected ? 0.95 : anySelected ? 0.72 : 0.8;
    painter.fillRect(body, mixed(color, scene.background, strength));
    if (bar.pinned)
        painter.fillRect(body, QBrush(faded(scene.background, 0.55), Qt::BDiagPattern));
    const double cap = std::min(3.0, body.height());
    painter.fillRect(
        QRectF(body.left(), body.top(), body.width(), cap),
        selected ? (scene.colors.dark ? color.lighter(140) : color.darker(140)) : color);
    if (bar.pinned && body.width() >= 8)
        paintLock(painter, {body.center().x(), body.top() + 11}, scene.text);
    if (scene.geometry.isCut(index)) {
        // Two slanted lines from top to foot, as of a piece that is left out: wider in truth than drawn.
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(QPen(scene.background, 2));
        constexpr double slant = 8, apart = 6;
        for (const double x : {body.left() + 0.8 * body.width(), body.left() + 0.8 * body.width() + apart})
            painter.drawLine(QPointF(x + slant, body.top()), QPointF(x, body.bottom()));
        painter.setRenderHint(QPainter::Antialiasing, false);
    }
    const QRectF strip = scene.geometry.strip(index);
    if (std::isnan(bar.heat))
        painter.fillRect(strip.adjusted(0, 3, 0, -3), scene.colors.grid);
    else
        painter.fillRect(strip, scene.colors.heat(bar.heat));
    if (index < int(scene.ghosts.size()) && std::abs(scene.ghosts[std::size_t(index)] - bar.bits) > 1e-6) {
        const QRectF ghost = scene.geometry.bar(index, scene.ghosts[std::size_t(index)]);
        if (ghost.top() < body.top())
            painter.fillRect(
                QRectF(ghost.left(), ghost.top(), ghost.width(), body.top() - ghost.top()),
                mixed(scene.text, scene.background, 0.08));
        painter.setPen(QPen(scene.text, 1, Qt::DashLine));
        painter.drawLine(ghost.topLeft(), ghost.topRight());
    }
}

void paintSelectionFrames(QPainter& painter, const LoomScene& scene)
{
    painter.setBrush(Qt::NoBrush);
    const int count = scene.geometry.count();
    for (int first = 0; first < count; ++first) {
        if (!scene.selected[std::size_t(first)])
            continue;
        int last = first;
        while (last + 1 < count && scene.selected[std::size_t(last) + 1])
            ++last;
        if (last > first) {
            const QRectF left = scene.geometry.strip(first), right = scene.geometry.strip(last);
            const QRectF plot = scene.geometry.plot();
            painter.setPen(QPen(scene.colors.accent, 1.2, Qt::DashLine));
            painter.drawRoundedRect(
                QRectF(
                    QPointF(left.left() - 2.5, plot.top() - 2),
                    QPointF(right.right() + 2.5, left.bottom() + 2.5)),
                5, 5);
        }
        first = last;
    }
    if (scene.current < 0 || scene.current >= count)
        return;
    const QRectF body = scene.geometry.bar(scene.current, scene.bars[std::size_t(scene.current)].bits);
    painter.setPen(QPen(scene.focus ? scene.colors.accent : scene.text, scene.focus ? 2 : 1));
    painter.drawRect(body.adjusted(-1, -1, 1, 0.5));
}

void paintBlockNumbers(QPainter& painter, const LoomScene& scene)
{
    painter.setFont(scene.monospace);
    const QRectF row = scene.geometry.labels();
    const double digit = QFontMetricsF(scene.monospace).horizontalAdvance(QLatin1Char('0'));
    double freeFrom = -1e9;
    for (const LoomGeometry::Block& block : scene.geometry.blocks()) {
        if (block.number < 0)
            continue;
        const QString text = QString::number(block.number);
        const double width = digit * double(text.size());
        const double centre = (block.left + block.right) / 2;
        if (centre - width / 2 < freeFrom)
            continue; // numbers of narrow blocks would run into each other
        freeFrom = centre + width / 2 + 5;
        bool anySelected = false;
        for (int i = block.first; i <= block.last; ++i)
            anySelected = anySelected || scene.selected[std::size_t(i)];
        painter.setPen(anySelected ? scene.text : scene.colors.mutedText);
        painter.drawText(
            QRectF(centre - width, row.top(), 2 * width, row.height()), Qt::AlignHCenter | Qt::AlignVCenter,
            text);
    }
}

void paintLine(
    QPainter& painter, const LoomScene& scene, const LoomLine& line, const QColor& color, Qt::PenStyle style,
    const QRectF& pill, bool strong)
{
    const double y = std::round(scene.geometry.y(line.bits)) + 0.5;
    painter.setPen(QPen(color, strong ? 2 : 1.2, style));
    painter.drawLine(QPointF(scene.geometry.plot().left(), y), QPointF(pill.left(), y));
    painter.setPen(Qt::NoPen);
    painter.setBrush(scene.colors.panel);
    painter.drawRoundedRect(pill, 4, 4);
    painter.setPen(QPen(faded(color, 0.8), 1));
    painter.setBrush(Qt::NoBrush);
    painter.drawRoundedRect(pill.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
    painter.setPen(scene.text);
    painter.setFont(scene.monospace);
    painter.drawText(pill, Qt::AlignCenter, line.label);
}

QRectF pillOf(const LoomScene& scene, const LoomLine& line)
{
    const QRectF plot = scene.geometry.plot();
    const double width = QFontMetricsF(scene.monospace).horizontalAdvance(line.label) + 16;
    return {plot.right() - width, scene.geometry.y(line.bits) - pillHeight / 2, width, pillHeight};
}

void paintStops(QPainter& painter, const LoomScene& scene)
{
    if (scene.dragged < 0)
        return;
    const QRectF body = scene.geometry.bar(scene.dragged, scene.bars[std::size_t(scene.dragged)].bits);
    painter.setFont(scene.monospace);
    const QFontMetricsF metrics(scene.monospace);
    double freeBelow = 1e9;
    for (const double stop : scene.stops) {
        const double y = scene.geometry.y(stop);
        const bool here = std::abs(stop - scene.bars[std::size_t(scene.dragged)].bits) < 1e-6;
        painter.setPen(QPen(here ? scene.colors.accent : scene.text, here ? 2 : 1));
        painter.drawLine(QPointF(body.left() - 4, y), QPointF(body.right() + 4, y));
        if (y + 8 > freeBelow && !here)
            continue;
        const QString text = QLocale().toString(stop, 'f', 2);
        const QRectF box(body.right() + 7, y - 8, metrics.horizontalAdvance(text) + 8, 16);
        painter.setPen(Qt::NoPen);
        painter.setBrush(here ? scene.colors.accent : faded(scene.colors.panel, 0.92));
        painter.drawRoundedRect(box, 3, 3);
        painter.setPen(here ? scene.background : scene.text);
        painter.drawText(box, Qt::AlignCenter, text);
        freeBelow = y - 8;
    }
}

void paintCallout(QPainter& painter, const LoomScene& scene)
{
    const LoomCallout& callout = scene.callout;
    if (callout.bar < 0 || callout.bar >= scene.geometry.count() || callout.lines.empty())
        return;
    const QFontMetricsF metrics(scene.font);
    QFont bold = scene.font;
    bold.setWeight(QFont::DemiBold);
    const double lineHeight = metrics.height() + 3;
    double width = 0;
    for (const auto& line : callout.lines)
        width = std::max(width, QFontMetricsF(bold).horizontalAdvance(line.text));
    const QSizeF size(width + 22, lineHeight * double(callout.lines.size()) + 14);
    const QRectF plot = scene.geometry.plot();
    const QRectF body = scene.geometry.bar(callout.bar, scene.bars[std::size_t(callout.bar)].bits)
                            .translated(plot.left() - scene.scroll, 0);
    // While a bar is dragged its stops stand to the right of it.
    const double gap = scene.dragged >= 0 ? 60 : 12;
    double x = body.right() + gap;
    if (x + size.width() > plot.right())
        x = body.left() - (scene.dragged >= 0 ? 16 : 12) - size.width();
    x = std::clamp(x, plot.left() + 2, std::max(plot.left() + 2, plot.right() - size.width()));
    const double y =
        std::clamp(body.top() + 10, plot.top(), std::max(plot.top(), plot.bottom() - size.height()));
    const QRectF box(QPointF(x, y), size);
    painter.setPen(scene.colors.line);
    painter.setBrush(scene.colors.dark ? QColor(0x0e, 0x10, 0x14, 242) : QColor(255, 255, 255, 245));
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 7, 7);
    double top = box.top() + 7;
    for (const auto& line : callout.lines) {
        QColor color = scene.text;
        switch (line.tone) {
        case LoomCallout::Tone::Title:
            break;
        case LoomCallout::Tone::Plain:
            break;
        case LoomCallout::Tone::Muted:
            color = scene.colors.mutedText;
            break;
        case LoomCallout::Tone::Good:
            color = scene.colors.good;
            break;
        case LoomCallout::Tone::Warning:
            color = scene.colors.warning;
            break;
        case LoomCallout::Tone::Bad:
            color = scene.colors.bad;
            break;
        }
        painter.setFont(line.tone == LoomCallout::Tone::Title ? bold : scene.font);
        painter.setPen(color);
        painter.drawText(
            QRectF(box.left() + 11, top, width + 4, lineHeight), Qt::AlignLeft | Qt::AlignVCenter, line.text);
        top += lineHeight;
    }
}

} // namespace

QRectF budgetHandle(const LoomScene& scene)
{
    if (!scene.budget)
        return {};
    QRectF pill = pillOf(scene, *scene.budget);
    // The mean's label stays where it is; the budget's moves left when the two would cover each other.
    if (scene.mean
        && std::abs(scene.geometry.y(scene.mean->bits) - scene.geometry.y(scene.budget->bits))
            < pillHeight + 2)
        pill.translate(-pillOf(scene, *scene.mean).width() - 6, 0);
    return pill;
}

void paintLoom(QPainter& painter, const LoomScene& scene, const QRect& area)
{
    painter.fillRect(area, scene.background);
    paintAxis(painter, scene);
    const QRectF plot = scene.geometry.plot();
    const bool anySelected =
        std::find(scene.selected.begin(), scene.selected.end(), true) != scene.selected.end();
    painter.save();
    painter.setClipRect(QRectF(plot.left() - 3, 0, plot.width() + 6, area.bottom() + 1));
    painter.translate(plot.left() - scene.scroll, 0);
    for (int i = 0; i < scene.geometry.count(); ++i) {
        const QRectF strip = scene.geometry.strip(i);
        if (strip.right() >= scene.scroll - 4 && strip.left() <= scene.scroll + plot.width() + 4)
            paintBar(painter, scene, i, anySelected);
    }
    painter.translate(scene.scroll - plot.left(), 0);
    paintGridOverBars(painter, scene);
    painter.translate(plot.left() - scene.scroll, 0);
    painter.setRenderHint(QPainter::Antialiasing);
    paintSelectionFrames(painter, scene);
    paintBlockNumbers(painter, scene);
    paintStops(painter, scene);
    painter.restore();
    painter.setRenderHint(QPainter::Antialiasing);
    if (scene.mean)
        paintLine(painter, scene, *scene.mean, scene.text, Qt::DotLine, pillOf(scene, *scene.mean), false);
    if (scene.budget)
        paintLine(
            painter, scene, *scene.budget, scene.colors.accent, Qt::DashLine, budgetHandle(scene),
            scene.budgetActive);
    if (scene.rubberBand) {
        painter.setPen(QPen(scene.colors.accent, 1));
        painter.setBrush(faded(scene.colors.accent, 0.14));
        painter.drawRect(*scene.rubberBand);
    }
    paintCallout(painter, scene);
}

} // namespace tritloom
