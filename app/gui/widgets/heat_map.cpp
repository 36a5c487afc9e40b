#include "app/gui/widgets/heat_map.h"

#include "app/gui/theme.h"

#include <QHelpEvent>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QScrollBar>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace tritloom {

HeatMap::HeatMap(QWidget* parent)
    : QAbstractScrollArea(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setAccessibleName(tr("Heat map"));
}

void HeatMap::setHeaders(QStringList rows, QStringList columns)
{
    m_rows = std::move(rows);
    m_columns = std::move(columns);
    m_fractions.assign(std::size_t(m_rows.size()) * std::size_t(m_columns.size()), -1);
    m_marks.assign(std::size_t(m_rows.size()), -1);
    const auto widest = [this](const QStringList& names) {
        int width = 0;
        for (const QString& name : names)
            width = std::max(width, fontMetrics().horizontalAdvance(name));
        return width;
    };
    m_widestName = widest(m_rows);
    m_widestHeading = widest(m_columns);
    updateScrollBar();
    viewport()->update();
}

void HeatMap::setWords(Words text, Words tip)
{
    m_text = std::move(text);
    m_tip = std::move(tip);
}

void HeatMap::setCell(int row, int column, double fraction)
{
    m_fractions[std::size_t(row) * std::size_t(m_columns.size()) + std::size_t(column)] =
        std::isnan(fraction) ? -1 : std::clamp(fraction, 0.0, 1.0);
    viewport()->update(cellRect(row, column));
}

double HeatMap::cell(int row, int column) const
{
    const double fraction =
        m_fractions[std::size_t(row) * std::size_t(m_columns.size()) + std::size_t(column)];
    return fraction < 0 ? std::nan("") : fraction;
}

void HeatMap::setMarks(const std::vector<int>& columnOfRow)
{
    if (m_marks == columnOfRow)
        return;
    m_marks = columnOfRow;
    viewport()->update();
}

void HeatMap::setCurrentRow(int row)
{
    if (row == m_currentRow)
        return;
    m_currentRow = row;
    ensureVisible(row);
    viewport()->update();
}

int HeatMap::rowHeight() const
{
    return fontMetrics().height() + 5;
}

int HeatMap::nameWidth() const
{
    // Short names leave their room to the cells.
    const int wanted = std::min(fontMetrics().averageCharWidth() * 22, m_widestName + 16);
    return std::clamp(wanted, 24, std::max(90, viewport()->width() * 2 / 5));
}

bool HeatMap::isUpright() const
{
    return !m_columns.isEmpty()
        && m_widestHeading + 4 > (viewport()->width() - nameWidth()) / m_columns.size();
}

int HeatMap::headerHeight() const
{
    constexpr int most = 88; // pixels: the rest is cut
    return isUpright() ? std::max(rowHeight(), std::min(m_widestHeading + 8, most)) : rowHeight();
}

QRect HeatMap::cellRect(int row, int column) const
{
    const int left = nameWidth(), width = viewport()->width() - left,
              count = std::max(1, int(m_columns.size()));
    const int from = left + width * column / count, to = left + width * (column + 1) / count;
    return {from, headerHeight() + row * rowHeight() - verticalScrollBar()->value(), to - from, rowHeight()};
}

bool HeatMap::cellAt(const QPoint& point, int& row, int& column) const
{
    row = (point.y() - headerHeight() + verticalScrollBar()->value()) / rowHeight();
    const int left = nameWidth(), width = std::max(1, viewport()->width() - left);
    column = point.x() < left ? -1 : (point.x() - left) * int(m_columns.size()) / width;
    return point.y() >= headerHeight() && row >= 0 && row < m_rows.size() && column < m_columns.size();
}

void HeatMap::updateScrollBar()
{
    verticalScrollBar()->setPageStep(viewport()->height());
    verticalScrollBar()->setSingleStep(rowHeight());
    verticalScrollBar()->setRange(
        0, std::max(0, headerHeight() + rowHeight() * int(m_rows.size()) - viewport()->height()));
}

void HeatMap::ensureVisible(int row)
{
    const int top = row * rowHeight(), value = verticalScrollBar()->value();
    if (top < value)
        verticalScrollBar()->setValue(top);
    else if (const int bottom = headerHeight() + top + rowHeight(); bottom > value + viewport()->height())
        verticalScrollBar()->setValue(bottom - viewport()->height());
}

void HeatMap::resizeEvent(QResizeEvent*)
{
    updateScrollBar();
    if (m_currentRow >= 0)
        ensureVisible(m_currentRow);
}

void HeatMap::setColour(Colour colour)
{
    m_colour = std::move(colour);
    viewport()->update();
}

void HeatMap::paintEvent(QPaintEvent*)
{
    QPainter painter(viewport());
    const ThemeColors colors = themeColors(palette());
    const int first = std::max(0, verticalScrollBar()->value() / rowHeight()),
              last = std::min<int>(int(m_rows.size()) - 1, first + viewport()->height() / rowHeight() + 2);
    for (int row = first; row <= last; ++row) {
        const QRect name(8, cellRect(row, 0).top(), nameWidth() - 12, rowHeight());
        if (row == m_currentRow)
            painter.fillRect(
                QRect(0, name.top(), viewport()->width(), rowHeight()), palette().color(QPalette::Highlight));
        painter.setPen(
            palette().color(row == m_currentRow ? QPalette::HighlightedText : QPalette::WindowText));
        painter.drawText(
            name, Qt::AlignVCenter, fontMetrics().elidedText(m_rows[row], Qt::ElideMiddle, name.width()));
        for (int column = 0; column < m_columns.size(); ++column) {
            const double fraction =
                m_fractions[std::size_t(row) * std::size_t(m_columns.size()) + std::size_t(column)];
            const QRect box = cellRect(row, column).adjusted(1, 1, -1, -1);
            paintCell(painter, row, column, fraction);
            if (std::size_t(row) < m_marks.size() && m_marks[std::size_t(row)] == column) {
                painter.setPen(QPen(palette().color(QPalette::WindowText), 2));
                painter.drawRect(box.adjusted(0, 0, -1, -1));
            }
            if (hasFocus() && row == m_currentRow && column == m_currentColumn) {
                painter.setPen(QPen(colors.accent, 2, Qt::DotLine));
                painter.drawRect(box.adjusted(2, 2, -3, -3));
            }
        }
    }
    paintHeader(painter);
}

void HeatMap::paintCell(QPainter& painter, int row, int column, double fraction) const
{
    const ThemeColors colors = themeColors(palette());
    const QRect box = cellRect(row, column).adjusted(1, 1, -1, -1);
    const QString note = m_note ? m_note(row, column) : QString();
    QColor ink = colors.mutedText;
    if (fraction < 0) {
        painter.setPen(colors.grid);
        painter.drawRect(box.adjusted(0, 0, -1, -1));
    } else {
        const QColor color = m_colour ? m_colour(colors, row, column, fraction) : colors.heat(fraction);
        painter.fillRect(box, color);
        ink = color.lightnessF() > 0.5f ? Qt::black : Qt::white;
        painter.setPen(ink);
        // Half a number is another number: where it has no room the tooltip says it.
        const QString text = m_text(row, column);
        const int width = fontMetrics().horizontalAdvance(text), gap = 10;
        const bool hasRoom =
            width + fontMetrics().horizontalAdvance(note) + gap + 2 * heatMarkSide <= box.width();
        if (!note.isEmpty() && hasRoom)
            painter.drawText(box, Qt::AlignCenter, text + QStringLiteral("  ") + note);
        else if (width <= box.width())
            painter.drawText(box, Qt::AlignCenter, text);
    }
    if (!note.isEmpty())
        drawHeatMark(painter, box, ink);
}

void drawHeatMark(QPainter& painter, const QRect& box, const QColor& color)
{
    painter.setPen(Qt::NoPen);
    painter.setBrush(color);
    const QPoint corner(box.right() + 1, box.top());
    painter.drawPolygon(QPolygon{corner, corner - QPoint(heatMarkSide, 0), corner + QPoint(0, heatMarkSide)});
    painter.setBrush(Qt::NoBrush);
}

void HeatMap::paintHeader(QPainter& painter) const
{
    // The header stays while rows scroll under it.
    const int height = headerHeight();
    painter.fillRect(0, 0, viewport()->width(), height, palette().color(QPalette::Window));
    painter.setPen(themeColors(palette()).mutedText);
    if (!isUpright()) {
        for (int column = 0; column < m_columns.size(); ++column) {
            const QRect cell = cellRect(0, column);
            painter.drawText(QRect(cell.left(), 0, cell.width(), height), Qt::AlignCenter, m_columns[column]);
        }
        return;
    }
    // Of very many columns every second, fifth ... has its heading.
    int step = 1;
    for (const int next : {2, 5, 10, 20, 50, 100, 200, 500, 1000})
        if (step * cellRect(0, 0).width() < fontMetrics().ascent())
            step = next;
    for (int column = 0; column < m_columns.size(); column += step) {
        painter.save();
        painter.translate(cellRect(0, column).center().x() + 1, height - 4);
        painter.rotate(-90);
        const QRect line(0, -fontMetrics().height() / 2, height - 6, fontMetrics().height());
        painter.drawText(
            line, Qt::AlignLeft | Qt::AlignVCenter,
            fontMetrics().elidedText(m_columns[column], Qt::ElideRight, line.width()));
        painter.restore();
    }
}

void HeatMap::mousePressEvent(QMouseEvent* event)
{
    int row = 0, column = 0;
    if (!cellAt(event->pos(), row, column))
        return;
    m_currentColumn = std::max(0, column);
    setCurrentRow(row);
    viewport()->update();
    emit rowClicked(row);
}

void HeatMap::mouseDoubleClickEvent(QMouseEvent* event)
{
    int row = 0, column = 0;
    if (cellAt(event->pos(), row, column) && column >= 0)
        emit cellActivated(row, column);
}

void HeatMap::keyPressEvent(QKeyEvent* event)
{
    int row = std::max(0, m_currentRow);
    switch (event->key()) {
    case Qt::Key_Up:
        row = std::max(0, row - 1);
        break;
    case Qt::Key_Down:
        row = std::min<int>(int(m_rows.size()) - 1, row + 1);
        break;
    case Qt::Key_Left:
        m_currentColumn = std::max(0, m_currentColumn - 1);
        break;
    case Qt::Key_Right:
        m_currentColumn = std::min<int>(int(m_columns.size()) - 1, m_currentColumn + 1);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (m_currentRow >= 0 && !m_columns.isEmpty())
            emit cellActivated(m_currentRow, m_currentColumn);
        return;
    default:
        QAbstractScrollArea::keyPressEvent(event);
        return;
    }
    setCurrentRow(row);
    viewport()->update();
    emit rowClicked(row);
}

bool HeatMap::viewportEvent(QEvent* event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto* const help = static_cast<QHelpEvent*>(event);
        int row = 0, column = 0;
        const bool inRow = cellAt(help->pos(), row, column);
        if (inRow && column >= 0)
            QToolTip::showText(help->globalPos(), m_tip(row, column), viewport());
        else if (inRow)
            QToolTip::showText(help->globalPos(), m_rows[row], viewport());
        else if (help->pos().y() < headerHeight() && column >= 0 && column < m_columns.size())
            QToolTip::showText(help->globalPos(), m_columns[column], viewport());
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

} // namespace tritloom
