#include "app/gui/widgets/group_map.h"

#include "app/gui/number_text.h"

#include <QHelpEvent>
#include <QImage>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>

namespace tritloom {
namespace {

constexpr int margin = 8, swatch = 10, gap = 5, between = 16; ///< pixels

} // namespace

GroupMap::GroupMap(QWidget* parent)
    : QWidget(parent)
{
}

void GroupMap::setData(GroupMapData data)
{
    m_data = std::move(data);
    setAccessibleName(m_data.title);
    setAccessibleDescription(legend().join(QStringLiteral(", ")));
    update();
}

QStringList GroupMap::legend() const
{
    QStringList lines;
    for (qsizetype i = 0; i < m_data.names.size(); ++i) {
        const std::size_t count = m_data.counts[std::size_t(i)];
        lines << tr("%1: %2 (%3)")
                     .arg(
                         m_data.names[i], QLocale().toString(qulonglong(count)),
                         formatShare(double(count) / double(std::max<std::size_t>(1, m_data.chosen.size()))));
    }
    return lines;
}

int GroupMap::drawLegend(QPainter* painter, int bottom) const
{
    // Entries flow into lines; the last of them ends at the bottom.
    const ThemeColors colors = themeColors(palette());
    const QStringList entries = legend();
    std::vector<QPoint> places;
    int x = margin, line = 0;
    for (const QString& entry : entries) {
        const int width = swatch + gap + fontMetrics().horizontalAdvance(entry);
        if (x > margin && x + width > this->width() - margin) {
            x = margin;
            ++line;
        }
        places.emplace_back(x, line);
        x += width + between;
    }
    const int height = fontMetrics().height(), top = bottom - (line + 1) * height;
    for (qsizetype i = 0; painter != nullptr && i < entries.size(); ++i) {
        const QPoint place = places[std::size_t(i)];
        const QRect box(place.x(), top + place.y() * height, width() - margin - place.x(), height);
        painter->fillRect(
            QRect(box.left(), box.top() + (height - swatch) / 2, swatch, swatch),
            m_data.colour(colors, std::size_t(i)));
        painter->setPen(palette().color(QPalette::WindowText));
        painter->drawText(box.adjusted(swatch + gap, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter, entries[i]);
    }
    return top;
}

QRect GroupMap::area() const
{
    const int top = fontMetrics().height() + 2;
    return {margin, top, width() - 2 * margin, drawLegend(nullptr, height()) - gap - top};
}

void GroupMap::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors colors = themeColors(palette());
    painter.setPen(colors.mutedText);
    painter.drawText(
        QRect(margin, 0, width() - 2 * margin, fontMetrics().height()), Qt::AlignLeft, m_data.title);
    const QRect box = area();
    if (m_data.chosen.empty() || box.height() <= 0 || box.width() <= 0)
        return;
    std::vector<QRgb> inks;
    for (qsizetype i = 0; i < m_data.names.size(); ++i)
        inks.push_back(m_data.colour(colors, std::size_t(i)).rgb());
    const int columns = int(std::min<std::size_t>(m_data.across, std::size_t(box.width()))),
              rows = int(std::min<std::size_t>(m_data.down, std::size_t(box.height())));
    QImage image(columns, rows, QImage::Format_RGB32);
    for (int y = 0; y < rows; ++y) {
        auto* const line = reinterpret_cast<QRgb*>(image.scanLine(y));
        const std::size_t group = m_data.down * std::size_t(y) / std::size_t(rows);
        for (int x = 0; x < columns; ++x) {
            const std::size_t place = m_data.across * std::size_t(x) / std::size_t(columns);
            line[x] = inks[m_data.chosen[place * m_data.down + group]];
        }
    }
    painter.drawImage(box, image);
    drawLegend(&painter, height());
}

bool GroupMap::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const QRect box = area();
    if (m_data.chosen.empty() || !box.contains(help->pos())) {
        QToolTip::hideText();
        return true;
    }
    const std::size_t place = m_data.across * std::size_t(help->pos().x() - box.left())
        / std::size_t(box.width()),
                      group =
                          m_data.down * std::size_t(help->pos().y() - box.top()) / std::size_t(box.height());
    QString where = m_data.acrossName.arg(place);
    if (!m_data.downName.isEmpty())
        where += QStringLiteral(", ") + m_data.downName.arg(group);
    QToolTip::showText(
        help->globalPos(),
        QStringLiteral("%1: %2").arg(where, m_data.names[m_data.chosen[place * m_data.down + group]]), this);
    return true;
}

} // namespace tritloom
