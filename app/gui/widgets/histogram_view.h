#pragma once

#include <QString>
#include <QWidget>

#include <vector>

namespace tritloom {

/// What a histogram shows; plain numbers.
struct HistogramData {
    double minimum = 0, binWidth = 0;
    std::vector<double> bins; ///< counts
    double overlayMinimum = 0, overlayBinWidth = 0;
    std::vector<double> overlay; ///< a second histogram on the same axis; may be empty
    struct Curve {
        QString name;
        std::vector<double> values; ///< expected counts at the centre of each bin
    };
    std::vector<Curve> curves;
    std::vector<float> levels; ///< vertical lines
    bool logarithmic = false;
    QString name, overlayName, emptyText; ///< emptyText: what to say while there are no bins
};

/// A histogram with fitted curves, an overlay, level lines and shaded tails. GUI thread only.
class HistogramView final : public QWidget {
    Q_OBJECT

public:
    explicit HistogramView(QWidget* parent = nullptr);
    void setData(HistogramData fresh);
    [[nodiscard]] QSize minimumSizeHint() const override { return {260, 160}; }

protected:
    void paintEvent(QPaintEvent*) override;
    bool event(QEvent* event) override; ///< tooltip: the bin under the pointer

private:
    [[nodiscard]] QRectF plot() const;
    [[nodiscard]] double heightOf(double count) const; ///< of the plot: 0 to 1, more for needles of curves
    [[nodiscard]] double xOf(double value) const;
    void paintBins(QPainter& painter, const std::vector<double>& bins, double minimum, double width, const QColor& color, bool filled) const;
    void paintAxis(QPainter& painter) const;
    void paintLevels(QPainter& painter) const;
    struct LegendEntry {
        QString text;
        QColor color;
        QPoint place; ///< x: pixels; y: the line, from 0 on
    };
    [[nodiscard]] std::vector<LegendEntry> legend() const;
    void paintLegend(QPainter& painter, const std::vector<LegendEntry>& entries) const;

    HistogramData m_data;
    double m_largest = 1;
    int m_legendLines = 1;
};

} // namespace tritloom
