#pragma once

#include "app/gui/theme.h"

#include <QAbstractScrollArea>
#include <QString>
#include <QStringList>

#include <functional>
#include <vector>

class QPainter;

namespace tritloom {

/// The mark of a cell of which more is to be known: a triangle in the upper right corner of the box.
void drawHeatMark(QPainter& painter, const QRect& box, const QColor& color);
inline constexpr int heatMarkSide = 6; ///< pixels

/// A table of numbers as colours, rows with names, columns with names; scrolls by rows. NaN is "not yet". A
/// tooltip says names that are cut. GUI thread only.
class HeatMap final : public QAbstractScrollArea {
    Q_OBJECT

public:
    explicit HeatMap(QWidget* parent = nullptr);

    void setHeaders(QStringList rows, QStringList columns);
    /// What stands in a cell and what its tooltip says. Asked for what is looked at: texts of thousands of
    /// cells take longer than a frame.
    using Words = std::function<QString(int row, int column)>;
    void setWords(Words text, Words tip);
    /// What else is to be known of some cells ("q5_0" under the heading q4_k): they get a mark in their
    /// corner, and where there is room it is written too. Empty for the others.
    void setNotes(Words note) { m_note = std::move(note); }
    /// How cells are coloured; ThemeColors::heat() of the fraction where nobody says.
    using Colour = std::function<QColor(const ThemeColors& colors, int row, int column, double fraction)>;
    void setColour(Colour colour);
    /// fraction: 0 to 1 for the colour, NaN for an empty cell.
    void setCell(int row, int column, double fraction);
    [[nodiscard]] double cell(int row, int column) const; ///< as setCell() was told
    void setMarks(const std::vector<int>& columnOfRow); ///< a frame around one cell a row; -1: none
    void setCurrentRow(int row);

signals:
    void rowClicked(int row);
    void cellActivated(int row, int column); ///< double click or Return

protected:
    void paintEvent(QPaintEvent*) override;
    void resizeEvent(QResizeEvent*) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    bool viewportEvent(QEvent* event) override;

private:
    [[nodiscard]] int rowHeight() const;
    [[nodiscard]] int nameWidth() const;
    [[nodiscard]] bool isUpright() const; ///< headings stand on end: columns are narrower than they
    [[nodiscard]] int headerHeight() const;
    void paintHeader(QPainter& painter) const;
    void paintCell(QPainter& painter, int row, int column, double fraction) const;
    [[nodiscard]] QRect cellRect(int row, int column) const;
    [[nodiscard]] bool cellAt(const QPoint& point, int& row, int& column) const;
    void updateScrollBar();
    void ensureVisible(int row);

    QStringList m_rows, m_columns;
    std::vector<double> m_fractions; ///< -1: empty
    Words m_text, m_tip, m_note;
    Colour m_colour;
    std::vector<int> m_marks;
    int m_currentRow = -1, m_currentColumn = 0, m_widestName = 0, m_widestHeading = 0;
};

} // namespace tritloom
