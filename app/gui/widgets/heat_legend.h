#pragma once

#include <QString>
#include <QWidget>

namespace tritloom {

/// What the colours of a HeatMap stand for: a strip of them between its least and its most, and what the mark
/// in the corner of a cell means, where one has it. GUI thread only.
class HeatLegend final : public QWidget {
    Q_OBJECT

public:
    explicit HeatLegend(QWidget* parent = nullptr);

    /// low, high: what stands at the ends; empty: nothing is coloured yet, and nothing is drawn.
    void setEnds(const QString& low, const QString& high);
    void setNote(const QString& note); ///< "other format"; empty: no cell has a mark

    [[nodiscard]] QSize sizeHint() const override;
    [[nodiscard]] QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void changed();

    QString m_low, m_high, m_note;
};

} // namespace tritloom
