#include "app/gui/benchmark/share_bars.h"

#include "app/gui/theme.h"
#include "app/gui/widgets/chart_colors.h"

#include <QBarCategoryAxis>
#include <QBarSet>
#include <QChart>
#include <QEvent>
#include <QHorizontalStackedBarSeries>
#include <QValueAxis>

#include <algorithm>
#include <cmath>

namespace tritloom {
namespace {

constexpr int rowHeight = 22, frameHeight = 110; // pixels: a bar, and title, axis, legend together

/// What tells rows of one format apart: the activations, or the method that fits.
QString mode(const BenchmarkRow& row)
{
    const QString device = QString::fromStdString(row.device);
    if (device.startsWith("fit "))
        return device.mid(4);
    return device.contains("8-bit") ? ShareBars::tr("8 bit") : ShareBars::tr("exact");
}

} // namespace

QString benchmarkTitle(const BenchmarkRow& row)
{
    const QString format = QString::fromStdString(row.format);
    if (row.rows == 0)
        return ShareBars::tr("model in %1 × %2").arg(format).arg(row.columns);
    return row.columns == 0 ? format : QString("%1 × %2").arg(format).arg(row.columns);
}

bool isArithmetic(const BenchmarkRow& row)
{
    return row.columns > 1 && row.shareOfPeak > 0;
}

ShareBars::ShareBars(QWidget* parent)
    : QChartView(new QChart, parent)
    , m_chart(chart())
    , m_names(new QBarCategoryAxis(m_chart))
    , m_share(new QValueAxis(m_chart))
{
    setObjectName("shareBars");
    setAccessibleName(tr("Share of the machine's limit by row"));
    setRenderHint(QPainter::Antialiasing);
    setFrameShape(QFrame::NoFrame);
    m_chart->setMargins({4, 4, 4, 4});
    m_chart->setBackgroundRoundness(0);
    m_chart->legend()->setAlignment(Qt::AlignBottom);
    m_share->setLabelFormat("%g %%");
    m_chart->addAxis(m_names, Qt::AlignLeft);
    m_chart->addAxis(m_share, Qt::AlignBottom);
    colour();
}

void ShareBars::show(const std::vector<BenchmarkRow>& rows)
{
    m_chart->removeAllSeries();
    // Two sets in one bar: a row has one of the two, and so its colour says which limit it is.
    auto* const memory = new QBarSet(tr("of bandwidth"));
    auto* const arithmetic = new QBarSet(tr("of peak"));
    QStringList names;
    double highest = 1;
    // The axis goes up: the first row shall be on top.
    for (std::size_t i = rows.size(); i-- > 0;) {
        const BenchmarkRow& row = rows[i];
        const double share = 100 * (isArithmetic(row) ? row.shareOfPeak : row.shareOfBandwidth);
        (isArithmetic(row) ? *arithmetic : *memory) << share;
        (isArithmetic(row) ? *memory : *arithmetic) << 0;
        names << benchmarkTitle(row) + QStringLiteral(", ") + mode(row);
        highest = std::max(highest, share);
    }
    auto* const series = new QHorizontalStackedBarSeries(m_chart);
    series->append(memory);
    series->append(arithmetic);
    series->setBarWidth(0.7);
    m_chart->addSeries(series);
    m_names->setCategories(names);
    m_share->setRange(0, highest > 100 ? std::ceil(highest / 10) * 10 : 100);
    series->attachAxis(m_names);
    series->attachAxis(m_share);
    setMinimumHeight(frameHeight + rowHeight * int(rows.size()));
    colour();
}

void ShareBars::colour()
{
    colourChart(*m_chart, palette());
    const ThemeColors colors = themeColors(palette());
    const auto series = m_chart->series();
    if (series.isEmpty())
        return;
    const auto sets = static_cast<QHorizontalStackedBarSeries*>(series.front())->barSets();
    const QColor fills[] = {colors.accent, colors.warning};
    for (qsizetype i = 0; i < sets.size(); ++i) {
        sets[i]->setColor(fills[i]);
        sets[i]->setBorderColor(fills[i]);
    }
}

void ShareBars::changeEvent(QEvent* event)
{
    if (event->type() == QEvent::PaletteChange)
        colour();
    QChartView::changeEvent(event);
}

} // namespace tritloom
