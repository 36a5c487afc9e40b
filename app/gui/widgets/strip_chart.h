#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace tritloom {

/// One value per position as thin bars, thinned by maximum to the pixels there are. GUI thread only.
class StripChart final : public QWidget {
    Q_OBJECT

public:
    explicit StripChart(const QString& title, QWidget* parent = nullptr);
    /// values: >= 0. positionName: "row %1" for the tooltip.
    void setValues(std::vector<float> values, const QString& positionName);
    void setEmptyText(const QString& why); ///< what to say where there are no values
    [[nodiscard]] QSize sizeHint() const override { return {320, 70}; }
    [[nodiscard]] QSize minimumSizeHint() const override { return {120, 48}; }

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override;

private:
    QString m_title, m_positionName, m_emptyText;
    std::vector<float> m_values;
    float m_largest = 0;
};

} // namespace tritloom
