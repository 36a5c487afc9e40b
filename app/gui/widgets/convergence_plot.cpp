#include "app/gui/widgets/convergence_plot.h"

#include "app/gui/theme.h"

#include <QPainter>
#include <QPainterPath>

#include <algorithm>

namespace tritloom {

ConvergencePlot::ConvergencePlot(QWidget* parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("course"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    setMinimumHeight(52);
}

void ConvergencePlot::setCourse(std::vector<Point> points, double end)
{
    m_points = std::move(points);
    m_end = std::max(end, 1.0);
    update();
}

void ConvergencePlot::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const ThemeColors colors = themeColors(palette());
    double low = 1e300, high = -1e300;
    const auto include = [&](double value) {
        low = std::min(low, value);
        high = std::max(high, value);
    };
    for (const Point& point : m_points) {
        include(point.value - 1.96 * point.standardError);
        include(point.value + 1.96 * point.standardError);
    }
    for (const auto& line : {m_reference, m_prediction})
        if (line)
            include(*line);
    if (low > high)
        return;
    if (high - low < 1e-9)
        high = low + 1;
    const QRectF area = QRectF(rect()).adjusted(1, 4, -1, -4);
    const auto x = [&](double at) { return area.left() + at / m_end * area.width(); };
    const auto y = [&](double value) { return area.bottom() - (value - low) / (high - low) * area.height(); };
    const auto across = [&](double value, const QColor& color, Qt::PenStyle style) {
        painter.setPen(QPen(color, 1, style));
        painter.drawLine(QPointF(area.left(), y(value)), QPointF(area.right(), y(value)));
    };
    if (m_reference)
        across(*m_reference, colors.accent, Qt::DashLine);
    if (m_prediction)
        across(*m_prediction, colors.mutedText, Qt::DotLine);
    if (m_points.empty())
        return;
    QPolygonF band, course;
    for (const Point& point : m_points) {
        band << QPointF(x(point.at), y(point.value + 1.96 * point.standardError));
        course << QPointF(x(point.at), y(point.value));
    }
    for (auto point = m_points.rbegin(); point != m_points.rend(); ++point)
        band << QPointF(x(point->at), y(point->value - 1.96 * point->standardError));
    QColor shade = colors.warning;
    shade.setAlphaF(0.22F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(shade);
    painter.drawPolygon(band);
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(colors.warning, 1.6));
    painter.drawPolyline(course);
    painter.setBrush(colors.warning);
    painter.drawEllipse(course.back(), 2.5, 2.5);
}

} // namespace tritloom
