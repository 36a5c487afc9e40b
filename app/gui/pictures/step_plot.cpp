#include "app/gui/pictures/step_plot.h"

#include "app/gui/number_text.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/card.h"

#include <QHelpEvent>
#include <QPainter>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr double mostDecades = 8;

} // namespace

StepPlot::StepPlot(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("stepPlot"));
    setAccessibleName(tr("Error of each step"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Expanding);
}

void StepPlot::setErrors(std::vector<double> errors)
{
    m_errors = std::move(errors);
    QStringList spoken;
    for (std::size_t i = 0; i < m_errors.size(); ++i)
        spoken << tr("step %1: %2").arg(i + 1).arg(formatSmall(m_errors[i]));
    setAccessibleDescription(spoken.join(QStringLiteral(", ")));
    update();
}

QRectF StepPlot::plotArea() const
{
    return QRectF(rect()).adjusted(46, 20, -8, -18);
}

void StepPlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    QFont small = font();
    small.setPixelSize(11);
    painter.setFont(small);
    painter.setPen(colors.mutedText);
    painter.drawText(
        QRectF(4, 0, width() - 8, 18), int(Qt::AlignLeft) | int(Qt::AlignVCenter),
        painter.fontMetrics().elidedText(tr("Error over the steps"), Qt::ElideRight, width() - 8));
    if (m_errors.empty())
        return;
    double high = -1e9, low = 1e9;
    for (const double error : m_errors)
        if (error > 0) {
            high = std::max(high, std::ceil(std::log10(error)));
            low = std::min(low, std::floor(std::log10(error)));
        }
    const QRectF area = plotArea();
    if (low > high) {
        painter.drawText(
            QRectF(rect()).adjusted(4, 20, -4, -18), int(Qt::AlignCenter) | int(Qt::TextWordWrap),
            tr("every step is the same"));
        return;
    }
    low = std::max(std::min(low, high - 1), high - mostDecades);
    const auto y = [&](double error) {
        const double place = error > 0 ? std::clamp((std::log10(error) - low) / (high - low), 0.0, 1.0) : 0;
        return area.bottom() - place * area.height();
    };
    const auto x = [&](std::size_t step) {
        return m_errors.size() < 2 ? area.center().x()
                                   : area.left() + area.width() * double(step) / double(m_errors.size() - 1);
    };
    painter.setFont(figureFont(font(), 10));
    const int every = int(std::ceil((high - low) * 14 / std::max(1.0, area.height())));
    for (int decade = int(low); decade <= int(high); decade += std::max(1, every)) {
        const double at = y(std::pow(10, decade));
        painter.setPen(QPen(colors.grid, 1));
        painter.drawLine(QPointF(area.left(), at), QPointF(area.right(), at));
        painter.setPen(colors.mutedText);
        painter.drawText(
            QRectF(0, at - 7, area.left() - 5, 14), int(Qt::AlignRight) | int(Qt::AlignVCenter),
            QStringLiteral("1e%1").arg(decade));
    }
    QPolygonF line;
    for (std::size_t i = 0; i < m_errors.size(); ++i)
        line << QPointF(x(i), y(m_errors[i]));
    painter.setPen(QPen(colors.warning, 1.6));
    painter.drawPolyline(line);
    painter.setBrush(colors.warning);
    if (m_errors.size() <= 60)
        for (const QPointF& point : line)
            painter.drawEllipse(point, 2.2, 2.2);
    painter.setPen(colors.mutedText);
    // Where the axis is too short for both, the first begins further left, under the numbers.
    const QFontMetricsF metrics(painter.font());
    const double wanted = metrics.horizontalAdvance(tr("noise") + QLatin1Char(' ') + tr("picture")),
                 left = std::max(0.0, area.left() - std::max(0.0, wanted - area.width()));
    const QRectF names(left, area.bottom() + 3, area.right() - left, 14);
    painter.drawText(names, Qt::AlignLeft, tr("noise"));
    painter.drawText(names, Qt::AlignRight, tr("picture"));
}

bool StepPlot::event(QEvent* event)
{
    if (event->type() != QEvent::ToolTip || m_errors.empty())
        return QWidget::event(event);
    const auto* const help = static_cast<QHelpEvent*>(event);
    const QRectF area = plotArea();
    const double place =
        (help->pos().x() - area.left()) / std::max(1.0, area.width()) * double(m_errors.size() - 1);
    const auto step = std::size_t(std::clamp(std::round(place), 0.0, double(m_errors.size() - 1)));
    QToolTip::showText(
        help->globalPos(),
        tr("Step %1 of %2: the predicted noise is off by %3 of its variance")
            .arg(step + 1)
            .arg(m_errors.size())
            .arg(formatSmall(m_errors[step])),
        this);
    return true;
}

} // namespace tritloom
