#pragma once

#include "app/session/benchmark.h"

#include <QChartView>

class QBarCategoryAxis;
class QValueAxis;

namespace tritloom {

/// How much of the machine each row uses: of the memory's bandwidth where weights are read for one column, of
/// the arithmetic for many. GUI thread only.
class ShareBars final : public QChartView {
    Q_OBJECT

public:
    explicit ShareBars(QWidget* parent = nullptr);

    void show(const std::vector<BenchmarkRow>& rows);

protected:
    void changeEvent(QEvent* event) override;

private:
    void colour();

    QChart* m_chart;
    QBarCategoryAxis* m_names;
    QValueAxis* m_share;
};

/// "q4_k × 512"; without columns where none were multiplied; "model in q4_k × 512", tokens.
[[nodiscard]] QString benchmarkTitle(const BenchmarkRow& row);
/// Whether the arithmetic is what holds the row back, rather than the memory.
[[nodiscard]] bool isArithmetic(const BenchmarkRow& row);

} // namespace tritloom
