#pragma once

#include <QWidget>

#include <optional>
#include <vector>

namespace tritloom {

/// A number that settles while it is measured: its course, its shrinking interval, and the line it is
/// compared with.
class ConvergencePlot final : public QWidget {
    Q_OBJECT

public:
    struct Point {
        double at = 0, value = 0, standardError = 0;
    };
    explicit ConvergencePlot(QWidget* parent = nullptr);
    void setCourse(std::vector<Point> points, double end); ///< end: `at` when everything is measured
    void setReference(std::optional<double> value)
    {
        m_reference = value;
        update();
    }
    void setPrediction(std::optional<double> value)
    {
        m_prediction = value;
        update();
    }
    QSize sizeHint() const override { return {200, 52}; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Point> m_points;
    double m_end = 1;
    std::optional<double> m_reference, m_prediction;
};

} // namespace tritloom
