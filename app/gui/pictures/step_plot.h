#pragma once

#include <QWidget>

#include <vector>

namespace tritloom {

/// The error of each step of a sampler, in order, on a logarithmic scale. GUI thread only.
class StepPlot final : public QWidget {
    Q_OBJECT

public:
    explicit StepPlot(QWidget* parent = nullptr);
    void setErrors(std::vector<double> errors); ///< 0: the step is the same
    QSize sizeHint() const override { return {200, 110}; }
    QSize minimumSizeHint() const override { return {120, 64}; }

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override;

private:
    [[nodiscard]] QRectF plotArea() const;

    std::vector<double> m_errors;
};

} // namespace tritloom
