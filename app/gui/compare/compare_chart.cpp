#include "app/gui/compare/compare_chart.h"

#include "app/gui/theme.h"
#include "app/gui/widgets/chart_colors.h"
#include "app/session/size_unit.h"

#include <QChart>
#include <QCoreApplication>
#include <QEvent>
#include <QGraphicsLayout>
#include <QLogValueAxis>
#include <QScatterSeries>
#include <QToolTip>
#include <QValueAxis>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace tritloom {
namespace {

constexpr double smallest = 1e-6; ///< below it a logarithmic axis says nothing
constexpr double widest = 30; ///< a quotient beyond which powers of ten are shown

} // namespace

CompareChart::CompareChart(QWidget* parent)
    : QChartView(new QChart, parent)
    , m_chart(chart())
    , m_size(new QValueAxis(m_chart))
    , m_powers(new QLogValueAxis(m_chart))
    , m_plain(new QValueAxis(m_chart))
{
    setObjectName("compareChart");
    nameChart(*this, tr("Size against a number of the compared methods"));
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    m_chart->setMargins({4, 4, 4, 4});
    m_chart->setBackgroundRoundness(0);
    m_chart->layout()->setContentsMargins(0, 0, 0, 0);
    m_chart->legend()->setAlignment(Qt::AlignBottom);
    m_chart->addAxis(m_size, Qt::AlignBottom);
    m_chart->addAxis(m_powers, Qt::AlignLeft);
    m_chart->addAxis(m_plain, Qt::AlignLeft);
    colour();
}

void CompareChart::show(
    const ComparisonKind& kind, const std::vector<ComparisonRow>& rows, std::size_t column)
{
    const bool isSeconds = column >= kind.columns.size(), isDivergence = column == 0;
    const double factor = isSeconds ? 1 : kind.columns[column].factor;
    const auto number = [column, isSeconds, factor](const ComparisonRow& row) {
        return isSeconds ? row.compressSeconds : factor * row.numbers[column].value;
    };
    double low = 1e300, high = -1e300;
    for (const ComparisonRow& row : rows)
        if (row.isMeasured() && !row.isOriginal() && std::isfinite(number(row))) {
            low = std::min(low, number(row));
            high = std::max(high, number(row));
        }
    const bool hasPowers = isDivergence || isSeconds || (low > 0 && high > widest * low);
    QAbstractAxis* const axis =
        hasPowers ? static_cast<QAbstractAxis*>(m_powers) : static_cast<QAbstractAxis*>(m_plain);
    m_powers->setVisible(hasPowers);
    m_plain->setVisible(!hasPowers);
    const QString what = isSeconds ? tr("Seconds to compress")
                                   : QCoreApplication::translate("Comparison", kind.columns[column].title);
    axis->setTitleText(
        isDivergence && kind.columns.front().title == std::string_view("KL") ? tr("KL divergence, nats")
                                                                             : what);
    const auto height = [number, hasPowers](const ComparisonRow& row) {
        return hasPowers ? std::max(number(row), smallest) : number(row);
    };
    m_chart->removeAllSeries();
    std::map<std::string, QScatterSeries*> byMethod;
    std::uint64_t largest = 0;
    for (const ComparisonRow& row : rows)
        largest = std::max<std::uint64_t>(largest, row.bytes);
    const SizeUnit unit = sizeUnitOf(largest);
    m_size->setTitleText(tr("file size, %1").arg(QLatin1String(unit.name)));
    double left = 1e300, right = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const ComparisonRow& row = rows[i];
        if (!row.isMeasured() || row.isOriginal() || !std::isfinite(number(row)))
            continue; // a divergence of 0 has no place on a logarithmic axis
        QScatterSeries*& series = byMethod[row.method];
        if (series == nullptr) {
            series = new QScatterSeries(m_chart);
            series->setName(QString::fromStdString(row.method));
            series->setMarkerSize(10);
            // Shapes differ too: colour is never the only carrier.
            constexpr QScatterSeries::MarkerShape shapes[] = {
                QScatterSeries::MarkerShapeCircle,   QScatterSeries::MarkerShapeRectangle,
                QScatterSeries::MarkerShapeTriangle, QScatterSeries::MarkerShapeRotatedRectangle,
                QScatterSeries::MarkerShapeStar,     QScatterSeries::MarkerShapePentagon};
            series->setMarkerShape(shapes[(byMethod.size() - 1) % std::size(shapes)]);
            m_chart->addSeries(series);
            series->attachAxis(m_size);
            series->attachAxis(axis);
            const auto nearest = [rows, unit, height](const QPointF& point) {
                return int(
                    std::ranges::min_element(
                        rows, {},
                        [&](const ComparisonRow& other) {
                            if (!other.isMeasured() || other.isOriginal() || !std::isfinite(height(other)))
                                return std::numeric_limits<double>::infinity();
                            return std::fabs(double(other.bytes) / unit.bytes - point.x())
                                + std::fabs(height(other) - point.y());
                        })
                    - rows.begin());
            };
            connect(series, &QXYSeries::clicked, this, [this, nearest](const QPointF& point) {
                emit rowClicked(nearest(point));
            });
            connect(
                series, &QXYSeries::hovered, this, [this, nearest, rows](const QPointF& point, bool inside) {
                    const ComparisonRow& at = rows[std::size_t(nearest(point))];
                    if (inside)
                        QToolTip::showText(
                            QCursor::pos(),
                            QString("%1, %2").arg(
                                QString::fromStdString(at.candidate.format),
                                QString::fromStdString(at.method)),
                            this);
                });
        }
        const double size = double(row.bytes) / unit.bytes;
        series->append(size, height(row));
        left = std::min(left, size);
        right = std::max(right, size);
    }
    setVisible(!byMethod.empty());
    if (byMethod.empty())
        return;
    m_smallest = left;
    m_largest = right;
    markSizes();
    if (hasPowers)
        showRange(*m_powers, std::max(low, smallest), std::max(high, smallest));
    else
        showRange(*m_plain, low, high, 4);
    colour();
}

void CompareChart::markSizes()
{
    constexpr int roomForFour = 320; // pixels
    showRange(*m_size, m_smallest, m_largest, width() < roomForFour ? 2 : 4);
}

void CompareChart::resizeEvent(QResizeEvent* event)
{
    QChartView::resizeEvent(event);
    markSizes();
    constexpr int roomForTitle = 260; // pixels; what is shown is chosen, and so said, above
    for (QAbstractAxis* const axis :
         {static_cast<QAbstractAxis*>(m_powers), static_cast<QAbstractAxis*>(m_plain)})
        axis->setTitleVisible(height() >= roomForTitle);
}

void CompareChart::colour()
{
    const ThemeColors colors = themeColors(palette());
    colourChart(*m_chart, palette());
    const auto series = m_chart->series();
    for (qsizetype i = 0; i < series.size(); ++i) {
        // Hues a golden angle apart, bright enough for either background.
        const QColor hue = QColor::fromHslF(
            float(std::fmod(0.6 + 0.381966 * double(i), 1.0)), 0.65f, colors.dark ? 0.65f : 0.42f);
        auto* const points = static_cast<QScatterSeries*>(series[i]);
        points->setColor(hue);
        points->setBorderColor(palette().color(QPalette::Window));
    }
}

void CompareChart::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        colour();
    QChartView::changeEvent(event);
}

} // namespace tritloom
