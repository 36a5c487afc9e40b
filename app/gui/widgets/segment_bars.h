#pragma once

#include <QColor>
#include <QString>
#include <QWidget>

#include <optional>
#include <vector>

namespace tritloom {

/// Stacked horizontal bars on one scale, with a line for a limit.
class SegmentBars final : public QWidget {
    Q_OBJECT

public:
    struct Segment {
        double value = 0;
        QColor color;
    };
    struct Bar {
        QString title, figure;
        std::vector<Segment> segments;
    };
    explicit SegmentBars(QWidget* parent = nullptr);
    void setBars(std::vector<Bar> bars);
    void setLimit(std::optional<double> value, const QString& label, bool exceeded);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    std::vector<Bar> m_bars;
    std::optional<double> m_limit;
    QString m_limitLabel;
    bool m_exceeded = false;
};

} // namespace tritloom
