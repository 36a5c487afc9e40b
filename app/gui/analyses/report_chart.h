#pragma once

#include "core/method/analysis.h"

#include <QChartView>

class QXYSeries;

namespace tritloom {

/// One chart of a report: lines and dots with whiskers for errors, axes as the report asks. GUI thread only.
class ReportChart final : public QChartView {
    Q_OBJECT

public:
    explicit ReportChart(const Report::Chart& chart, QWidget* parent = nullptr);

protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    void addSeries(const Report::Chart& chart, QAbstractAxis* x, QAbstractAxis* y);
    void colour();

    std::vector<std::vector<QXYSeries*>> m_series; ///< each with its whiskers
};

} // namespace tritloom
