#pragma once

#include "app/session/comparison.h"

#include <QChartView>

class QLogValueAxis;
class QValueAxis;

namespace tritloom {

/// Size against one number of compared rows, a series a method. GUI thread only.
class CompareChart final : public QChartView {
    Q_OBJECT

public:
    explicit CompareChart(QWidget* parent = nullptr);
    /// column: of the kind; as many as it has: the seconds of compressing.
    void show(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows, std::size_t column = 0);

signals:
    void rowClicked(int index);

protected:
    void changeEvent(QEvent* event) override; ///< palette: the chart follows the theme
    void resizeEvent(QResizeEvent* event) override;

private:
    void colour();
    void markSizes(); ///< of the axis below, as many as there is room for

    QChart* m_chart;
    QValueAxis* m_size;
    QLogValueAxis* m_powers; ///< what spans powers of ten
    QValueAxis* m_plain; ///< what does not; one of both is in the chart
    double m_smallest = 0, m_largest = 1; ///< sizes shown, in the unit of the axis
};

} // namespace tritloom
