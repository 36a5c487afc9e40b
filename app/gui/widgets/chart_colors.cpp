#include "app/gui/widgets/chart_colors.h"

#include "app/gui/theme.h"

#include <QAbstractAxis>
#include <QChart>
#include <QLegend>
#include <QLocale>

namespace tritloom {

void colourChart(QChart& chart, const QPalette& palette)
{
    const ThemeColors colors = themeColors(palette);
    chart.setLocale(QLocale());
    chart.setLocalizeNumbers(true); // label formats need a precision then: "%g" alone gives no text
    chart.setBackgroundBrush(palette.color(QPalette::Window));
    chart.legend()->setLabelColor(palette.color(QPalette::WindowText));
    const auto axes = chart.axes();
    for (QAbstractAxis* const axis : axes) {
        axis->setLabelsColor(colors.mutedText);
        axis->setTitleBrush(colors.mutedText);
        axis->setGridLineColor(colors.grid);
        axis->setLinePenColor(colors.line);
    }
}

} // namespace tritloom
