#include "app/gui/widgets/chart_colors.h"

#include "app/gui/theme.h"

#include <QAbstractAxis>
#include <QChart>
#include <QChartView>
#include <QLegend>
#include <QLocale>
#include <QLogValueAxis>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace tritloom {

void colourChart(QChart& chart, const QPalette& palette)
{
    const ThemeColors colors = themeColors(palette);
    // Most languages write exponents with a capital E; the numbers beside the chart do not, and nor does
    // English where the point is a comma.
    const QString point = QLocale().decimalPoint();
    chart.setLocale(
        point == QLatin1String(".")       ? QLocale::c()
            : point == QLatin1String(",") ? QLocale(QLocale::English, QLocale::Slovenia)
                                          : QLocale());
    chart.setLocalizeNumbers(true); // label formats need a precision then: "%g" alone gives no text
    chart.setBackgroundBrush(palette.color(QPalette::Window));
    chart.legend()->setMarkerShape(QLegend::MarkerShapeFromSeries); // shapes tell series apart as colours do
    chart.legend()->setLabelColor(palette.color(QPalette::WindowText));
    const auto axes = chart.axes();
    for (QAbstractAxis* const axis : axes) {
        axis->setLabelsColor(colors.mutedText);
        axis->setTitleBrush(colors.mutedText);
        axis->setGridLineColor(colors.grid);
        axis->setLinePenColor(colors.line);
    }
}

void nameChart(QChartView& view, const QString& name)
{
    view.setAccessibleName(name);
    view.viewport()->setAccessibleName(name);
}

void showRange(QValueAxis& axis, double low, double high, int marks)
{
    const double span = high > low ? high - low : std::max(1e-9, std::fabs(high) * 0.2), margin = span * 0.04;
    const double left = low >= 0 ? std::max(0.0, low - margin) : low - margin, right = high + margin;
    // The largest of 1, 2, 5 times a power of ten that gives at least so many marks.
    const double most = (right - left) / marks, power = std::pow(10, std::floor(std::log10(most)));
    const double step = power * (most >= 5 * power ? 5 : most >= 2 * power ? 2 : 1);
    axis.setTickType(QValueAxis::TicksDynamic);
    axis.setTickAnchor(0);
    axis.setTickInterval(step);
    const double largest = std::max(std::fabs(left), std::fabs(right));
    const int digits = std::max(0, -int(std::floor(std::log10(step) + 1e-9)));
    axis.setLabelFormat(
        largest < 1e5 && digits <= 5 ? QStringLiteral("%.%1f").arg(digits) : QStringLiteral("%.3g"));
    axis.setRange(left, right);
}

void showRange(QLogValueAxis& axis, double low, double high, double base)
{
    const double bottom = std::floor(std::log10(low) + 1e-9),
                 top = std::max(bottom + 1, std::ceil(std::log10(high) - 1e-9));
    axis.setBase(base);
    // "%g" would write 0.0001 beside 1e-05.
    axis.setLabelFormat(bottom >= -4 && top <= 3 ? QStringLiteral("%.4g") : QStringLiteral("%.0e"));
    // A little lower: rounding must not lose the lowest mark.
    axis.setRange(std::pow(10, bottom) * (1 - 1e-9), std::pow(10, top));
}

} // namespace tritloom
