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

private:
    void colour();

    QChart* m_chart;
    QValueAxis* m_size;
    QLogValueAxis* m_loss;
};

} // namespace tritloom
