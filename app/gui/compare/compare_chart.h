#pragma once

#include "app/session/comparison.h"

#include <QChartView>

class QLogValueAxis;
class QValueAxis;

namespace tritloom {

/// Size against divergence of compared rows, a series a method. GUI thread only.
class CompareChart final : public QChartView {
    Q_OBJECT

public:
    explicit CompareChart(QWidget* parent = nullptr);
    void show(const ComparisonKind& kind, const std::vector<ComparisonRow>& rows);

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
    QLogValueAxis* m_loss;
    double m_smallest = 0, m_largest = 1; ///< sizes shown, in the unit of the axis
};

} // namespace tritloom
