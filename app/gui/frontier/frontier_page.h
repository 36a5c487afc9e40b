#pragma once

#include "app/session/frontier_controller.h"
#include "app/session/size_unit.h"
#include "app/session/workspace.h"

#include <QRectF>
#include <QTimer>
#include <QWidget>

class QChart;
class QChartView;
class QLabel;
class QLineSeries;
class QLogValueAxis;
class QPushButton;
class QScatterSeries;
class QValueAxis;

namespace tritloom {

class ElidedLabel;

/// Size against divergence: the best predicted trade-offs as a line, what was measured as points. A click
/// takes the nearest point's allocation. GUI thread only.
class FrontierPage final : public QWidget {
    Q_OBJECT

public:
    explicit FrontierPage(Workspace& workspace, QWidget* parent = nullptr);

protected:
    bool eventFilter(QObject* watched, QEvent* event) override; ///< clicks on the chart
    void changeEvent(QEvent* event) override; ///< palette: the chart follows the theme
    void resizeEvent(QResizeEvent* event) override;
    void showEvent(QShowEvent* event) override; ///< nothing is solved and drawn for nobody

private:
    void requestSoon();
    void redraw();
    void colour();
    [[nodiscard]] bool isHigh() const; ///< enough for titles of axes, and for a mark at each power of ten
    [[nodiscard]] double lossBase() const; ///< of the marks of the axis
    void take(const QPointF& at); ///< of the points within reach of this place of the chart the nearest

    Workspace& m_workspace;
    FrontierController m_frontier;
    QTimer m_redrawSoon;
    QTimer m_soon; ///< cells arrive faster than the knapsack needs to be solved
    QChart* m_chart;
    QChartView* m_view;
    QLineSeries* m_line;
    QScatterSeries *m_measured, *m_now;
    SizeUnit m_unit; ///< of the axis of sizes: that of the whole file
    QValueAxis* m_size;
    QLogValueAxis* m_loss;
    QLabel* m_state; ///< why there is no chart
    ElidedLabel* m_hint;
    QPushButton* m_measure; ///< the sensitivity that the line comes from
    QRectF m_extent; ///< of all points, what the axes show
};

[[nodiscard]] QWidget* makeFrontierPage(Workspace& workspace, QWidget* parent);

} // namespace tritloom
