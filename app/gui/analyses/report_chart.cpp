#include "app/gui/analyses/report_chart.h"

#include "app/gui/core_words.h"
#include "app/gui/number_text.h"
#include "app/gui/plugin_words.h"
#include "app/gui/theme.h"
#include "app/gui/widgets/chart_colors.h"

#include <QChart>
#include <QLegendMarker>
#include <QLineSeries>
#include <QLogValueAxis>
#include <QScatterSeries>
#include <QToolTip>
#include <QValueAxis>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tritloom {
namespace {

constexpr std::size_t mostWhiskers = 60; ///< of a series: more would be a wall

struct Extent {
    double low = std::numeric_limits<double>::infinity(), high = -low;
    void add(double value)
    {
        low = std::min(low, value);
        high = std::max(high, value);
    }
    [[nodiscard]] bool isEmpty() const { return !(low <= high); }
};

bool isShown(const Report::Chart& chart, const Report::Point& point)
{
    return std::isfinite(point.x) && std::isfinite(point.y) && (!chart.xIsLogarithmic || point.x > 0)
        && (!chart.yIsLogarithmic || point.y > 0);
}

QAbstractAxis* makeAxis(bool isLogarithmic, Extent extent, const std::string& title)
{
    if (extent.isEmpty())
        extent = {1, 10};
    QAbstractAxis* made = nullptr;
    if (isLogarithmic && extent.high / extent.low > 3) {
        auto* const axis = new QLogValueAxis;
        showRange(*axis, extent.low, extent.high);
        made = axis;
    } else {
        auto* const axis = new QValueAxis;
        showRange(*axis, extent.low, extent.high);
        made = axis;
    }
    made->setTitleText(coreWords(title));
    return made;
}

} // namespace

ReportChart::ReportChart(const Report::Chart& chart, QWidget* parent)
    : QChartView(new QChart, parent)
{
    setObjectName(QStringLiteral("reportChart"));
    nameChart(*this, coreWords(chart.title));
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    this->chart()->setMargins({4, 4, 4, 4});
    this->chart()->setBackgroundRoundness(0);
    Extent xs, ys;
    for (const Report::Series& series : chart.series)
        for (const Report::Point& point : series.points)
            if (isShown(chart, point)) {
                xs.add(point.x);
                ys.add(point.y);
                if (point.yError > 0 && (!chart.yIsLogarithmic || point.y > point.yError)) {
                    ys.add(point.y - point.yError);
                    ys.add(point.y + point.yError);
                }
            }
    QAbstractAxis* const x = makeAxis(chart.xIsLogarithmic, xs, chart.xTitle);
    QAbstractAxis* const y = makeAxis(chart.yIsLogarithmic, ys, chart.yTitle);
    this->chart()->addAxis(x, Qt::AlignBottom);
    this->chart()->addAxis(y, Qt::AlignLeft);
    addSeries(chart, x, y);
    this->chart()->legend()->setVisible(chart.series.size() > 1);
    this->chart()->legend()->setAlignment(Qt::AlignTop);
    colour();
}

void ReportChart::addSeries(const Report::Chart& chart, QAbstractAxis* x, QAbstractAxis* y)
{
    // Shapes differ too: colour is never the only carrier.
    constexpr QScatterSeries::MarkerShape shapes[] = {
        QScatterSeries::MarkerShapeCircle,   QScatterSeries::MarkerShapeRectangle,
        QScatterSeries::MarkerShapeTriangle, QScatterSeries::MarkerShapeRotatedRectangle,
        QScatterSeries::MarkerShapeStar,     QScatterSeries::MarkerShapePentagon};
    for (const Report::Series& series : chart.series) {
        std::vector<QXYSeries*>& group = m_series.emplace_back();
        const auto add = [&](QXYSeries* made) {
            this->chart()->addSeries(made);
            made->attachAxis(x);
            made->attachAxis(y);
            group.push_back(made);
        };
        QList<QPointF> points;
        for (const Report::Point& point : series.points)
            if (isShown(chart, point))
                points << QPointF(point.x, point.y);
        QXYSeries* main = nullptr;
        if (series.isLine && points.size() > 1) {
            auto* const line = new QLineSeries;
            line->setPointsVisible(points.size() <= 40);
            line->setMarkerSize(5);
            main = line;
        } else {
            auto* const dots = new QScatterSeries;
            dots->setMarkerShape(shapes[(m_series.size() - 1) % std::size(shapes)]);
            dots->setMarkerSize(9);
            main = dots;
        }
        const QString name = coreWords(series.name);
        main->setName(name);
        main->replace(points);
        add(main);
        connect(main, &QXYSeries::hovered, this, [this, name](const QPointF& point, bool inside) {
            if (inside)
                QToolTip::showText(
                    QCursor::pos(),
                    QStringLiteral("%1: %2, %3").arg(name, formatSmall(point.x()), formatSmall(point.y())),
                    this);
        });
        if (series.points.size() > mostWhiskers)
            continue;
        for (const Report::Point& point : series.points) {
            const double low = point.y - point.yError;
            if (!(point.yError > 0) || !isShown(chart, point) || (chart.yIsLogarithmic && low <= 0))
                continue;
            auto* const whisker = new QLineSeries;
            whisker->append(point.x, low);
            whisker->append(point.x, point.y + point.yError);
            add(whisker);
            for (QLegendMarker* const marker : this->chart()->legend()->markers(whisker))
                marker->setVisible(false);
        }
    }
}

void ReportChart::colour()
{
    const ThemeColors colors = themeColors(palette());
    colourChart(*chart(), palette());
    for (std::size_t i = 0; i < m_series.size(); ++i) {
        // Hues a golden angle apart, bright enough for either background.
        const QColor hue = QColor::fromHslF(
            float(std::fmod(0.58 + 0.381966 * double(i), 1.0)), 0.65f, colors.dark ? 0.65f : 0.42f);
        for (QXYSeries* const series : m_series[i]) {
            series->setColor(hue);
            if (auto* const dots = qobject_cast<QScatterSeries*>(series))
                dots->setBorderColor(palette().color(QPalette::Window));
            else
                series->setPen(QPen(hue, series == m_series[i].front() ? 2 : 1));
        }
    }
}

void ReportChart::resizeEvent(QResizeEvent* event)
{
    // In a low dock names stand beside the plot instead of over it, and what the tab says already is left
    // out.
    constexpr int low = 280, lowest = 170, wide = 420;
    chart()->legend()->setAlignment(height() < low && width() > wide ? Qt::AlignRight : Qt::AlignTop);
    for (QAbstractAxis* const axis : chart()->axes(Qt::Horizontal))
        axis->setTitleVisible(height() >= lowest);
    QChartView::resizeEvent(event);
}

void ReportChart::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        colour();
    QChartView::changeEvent(event);
}

} // namespace tritloom
