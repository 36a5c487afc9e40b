#include "app/gui/widgets/strip_chart.h"

#include "app/gui/theme.h"

#include <QHelpEvent>
#include <QLocale>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <utility>

namespace tritloom {

StripChart::StripChart(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(title)
{
    setAccessibleName(title);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void StripChart::setValues(std::vector<float> values, const QString& positionName)
{
    m_values = std::move(values);
    m_positionName = positionName;
    m_largest = m_values.empty() ? 0 : *std::max_element(m_values.begin(), m_values.end());
    update();
}

void StripChart::setEmptyText(const QString& why)
{
    if (std::exchange(m_emptyText, why) != why)
        update();
}

void StripChart::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const ThemeColors colors = themeColors(palette());
    const int line = fontMetrics().height();
    painter.setPen(colors.mutedText);
    painter.drawText(
        QRect(8, 0, width() - 16, line), Qt::AlignLeft,
        m_values.empty() ? m_title
                         : tr("%1, largest %2").arg(m_title, QLocale().toString(double(m_largest), 'g', 3)));
    const QRect area(8, line + 2, width() - 16, height() - line - 4);
    painter.fillRect(area, palette().color(QPalette::Base));
    if (m_values.empty()) {
        painter.drawText(
            area.adjusted(6, 0, -6, 0), Qt::AlignCenter,
            fontMetrics().elidedText(m_emptyText, Qt::ElideRight, area.width() - 12));
        return;
    }
    if (m_largest <= 0)
        return;
    const int columns = std::min<int>(area.width(), int(m_values.size()));
    for (int c = 0; c < columns; ++c) {
        const std::size_t begin = m_values.size() * std::size_t(c) / std::size_t(columns),
                          end = std::max(begin + 1, m_values.size() * std::size_t(c + 1) / std::size_t(columns));
        const float value = *std::max_element(m_values.begin() + long(begin), m_values.begin() + long(end));
        const int left = area.left() + area.width() * c / columns, right = area.left() + area.width() * (c + 1) / columns;
        const int size = int(value / m_largest * float(area.height()));
        painter.fillRect(
            QRect(left, area.bottom() + 1 - size, std::max(1, right - left), size),
            colors.heat(double(value / m_largest)));
    }
}

bool StripChart::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_values.empty())
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const double share = std::clamp(double(help->pos().x() - 8) / std::max(1, width() - 16), 0.0, 0.999999);
    const auto index = std::size_t(share * double(m_values.size()));
    QToolTip::showText(
        help->globalPos(), QString("%1: %2").arg(m_positionName.arg(index)).arg(double(m_values[index]), 0, 'g', 3), this);
    return true;
}

} // namespace tritloom
